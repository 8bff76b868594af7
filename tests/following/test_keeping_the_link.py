"""An address that is left after the report: asked once, and once confirmed a lost link is sent there anew."""

import re
from datetime import timedelta

import pytest

from portal.cases.contacts import GIVEN_A_DAY
from portal.cases.models import Contact
from portal.following.models import Subscription
from tenants import clock
from tests.following.test_following import links_in, outbox, path_of, rows
from tests.play import reported, wait_until

__all__ = ["outbox"]
pytestmark = pytest.mark.database


@pytest.fixture
def filed(report, browser):
    """(the browser that holds the key, the case's number)"""
    reference, _key = report()
    return browser, reference


def leave(person, reference, address="me@example.org", **headers):
    return person.post(f"/cases/{reference}/contact", {"keep_email": address}, **headers)


def addresses():
    return sorted(contact.address for contact in rows(Contact))


def test_the_sent_page_says_it_and_has_the_field(report, browser):
    page = browser.get("/report").text
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    form = {"nonce": nonce, "what": "My suitcase did not arrive.", "visibility": "private"}
    said = browser.post("/cases", form).text
    assert "nobody can open your case again" in said and 'name="keep_email"' in said
    another = browser.get("/report").text
    form = {**form, "nonce": re.search(r'name="nonce" value="([^"]+)"', another)[1], "contact": "me@example.org"}
    said = browser.post("/cases", form).text
    assert "nobody can open your case again" not in said and "me@example.org" in said


def test_who_confirmed_no_address_is_told_what_remains(browser):
    page = browser.get("/lost-link").text
    assert "everybody can still read a public case" in page
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    assert 'href="/search"' in main and 'href="/report"' in main


def test_a_lost_link_goes_to_the_address_that_was_confirmed(filed, another, outbox):
    person, reference = filed
    answer = leave(person, reference, "Me@Example.org")
    assert answer.status_code == 303 and answer.headers["Location"] == f"/cases/{reference}?sent=contact"
    somebody = another()
    somebody.post("/lost-link", {"reference": reference})
    (question,) = outbox()
    assert question["To"].lower() == "me@example.org" and "/k/" not in question.as_string()
    assert another().post(path_of(links_in(question)[0]), {}).status_code == 200
    assert [contact.confirmed_at for contact in rows(Contact)] == [clock.now()]
    somebody.post("/lost-link", {"reference": reference})
    letter = outbox()[1]
    key = path_of(links_in(letter)[0])
    opened = another()
    opened.get(key)
    assert opened.post(key, {}).headers["Location"] == f"/cases/{reference}"


def test_another_address_takes_the_place_of_one_that_was_not_confirmed(filed, another, outbox):
    person, reference = filed
    leave(person, reference, "wrong@example.org")
    (wrong,) = outbox("wrong@example.org")
    leave(person, reference, "right@example.org")
    assert len(outbox("right@example.org")) == 1
    assert addresses() == ["right@example.org"]
    assert [each.address for each in rows(Subscription)] == ["right@example.org"]
    assert another().post(path_of(links_in(wrong)[0]), {}).status_code == 404


def test_the_same_address_twice_is_asked_once_a_day(filed, outbox):
    person, reference = filed
    leave(person, reference)
    leave(person, reference)
    assert len(outbox("me@example.org")) == 1
    wait_until(clock.now() + timedelta(hours=25))
    leave(person, reference)
    assert len(outbox("me@example.org")) == 2
    assert addresses() == ["me@example.org"]


def test_a_confirmed_address_stays_when_another_is_left(filed, another, outbox):
    person, reference = filed
    leave(person, reference)
    (question,) = outbox("me@example.org")
    another().post(path_of(links_in(question)[0]), {})
    leave(person, reference, "wife@example.org")
    leave(person, reference)
    outbox()
    assert addresses() == ["me@example.org", "wife@example.org"]
    assert sorted(each.address for each in rows(Subscription)) == addresses()


def test_nobody_writes_to_the_world_by_a_report(filed, outbox):
    person, reference = filed
    for number in range(GIVEN_A_DAY):
        assert leave(person, reference, f"p{number}@example.org").status_code == 303
    refused = leave(person, reference, "one-more@example.org")
    assert refused.status_code == 422
    assert "one-more@example.org" not in addresses()
    wait_until(clock.now() + timedelta(days=1, minutes=1))
    assert leave(person, reference, "one-more@example.org").status_code == 303


@pytest.mark.parametrize("typed", ["", "nobody", "a@b@c.example", "x\0@example.org", "a@example.org, b@example.org"])
def test_what_is_no_address_is_refused(filed, typed):
    person, reference = filed
    assert leave(person, reference, typed).status_code in (400, 422)
    assert addresses() == []


def test_only_the_customer_leaves_an_address(filed, another, cast, report):
    person, reference = filed
    assert leave(another(), reference).status_code == 403
    stranger = another()
    report(stranger, visibility="private")
    assert leave(stranger, reference).status_code == 403
    hidden = reported(cast, visibility="private")
    assert leave(person, hidden.reference).status_code == 404
    assert leave(another("northport.example"), reference).status_code == 404
    assert addresses() == []


def test_htmx_gets_the_part_alone(filed):
    person, reference = filed
    part = leave(person, reference, **{"HX-Request": "true"})
    assert part.status_code == 200 and part.text.lstrip().startswith('<div class="stack close" id="keep-link">')
    assert "me@example.org" in part.text
    wrong = leave(person, reference, "nobody", **{"HX-Request": "true"})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text


def test_an_erased_customer_is_not_reached_again(filed):
    person, reference = filed
    leave(person, reference)
    person.post(f"/cases/{reference}/erasure", {"confirmation": reference})
    assert leave(person, reference).status_code in (403, 404)
    assert addresses() == []
