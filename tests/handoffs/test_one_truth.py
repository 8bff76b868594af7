"""A case that has come along: its page, its path and the desk say one thing of who owes what, and who has it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.cases import handling
from portal.handoffs import handing, working
from portal.handoffs.states import WrongLeg
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import entered
from tests.handoffs.acts import accepted, do, given_by_the_host, offered
from tests.handoffs.conftest import handoff
from tests.handoffs.test_path import page_of, stops
from tests.play import acknowledged, case_of, kinds_of, promises_of, wait_until

pytestmark = pytest.mark.database


def banner(page):
    return page.split('class="next', 1)[1].split("</section>", 1)[0]


def timeline(page):
    return page.split('<ol class="timeline"', 1)[1].split("</ol>", 1)[0]


def late_on_both(partners, cast):
    """Taken over by Harbor, and by now late by what it agreed to and by what Meridian had promised."""
    made = acknowledged(cast)
    wait_until(clock.now() + timedelta(minutes=5))
    one = accepted(partners, made.case_id, whole=True)
    agreed, promised = handoff(one).answer_by, promises_of(cast, made.case_id)["answer"].due_at
    assert agreed < promised
    for each in (agreed, promised):
        wait_until(each + timedelta(minutes=1))
        until_idle()
    return made, agreed


def test_a_broken_promise_is_told_with_the_one_who_owes_it(partners, cast, app, browser):
    made, _agreed = late_on_both(partners, cast)
    told = timeline(page_of(browser, app, cast, made.case_id))
    broken = told[: told.index("leads this case now")]
    assert "Harbor Ground Handling (made by Meridian Air)" in broken and ">Meridian Air&nbsp;" not in broken


def test_what_it_made_and_broke_itself_is_told_with_it_alone(partners, cast, app, browser):
    """Also where it hands the case on afterwards: it was late before that."""
    made = acknowledged(cast)
    wait_until(promises_of(cast, made.case_id)["answer"].due_at + timedelta(minutes=1))
    until_idle()
    one = offered(partners, made.case_id, whole=True)
    wait_until(clock.now() + timedelta(minutes=5))
    do(partners, "harbor", handing.accept, one, author="Hugo")
    assert "(made by" not in timeline(page_of(browser, app, cast, made.case_id))


def test_the_banner_counts_from_the_earliest_that_is_owed(partners, cast, app, browser, signed_in):
    made, agreed = late_on_both(partners, cast)
    page = page_of(browser, app, cast, made.case_id)
    for said in (page, signed_in("hugo").get(f"/desk/harbor/cases/{case_of(cast, made.case_id).reference}").text):
        assert f'Promised by <time datetime="{agreed:%Y-%m-%dT%H:%M}' in banner(said)
        assert "Also due" not in banner(said), "one answer is owed, not two"
    assert f'late since <time datetime="{agreed:%Y-%m-%dT%H:%M}' in page and "late since" in stops(page)[1]
    with entered(cast.as_hugo):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Hugo")
    assert "Promised by" not in banner(page_of(browser, app, cast, made.case_id))


def test_before_it_is_late_the_agreed_date_is_next(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    due = handoff(one).answer_by
    assert f'By <time datetime="{due:%Y-%m-%dT%H:%M}' in banner(page_of(browser, app, cast, made.case_id))


def test_in_progress_means_the_same_in_public_and_on_the_desk(partners, cast, app, browser, signed_in):
    made = given_by_the_host(partners, cast)
    hugo, path = signed_in("hugo"), f"/desk/harbor/cases/{case_of(cast, made.case_id).reference}"
    page = hugo.get(path).text
    assert "<b>Acknowledged</b>" in banner(page) and "nobody has taken it" in banner(page)
    assert "<b>Acknowledged</b>" in banner(page_of(browser, app, cast, made.case_id))
    with entered(cast.as_hugo):
        handling.reply(made.case_id, text="We look.", author="Hugo")
    page = hugo.get(path).text
    assert "<b>In progress</b>" in banner(page) and "nobody has taken it" not in page and "Hugo" in banner(page)
    assert "<b>In progress</b>" in banner(page_of(browser, app, cast, made.case_id))


def test_a_reply_to_many_cases_takes_none_of_them(cast):
    made = acknowledged(cast)
    with entered(cast.as_ada):
        handling.reply(made.case_id, text="We know of it.", author="Ada", in_hand=False)
    assert "case.assigned" not in kinds_of(cast, made.case_id)


def dates_of(cast, case_id):
    case = case_of(cast, case_id)
    return case.agreed_by, case.next_due_at, case.next_promise_id


def test_lists_and_the_queue_go_by_the_date_that_was_agreed_on(partners, cast, browser, signed_in):
    made = acknowledged(cast)
    wait_until(clock.now() + timedelta(minutes=5))
    one = accepted(partners, made.case_id, whole=True)
    agreed, promise = handoff(one).answer_by, promises_of(cast, made.case_id)["answer"]
    assert dates_of(cast, made.case_id) == (agreed, agreed, promise.id) and agreed < promise.due_at
    wait_until(agreed + timedelta(minutes=1))
    until_idle()
    line = browser.get("/cases", base_url="https://riverside.example").text.split('<p class="quiet dots">', 1)[1]
    assert "broken" in line and "Harbor Ground Handling" in line.split("</li>", 1)[0]
    assert "One case is late." in signed_in("hugo").get("/desk/harbor/").text


def test_nobody_gives_themselves_more_time_and_the_answer_ends_it(partners, cast):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    agreed = handoff(one).answer_by
    until = agreed + timedelta(hours=3)
    with pytest.raises(WrongLeg):
        do(partners, "harbor", working.ask_longer, one, until=until, text="The van is away.", author="Hugo")
    assert dates_of(cast, made.case_id)[0] == agreed
    with entered(cast.as_hugo):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Hugo")
    assert dates_of(cast, made.case_id)[:2] == (None, None)
