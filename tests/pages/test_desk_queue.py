"""The desk's list: what nobody has is marked and can be taken there; how late it is; how it ended."""

import re
from datetime import timedelta

import pytest

from portal.accounts.passwords import hashed
from portal.cases.models import Access
from portal.events.models import Event
from tenants.models import Membership, User
from tenants.scope import Scope, current, db, entered, writing
from tests.pages.conftest import PASSWORD
from tests.pages.test_desk import id_of
from tests.pages.test_whole_life import ANSWER, DESK, QUESTION, VERDICT, act, own, plan
from tests.play import promises_of, snapshot, wait_until

pytestmark = pytest.mark.database
QUEUE = "/desk/meridian/"
WAITING = "Waiting to be taken up"


@pytest.fixture
def ada(signed_in):
    return signed_in("ada")


def somebody(cast, name, role):
    """Another of Meridian's people, who can sign in."""
    with entered(Scope.system(cast.riverside)), writing():
        user = User(
            network_id=cast.riverside,
            email=f"{name}@example.com",
            name=name.title(),
            password_hash=hashed(PASSWORD),
        )
        db.session.add(user)
        db.session.flush()
        db.session.add(Membership(network_id=cast.riverside, tenant_id=cast.meridian, user_id=user.id, role=role))


@pytest.fixture
def bea(cast, signed_in):
    """A second agent of Meridian, signed in."""
    somebody(cast, "bea", "agent")
    return signed_in("bea")


def line(page, reference):
    """The line of one case."""
    lines = re.findall(r"<li[ >].*?</li>", page, re.DOTALL)
    return next((each for each in lines if f'/cases/{reference}"' in each), "")


def take(who, reference, show="open", **headers):
    who.get(QUEUE)
    return who.post(f"{DESK}{reference}/assignment", {"version": "1", "queue": show}, **headers)


def holder(cast, reference):
    with entered(Scope.system(cast.riverside)):
        return db.session.query(Access.assignee_id).filter_by(case_id=id_of(cast, reference)).scalar()


def nobodys(cast, reference):
    """As after a plan that many cases got at once: known to the customer, and in nobody's hand."""
    access = Access.__table__
    with entered(Scope.system()), writing():
        row = access.c.case_id == id_of(cast, reference)
        db.session.execute(current().update(access).where(row).values(assignee_id=None))


def times_taken(cast):
    with entered(Scope.system(cast.riverside)):
        return db.session.query(Event).filter_by(kind="case.assigned").count()


def test_what_nobody_has_is_taken_from_its_line(ada, report, cast):
    reference, _key = report()
    page = ada.get(QUEUE).text
    mine = line(page, reference)
    assert 'class="waits"' in mine and WAITING in mine and "I take this" in mine and 'name="version" value="1"' in mine
    assert re.search(r"Nobody’s <b>1</b></a>", page)
    answer = take(ada, reference, "free")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("?show=free&sent=taken")
    page = ada.follow(answer).text
    assert "The case is yours." in page and "Everything is taken" in page
    mine = line(ada.get(QUEUE).text, reference)
    assert "I take this" not in mine and WAITING not in mine and ">Ada</span>" in mine and "Received" in mine
    assert holder(cast, reference) == cast.ada


def test_with_script_its_line_alone_comes_back_and_stays(ada, report):
    reference, _key = report()
    answer = take(ada, reference, "free", **{"HX-Request": "true"})
    assert answer.status_code == 200 and answer.text.count("<li") == 1 and "<html" not in answer.text
    mine = line(answer.text, reference)
    assert "autofocus" in mine and ">Ada</span>" in mine and "I take this" not in mine
    assert "autofocus" not in ada.get(QUEUE).text


def test_who_comes_second_takes_nothing_away(ada, bea, report, cast):
    reference, _key = report()
    take(ada, reference)
    before = snapshot(cast)
    page = bea.follow(take(bea, reference)).text
    assert "Somebody was quicker" in page
    assert ">Ada</span>" in take(bea, reference, **{"HX-Request": "true"}).text
    refused = bea.post(f"{DESK}{reference}/assignment", {"version": "1", "free": "1"})
    assert refused.status_code == 409 and "A colleague has just taken this case." in refused.text
    assert snapshot(cast) == before and holder(cast, reference) == cast.ada
    assert "The case is yours." in act(bea, reference, "assignment").text  # its page names whom it is taken from
    assert times_taken(cast) == 2


def test_a_double_press_is_on_record_once(ada, report, cast):
    reference, _key = report()
    for _press in range(2):
        assert take(ada, reference).status_code == 303
        act(ada, reference, "assignment")
    assert times_taken(cast) == 1


def test_only_who_may_take_is_offered_it(ada, report, cast, signed_in):
    reference, _key = report()
    somebody(cast, "pia", "product")
    pia = signed_in("pia")
    mine = line(pia.get(QUEUE).text, reference)
    assert WAITING in mine and "I take this" not in mine
    assert take(pia, reference).status_code == 403
    hugo = signed_in("hugo")
    hugo.get("/desk/harbor/")
    assert hugo.post(f"/desk/harbor/cases/{reference}/assignment", {"queue": "open"}).status_code == 404
    assert holder(cast, reference) is None


