"""The list of what is asked of a business, or of a unit: also whole cases that it has taken on, the late ones first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal import directory
from portal.cases import handling
from portal.handoffs import handing, reading, unit_reading, working
from portal.worker.main import until_idle
from tenants.scope import entered
from tests.handoffs import units as between_units
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import handoff
from tests.play import acknowledged, case_of, wait_until

pytestmark = pytest.mark.database

LATE = re.compile(r'<span class="late"><svg[^>]*>.*?</svg>late since <time', re.S)


def asked(partners, who):
    with entered(partners.scopes[who]):
        return [leg.row.id for leg in reading.inbox().asked]


def test_a_whole_case_stays_on_the_list_until_it_is_answered(partners, cast):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    assert asked(partners, "harbor") == [one]
    with entered(partners.scopes["meridian"]):
        assert reading.inbox().waiting == [], "who handed it on waits for nothing any more"
    with entered(cast.as_hugo):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Hugo")
    assert asked(partners, "harbor") == []


def test_a_whole_case_that_was_handed_on_is_off_the_list(partners, cast):
    made = acknowledged(cast)
    accepted(partners, made.case_id, whole=True)
    two = accepted(partners, made.case_id, "lantern", by="harbor", whole=True)
    assert asked(partners, "harbor") == [] and asked(partners, "lantern") == [two]


def test_what_is_late_comes_first_and_says_so_in_red(partners, cast, signed_in):
    directory.forget()
    late = accepted(partners, acknowledged(cast).case_id, whole=True)
    part = accepted(partners, acknowledged(cast).case_id)
    wait_until(handoff(late).answer_by - timedelta(minutes=30))
    fresh = offered(partners, acknowledged(cast).case_id)
    assert asked(partners, "harbor") == [fresh, late, part], "a word that is waited for, then what is due"
    wait_until(handoff(late).answer_by)
    assert asked(partners, "harbor") == [late, part, fresh], "the date is the rule, before the worker has told"
    until_idle()
    page = signed_in("hugo").get("/desk/harbor/handoffs").text
    assert "Nobody waits for us" not in page and "the whole case" in page
    assert len(LATE.findall(page)) == 2
    do(partners, "harbor", working.answer, part, text="Found.", author="Hugo")
    page = signed_in("hugo").get("/desk/harbor/handoffs").text
    assert len(LATE.findall(page)) == 1, "who has answered is not waited for"
    assert len(LATE.findall(signed_in("ada").get("/desk/meridian/handoffs").text)) == 0


def test_units_have_the_same_list(inside, cast):
    def mine(who):
        with entered(inside.scopes[who]):
            return [leg.row.id for leg in unit_reading.inside().asked]

    made = acknowledged(cast)
    one = between_units.accepted(inside, made.case_id, whole=True)
    assert mine("bags") == [one]
    with entered(inside.scopes["manager"]):
        assert [leg.row.id for leg in unit_reading.inside().others] == [one]
        assert unit_reading.inside().waiting == []
    wait_until(between_units.one_of(one).answer_by)
    fresh = between_units.offered(inside, acknowledged(cast).case_id)
    assert mine("bags") == [one, fresh] and between_units.one_of(one).late_since is not None
    between_units.accepted(inside, made.case_id, "care", by="bags", whole=True)
    assert mine("bags") == [fresh]
    with entered(cast.as_ada):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Ada")
    assert mine("care") == []


def test_a_case_that_has_left_the_business_is_off_its_units_list(inside, partners, cast):
    made = acknowledged(cast)
    between_units.accepted(inside, made.case_id, whole=True)
    two = offered(partners, made.case_id, whole=True)
    do(partners, "harbor", handing.accept, two, author="Hugo")
    with entered(inside.scopes["bags"]):
        assert unit_reading.inside().asked == []


def test_what_is_late_stands_above_what_is_empty_or_in_time(inside, partners, cast, signed_in):
    """Also where the business has units: an empty box of theirs is one line at the end."""
    directory.forget()
    late = accepted(partners, acknowledged(cast).case_id)
    wait_until(handoff(late).answer_by)
    page = signed_in("ada").get("/desk/meridian/handoffs").text
    assert "Inside our business" not in page and "Nobody waits for us" not in page
    assert page.index("late since") < page.index("No other business waits for us.") < page.index("No unit waits")
    one = between_units.accepted(inside, acknowledged(cast).case_id)
    page = signed_in("ada").get("/desk/meridian/handoffs").text
    assert page.index("late since") < page.index("Inside our business")
    do(partners, "harbor", working.answer, late, text="Found.", author="Hugo")
    page = signed_in("ada").get("/desk/meridian/handoffs").text
    assert page.index("Inside our business") < page.index("With other businesses"), "nothing is late"
    wait_until(between_units.one_of(one).answer_by)
    page = signed_in("ada").get("/desk/meridian/handoffs").text
    assert page.index("Inside our business") < page.index("late since") < page.index("With other businesses")
