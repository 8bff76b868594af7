"""The time for a yes or no: before it people decide, from then on it has run out, whether or not the worker has come
round; and if both come at once, there is one end and one event."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal import directory
from portal.handoffs import handing
from portal.handoffs.legs import NoSuchHandoff, RanOut, StaleHandoff
from portal.handoffs.running_out import expire
from portal.handoffs.states import WrongLeg
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, entered
from tests.handoffs import units as between_units
from tests.handoffs.acts import offered
from tests.handoffs.conftest import handoff
from tests.play import acknowledged, at_once, case_of, kinds_of, snapshot, wait_until

pytestmark = pytest.mark.database

TRIES = {
    "accept": ("answerer", lambda one, version: handing.accept(one, version, author="X")),
    "decline": (
        "answerer",
        lambda one, version: handing.decline(one, version, reason="not_ours", text="", author="X"),
    ),
    "withdraw": ("asker", handing.withdraw),
}


class Between:
    """The same offer, between two businesses or between two units of one."""

    def __init__(self, inside, kind, case_id, whole):
        self.units = kind == "units"
        if self.units:
            self.id = between_units.offered(inside, case_id, whole=whole)
            self.scopes = {"answerer": inside.scopes["bags"], "asker": inside.scopes["front"]}
        else:
            self.id = offered(inside.partners, case_id, whole=whole)
            scopes = inside.partners.scopes
            self.scopes = {"answerer": scopes["harbor"], "asker": scopes["meridian"]}
        self.told = "case.unit" if self.units else "case.handoff"

    @property
    def row(self):
        return between_units.one_of(self.id) if self.units else handoff(self.id)


@pytest.fixture(params=["businesses", "units"])
def between(request, inside, cast):
    def make(whole=False):
        made = acknowledged(cast)
        return made.case_id, Between(inside, request.param, made.case_id, whole)

    return make


def at(moment):
    clock._source.set(moment)


@pytest.mark.parametrize("act", TRIES)
def test_from_the_moment_on_nobody_moves_it_but_the_worker(between, cast, act):
    case_id, leg = between()
    side, verb = TRIES[act]
    at(leg.row.accept_by)
    before = snapshot(cast)
    with entered(leg.scopes[side]), pytest.raises(RanOut) as refused:
        verb(leg.id, leg.row.version)
    assert refused.value.at == leg.row.accept_by and snapshot(cast) == before
    assert leg.row.state == "offered" and leg.row.ran_out
    wait_until(leg.row.accept_by)
    until_idle()
    assert leg.row.state == "expired" and kinds_of(cast, case_id).count(f"{leg.told}.expired") == 1


@pytest.mark.parametrize("act", TRIES)
def test_a_second_before_people_decide_and_the_worker_finds_nothing(between, cast, act):
    case_id, leg = between()
    side, verb = TRIES[act]
    at(leg.row.accept_by - timedelta(seconds=1))
    with entered(Scope.system()):
        expire(leg.id)
    assert leg.row.state == "offered"
    with entered(leg.scopes[side]):
        verb(leg.id, leg.row.version)
    state = leg.row.state
    wait_until(leg.row.accept_by)
    until_idle()
    assert leg.row.state == state and f"{leg.told}.expired" not in kinds_of(cast, case_id)


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_accepting_and_running_out_at_once_have_one_end(app, between, cast, whole, early):
    """Whoever has the case first: the date alone says which of the two it is."""
    case_id, leg = between(whole)
    version = leg.row.version
    at(leg.row.accept_by - timedelta(seconds=1) if early else leg.row.accept_by)

    def take():
        with entered(leg.scopes["answerer"]):
            handing.accept(leg.id, version, author="Hugo")

    def run_out():
        with entered(Scope.system()):
            expire(leg.id)

    results = at_once(app, [take, run_out] * 6)
    problems = {type(result) for result in results if result is not None}
    kinds = kinds_of(cast, case_id)
    ends = {name: kinds.count(f"{leg.told}.{name}") for name in ("accepted", "expired")}
    if early:
        assert (leg.row.state, ends) == ("accepted", {"accepted": 1, "expired": 0})
        assert problems <= {StaleHandoff, WrongLeg}
    else:
        assert (leg.row.state, ends) == ("expired", {"accepted": 0, "expired": 1})
        assert (
            problems <= {RanOut, StaleHandoff, NoSuchHandoff}
            and len([each for each in results if each is not None]) == 6
        )
    assert kinds.count("case.lead.changed") == (early and whole and not leg.units)


@pytest.mark.parametrize("kind", ["businesses", "units"])
def test_who_comes_too_late_is_told_when_it_ran_out(app, inside, signed_in, cast, kind):
    directory.forget()
    made = acknowledged(cast)
    leg = Between(inside, kind, made.case_id, whole=False)
    at(leg.row.accept_by)
    who, path = ("hugo", f"/desk/harbor/handoffs/{leg.id}")
    if leg.units:
        who, path = "mona", f"/desk/meridian/unit-handoffs/{leg.id}"
    person = signed_in(who)
    page = person.get(path).text
    assert "Nobody took it on in time." in page and "We take it on" not in page and "We cannot take it" not in page
    before = snapshot(cast)
    late = person.post(f"{path}/acceptance", {"version": str(leg.row.version)})
    assert late.status_code == 409 and snapshot(cast) == before
    ran_out = r"The time for it ran out at \d\d:\d\d on \d+ \w+ \d{4}\. Nothing was done; (.*?) says who takes it\."
    told = re.search(ran_out, late.text)
    assert told and told[1] == ("a manager" if leg.units else "the host")
    assert case_of(cast, made.case_id).lead_tenant_id == cast.meridian