def test_a_closed_case_is_not_taken(browser, ada, report, cast):
    reference, _key = report()
    browser.get(f"/cases/{reference}")
    own(browser, reference, "withdrawal")
    assert take(ada, reference).headers["Location"].endswith("sent=gone")
    assert act(ada, reference, "assignment").status_code == 409
    assert holder(cast, reference) is None and times_taken(cast) == 0


def test_nobodys_are_those_with_work_on_them(ada, report, cast):
    free, waiting, answered, taken = (report()[0] for _each in range(4))
    for reference in (waiting, answered, taken):
        plan(ada, reference)
    act(ada, waiting, "questions", **QUESTION)
    nobodys(cast, waiting)
    nobodys(cast, answered)
    nobodys(cast, taken)
    act(ada, answered, "answer", **ANSWER)
    take(ada, taken)
    page = ada.get(f"{QUEUE}?show=free").text
    assert line(page, free) and line(page, waiting) and not line(page, answered) and not line(page, taken)
    assert "Nobody’s <b>2</b>" in page
    theirs = line(page, waiting)
    assert "Waiting for the customer" in theirs and "nobody has taken it" in theirs and WAITING not in theirs
    assert "I take this" in theirs


def test_a_late_line_says_how_late(ada, signed_in, report, cast):
    reference, _key = report()
    plan(ada, reference)
    due = promises_of(cast, id_of(cast, reference))["answer"].due_at
    assert "data-left=" in line(ada.get(QUEUE).text, reference)
    for later, said in ((timedelta(minutes=20), "20 minutes late</span>"), (timedelta(hours=3), "3 hours late</span>")):
        wait_until(due + later)
        assert said in line(signed_in("ada").get(QUEUE).text, reference)
    wait_until(due + timedelta(days=3))
    late = line(signed_in("ada").get(QUEUE).text, reference)
    assert "3 days late</span>" in late and "data-left=" not in late
    assert "3 days late. Promised by" in signed_in("ada").get(f"{DESK}{reference}").text
    assert "已逾期 3 天</span>" in signed_in("ada").get(f"{QUEUE}?lang=zh-TW").text


def test_who_tells_the_plan_has_the_case_in_hand(ada, bea, report, cast):
    reference, _key = report()
    plan(ada, reference)
    page = bea.get(f"{DESK}{reference}").text
    assert holder(cast, reference) == cast.ada and times_taken(cast) == 1
    assert "Take it over from Ada" in page and WAITING not in page
    other, _key = report(what="The desk was closed.")
    take(bea, other)
    bea_has = holder(cast, other)
    plan(ada, other)
    assert holder(cast, other) == bea_has != cast.ada, "what a colleague has stays theirs"


def test_the_public_state_stays(ada, browser, another, report, cast):
    reference, _key = report()
    plan(ada, reference)
    nobodys(cast, reference)
    for page in (ada.get(f"{DESK}{reference}").text, line(ada.get(QUEUE).text, reference)):
        assert WAITING not in page and "Acknowledged" in page and "nobody has taken it" in page
    for reader in (browser, another()):
        page = reader.get(f"/cases/{reference}").text
        assert WAITING not in page and "<b>Acknowledged</b>" in page
    act(ada, reference, "assignment")
    page = ada.get(f"{DESK}{reference}").text
    assert WAITING not in page and "<b>Acknowledged</b>" in page


def test_an_appeal_that_nobody_has_is_taken_first(browser, ada, bea, report, cast):
    reference, _key = report()
    plan(ada, reference)
    act(ada, reference, "findings", found="The belt stood.", source="Belt log")
    act(ada, reference, "assessment", **VERDICT)
    act(ada, reference, "answer", **ANSWER)
    own(browser, reference, "appeal", appeal="The log is of another day.")
    mine = line(ada.get(QUEUE).text, reference)
    assert "<b>Appealed</b>" in mine and WAITING in mine and "I take this" not in mine  # she decided before
    act(bea, reference, "second-look", plan="We look again", due="2026-11-24T12:00")
    nobodys(cast, reference)
    page = bea.get(f"{DESK}{reference}").text
    acts = page[page.index('id="acts"') : page.index('id="note"')]
    assert "You did not decide on this case before" in acts and "under appeal" in page
    assert re.search(r'class="btn">I take this case', acts) and '<summary class="btn plain">Give the final' in acts
    assert "You did not decide" not in ada.get(f"{DESK}{reference}").text
    act(bea, reference, "assignment")
    acts = bea.get(f"{DESK}{reference}").text
    assert "You did not decide" not in acts and '<summary class="btn">Give the final' in acts


def test_closed_lines_say_how_they_closed(browser, ada, report):
    accepted, by_us = report()[0], report()[0]
    for reference in (accepted, by_us):
        plan(ada, reference)
        act(ada, reference, "answer", **ANSWER)
    act(ada, by_us, "closure")
    own(browser, accepted, "acceptance")
    page = ada.get(f"{QUEUE}?show=closed").text
    assert "accepted by the customer" in line(page, accepted) and "by the business" in line(page, by_us)


def test_a_note_is_folded_until_it_is_refused(ada, report, browser):
    reference, _key = report()
    page = ada.get(f"{DESK}{reference}").text
    assert '<details class="sheet note"><summary id="note">' in page
    words = page.index("The customer’s latest words")
    assert page.index('class="next') < words < page.index('id="acts"')
    assert '<details class="sheet note" open>' in act(ada, reference, "notes", text="").text
