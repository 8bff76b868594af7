"""Following by mail: nothing but a question before the mailbox has confirmed it, and every letter can be stopped."""

import re
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from portal.cases import customer_verbs, handling
from portal.cases.models import Contact
from portal.followers.models import Delivery
from portal.following.models import Subscription
from portal.following.subscribing import QUESTIONS_A_DAY, end_token
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.play import acknowledged, case_of, reported, wait_until

pytestmark = pytest.mark.database

LINK = re.compile(r"https?://[^\s\"<]+")


@pytest.fixture
def outbox(migrated):
    folder = migrated.data_dir / "outbox"
    for old in folder.glob("*.eml"):
        old.unlink()

    def read(address=None):
        until_idle()
        mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in sorted(folder.glob("*.eml"))]
        return [mail for mail in mails if address is None or mail["To"] == address]

    return read


def links_in(mail):
    return LINK.findall(mail.get_body(("plain",)).get_content())


def path_of(link):
    return "/" + link.split("/", 3)[3]


def follow(person, reference, email="fan@example.org"):
    return person.post("/follow", {"case": reference, "email": email})


def confirmed(person, outbox, reference, email="fan@example.org"):
    follow(person, reference, email)
    (question,) = outbox(email)
    answer = person.post(path_of(links_in(question)[0]), {})
    assert answer.status_code == 200
    return question


def rows(model):
    with entered(Scope.system()):
        return list(db.session.scalars(select(model)))


def reply(cast, case, text="We look."):
    with entered(cast.as_ada):
        handling.reply(case.case_id, text=text, author="Ada")


def answer(cast, case):
    with entered(cast.as_ada):
        version = case_of(cast, case.case_id).state_version
        handling.answer(case.case_id, version, text="secret words", author="Ada")


def test_nothing_but_a_question_before_the_press(cast, another, outbox):
    case = acknowledged(cast)
    somebody = another()
    assert follow(somebody, case.reference).status_code == 200
    answer(cast, case)
    (question,) = outbox("fan@example.org")
    assert "Confirm" in question["Subject"] and "suitcase" not in question.as_string()
    link = path_of(links_in(question)[0])
    assert another().get(link).status_code == 200
    assert [each.confirmed_at for each in rows(Subscription)] == [None]
    assert another().post(link, {}).status_code == 200
    assert [each.confirmed_at for each in rows(Subscription)] == [clock.now()]
    assert another().post(link, {}).status_code == 404


def test_a_letter_for_each_step_and_no_word_that_was_typed(cast, another, outbox):
    case = acknowledged(cast)
    confirmed(another(), outbox, case.reference)
    reply(cast, case)
    answer(cast, case)
    letters = outbox("fan@example.org")[1:]
    assert [letter["Subject"] for letter in letters] == [f"[{case.reference}] An answer"]
    (letter,) = letters
    assert "secret words" not in letter.as_string() and "suitcase" not in letter.as_string()
    assert letter.get_body(("html",)) is not None
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert path_of(links_in(letter)[0]) == f"/cases/{case.reference}"


def test_letters_of_one_case_are_one_thread(cast, another, outbox):
    case = acknowledged(cast)
    confirmed(another(), outbox, case.reference)
    answer(cast, case)
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
    first, second = outbox("fan@example.org")[1:]
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


def test_it_stops_at_one_press_also_by_a_mail_program(cast, another, app, outbox):
    case = acknowledged(cast)
    confirmed(another(), outbox, case.reference)
    (subscription,) = rows(Subscription)
    with app.test_request_context():
        path = f"/u/{end_token(subscription.id)}"
    assert another().get(path).status_code == 200
    assert rows(Subscription)[0].ended_at is None
    program = app.test_client().post(path, base_url="https://riverside.example", data={"List-Unsubscribe": "One-Click"})
    assert program.status_code == 200
    answer(cast, case)
    assert len(outbox("fan@example.org")) == 1
    assert another().post("/u/forged", {}).status_code == 404
    assert another("northport.example").post(path, {}).status_code == 404


def test_the_answer_never_tells_who_follows(cast, another, outbox):
    case = acknowledged(cast)
    confirmed(another(), outbox, case.reference)
    again, fresh = follow(another(), case.reference), follow(another(), case.reference, "new@example.org")
    assert again.text == fresh.text and again.status_code == fresh.status_code
    assert len(outbox("fan@example.org")) == 1


def test_nobody_fills_a_mailbox(cast, another, outbox):
    for _ in range(QUESTIONS_A_DAY + 2):
        case = reported(cast)
        follow(another(), case.reference, "victim@example.org")
        follow(another(), case.reference, "victim@example.org")
    assert len(outbox("victim@example.org")) == QUESTIONS_A_DAY


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "a@example.org\nBcc: x@example.org", "a b@example.org"])
def test_what_is_no_address(cast, another, outbox, email):
    case = reported(cast)
    assert follow(another(), case.reference, email).status_code == 422
    assert outbox() == []


def test_a_private_case_is_followed_by_nobody(cast, another):
    case = reported(cast, visibility="private")
    assert follow(another(), case.reference).status_code == 404
    assert another().get(f"/follow?case={case.reference}").status_code == 404
    assert rows(Subscription) == []


def test_a_public_case_that_becomes_private_is_silent(cast, another, outbox):
    from portal.cases.visibility import make_private

    case = acknowledged(cast)
    confirmed(another(), outbox, case.reference)
    with entered(cast.customer(case.case_id)):
        make_private(case.case_id)
    answer(cast, case)
    assert len(outbox("fan@example.org")) == 1


# -- the customer's own address ------------------------------------------------------------------------------------


def with_address(cast, outbox, another, **changes):
    case = acknowledged(cast, channel="email", address="me@example.org", **changes)
    (question,) = outbox("me@example.org")
    assert another().post(path_of(links_in(question)[0]), {}).status_code == 200
    return case


def test_the_address_of_a_report_is_asked_and_then_counts_as_confirmed(cast, another, outbox):
    case = acknowledged(cast, channel="email", address="me@example.org")
    reply(cast, case)
    (question,) = outbox("me@example.org")
    assert "We look" not in question.as_string()
    assert rows(Contact)[0].confirmed_at is None
    another().post(path_of(links_in(question)[0]), {})
    assert rows(Contact)[0].confirmed_at == clock.now()


def test_each_letter_opens_the_case_by_a_key_of_its_own_and_leaves_no_key_behind(cast, another, outbox):
    case = with_address(cast, outbox, another, visibility="private")
    reply(cast, case)
    answer(cast, case)
    first, second = outbox("me@example.org")[1:]
    keys = {path_of(links_in(letter)[0]) for letter in (first, second)}
    assert len(keys) == 2
    reader = another()
    assert reader.post(keys.pop(), {}).status_code == 303
    assert reader.get(f"/cases/{case.reference}").status_code == 200
    assert not [each for each in rows(Delivery) if each.secret and each.message]


def test_in_the_customers_language(cast, another, outbox):
    case = with_address(cast, outbox, another, language="zh_Hans")
    answer(cast, case)
    letter = outbox("me@example.org")[-1]
    assert re.search(r"[\u4e00-\u9fff]", letter["Subject"])


def test_a_survey_comes_with_a_link_that_answers_only_it(cast, another, outbox):
    case = with_address(cast, outbox, another)
    answer(cast, case)
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
    letter = next(each for each in outbox("me@example.org") if "How was it?" in each["Subject"])
    link = path_of(links_in(letter)[0])
    assert link.startswith("/s/") and another().post(link, {"ease": "5"}).status_code == 200


def test_a_broken_promise_is_told(cast, another, outbox, hand):
    case = with_address(cast, outbox, another)
    wait_until(clock.now() + timedelta(days=4))
    subjects = [each["Subject"] for each in outbox("me@example.org")]
    assert f"[{case.reference}] A promise was broken" in subjects


def test_a_lost_link_comes_only_to_the_confirmed_address(cast, another, outbox):
    case, other = with_address(cast, outbox, another), reported(cast, channel="email", address="un@example.org")
    before = len(outbox())
    pages = {
        another().post("/lost-link", {"reference": reference}).text
        for reference in (case.reference, other.reference, "RIV-0000-0000", "", "nonsense")
    }
    assert len(pages) == 1
    new = outbox()
    assert len(new) == before + 1
    fresh = next(each for each in new if "Your link" in each["Subject"])
    assert fresh["To"] == "me@example.org"
    reader = another()
    assert reader.post(path_of(links_in(fresh)[0]), {}).status_code == 303


def test_worker_again_sends_nothing_twice(cast, another, outbox):
    case = with_address(cast, outbox, another)
    answer(cast, case)
    count = len(outbox())
    assert len(outbox()) == count


def test_an_erased_customer_is_in_no_queue(cast, another, outbox):
    from portal.cases.erasure import erase_customer

    case = with_address(cast, outbox, another)
    answer(cast, case)
    until_idle()
    assert any(each.address == "me@example.org" for each in rows(Delivery))
    with entered(cast.customer(case.case_id)):
        erase_customer(case.case_id)
    wait_until(clock.now())
    until_idle()
    assert not [each for each in (*rows(Delivery), *rows(Subscription)) if each.address == "me@example.org"]


# -- feeds and dates -------------------------------------------------------------------------------------------------


def test_a_feed_of_what_everybody_may_read(cast, another):
    case = acknowledged(cast)
    with entered(cast.as_ada):
        handling.note(case.case_id, text="internal canary", author="Ada")
    page = another().get(f"/cases/{case.reference}/feed.atom")
    assert page.status_code == 200 and page.mimetype == "application/atom+xml"
    from xml.etree import ElementTree

    feed = ElementTree.fromstring(page.text)  # noqa: S314 (our own)
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert len(entries) == 6 and "internal canary" not in page.text and "Ada" not in page.text
    assert another().get(f"/cases/{reported(cast, visibility='private').reference}/feed.atom").status_code == 404


def test_markup_in_a_feed_is_text(cast, another):
    case = reported(cast, text="<script>alert(1)</script> & ]]> lost")
    page = another().get(f"/cases/{case.reference}/feed.atom").text
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_promised_dates_as_a_calendar_file(cast, another):
    case = acknowledged(cast)
    page = another().get(f"/cases/{case.reference}/promises.ics")
    assert page.mimetype == "text/calendar"
    lines = page.text.split("\r\n")
    assert lines.count("BEGIN:VEVENT") == 1 and "DTSTART:20261119T090000Z" in lines
    assert all(len(line.encode()) <= 75 for line in lines)


def test_a_long_sentence_is_folded_at_characters(cast, another):
    from portal.cases import promises

    case = acknowledged(cast)
    with entered(cast.as_ada):
        promises.promise_more(case.case_id, "我们会找到您的行李,并且当天送到;" * 6, clock.now() + timedelta(days=1))
    page = another().get(f"/cases/{case.reference}/promises.ics").text
    assert all(len(line.encode()) <= 75 for line in page.split("\r\n"))
    assert "我们会找到您的行李\\,并且当天送到\\;" * 6 in page.replace("\r\n ", "")
