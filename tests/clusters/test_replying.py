"""One reply to all cases of a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from portal.cases import handling
from portal.cases.clocks import usual_answer
from portal.cases.models import Case
from portal.clusters import deciding, replying
from portal.clusters.deciding import ClusterMoved, NoSuchCluster
from portal.clusters.replying import Outcome, reply_to_all
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.clusters.conftest import cases_in, clusters, look
from tests.play import SOON, at_once, case_of, kinds_of, promises_of
from tests.tables import Tables

pytestmark = pytest.mark.database


def acknowledge(cast: Cast, case_id: int) -> None:
    with entered(cast.as_ada):
        handling.acknowledge(case_id, 1, plan="We look for it.", answer_by=clock.now() + SOON, author="Ada")


@pytest.fixture
def incident(cast: Cast, weeks: None, tell: Any, tables: Tables) -> tuple[int, list[int]]:
    """An open cluster of Meridian's with six cases, five of them acknowledged."""
    return tables.once("six cases", lambda: confirmed(cast, tell))


def confirmed(cast: Cast, tell: Any) -> tuple[int, list[int]]:
    ids = sorted(tell(category_id=cast.luggage, touchpoint_id=cast.belt) for _ in range(6))
    for case_id in ids[:5]:
        acknowledge(cast, case_id)
    (cluster,) = look()
    assert cluster.tenant_id == cast.meridian
    with entered(cast.as_ada):
        deciding.confirm(cluster.id, title="Belt 3 stands still")
    return cluster.id, ids


def put(case_id: int, state: str) -> None:
    with entered(Scope.system()), writing():
        case = db.session.get_one(Case, case_id)
        case.state = state
        case.waiting_since = clock.now() if state == "waiting_for_customer" else None


def send(cast: Cast, cluster_id: int, number: int = 0, **more: Any) -> Outcome:
    with entered(cast.as_ada):
        return reply_to_all(cluster_id, number, text="The belt runs again.", author="Ada", **more)


def test_each_case_gets_it_where_its_state_allows_and_keeps_its_own_clock(cast: Cast, incident) -> None:
    cluster_id, ids = incident
    before = {case_id: promises_of(cast, case_id)["answer"].due_at for case_id in ids[:5]}
    assert send(cast, cluster_id) == Outcome(sent=6, refused=0, left=0)
    rows = cases_in(cluster_id)
    for case_id in ids[:5]:
        assert kinds_of(cast, case_id).count("case.reply.sent") == 1
        assert rows[case_id].reply_result == "sent"
        assert promises_of(cast, case_id)["answer"].due_at == before[case_id]
        assert case_of(cast, case_id).state == "in_progress"


def test_where_there_is_no_plan_the_reply_is_the_plan(cast: Cast, incident) -> None:
    """Its answer is promised by the calendar, and nobody has the case in hand by a reply to all."""
    cluster_id, ids = incident
    with entered(cast.as_ada):
        usual = usual_answer(cast.meridian, 1)
    send(cast, cluster_id)
    assert kinds_of(cast, ids[5]).count("case.acknowledged") == 1 and case_of(cast, ids[5]).state == "acknowledged"
    assert "case.reply.sent" not in kinds_of(cast, ids[5]) and "case.assigned" not in kinds_of(cast, ids[5])
    assert promises_of(cast, ids[5])["answer"].due_at == usual
    assert cases_in(cluster_id)[ids[5]].reply_result == "sent"


STATES = {
    "received": "sent",
    "acknowledged": "sent",
    "in_progress": "sent",
    "waiting_for_customer": "sent",
    "answered": "sent",
    "closed": None,
    "withdrawn": None,
    "reopened": "refused",
    "appealed": "refused",
}


@pytest.mark.parametrize(("state", "result"), STATES.items())
def test_in_each_state(cast: Cast, incident, state: str, result: str | None) -> None:
    cluster_id, ids = incident
    put(ids[0], state)
    send(cast, cluster_id)
    assert cases_in(cluster_id)[ids[0]].reply_result == result
    said = kinds_of(cast, ids[0])
    assert said.count("case.reply.sent") == (result == "sent" and state != "received")
    assert said.count("case.acknowledged") == 1 + (state == "received")


def test_the_same_form_sent_twice_is_refused(cast: Cast, incident) -> None:
    cluster_id, ids = incident
    send(cast, cluster_id)
    with pytest.raises(ClusterMoved):
        send(cast, cluster_id)
    assert kinds_of(cast, ids[0]).count("case.reply.sent") == 1
    send(cast, cluster_id, 1)
    assert kinds_of(cast, ids[0]).count("case.reply.sent") == 2, "a form made anew is another reply"


def test_two_clicks_at_once_send_one(app, cast: Cast, incident) -> None:
    cluster_id, ids = incident
    results = at_once(app, [lambda: send(cast, cluster_id)] * 3)
    assert sum(isinstance(result, Outcome) for result in results) == 1
    assert sum(isinstance(result, ClusterMoved) for result in results) == 2
    assert all(kinds_of(cast, case_id).count("case.reply.sent") == 1 for case_id in ids[:5])


def test_more_than_one_request_can_hold_are_told_and_reached_later(cast: Cast, incident, monkeypatch) -> None:
    cluster_id, ids = incident
    monkeypatch.setattr(replying, "MOST", 2)
    put(ids[5], "reopened")
    assert send(cast, cluster_id) == Outcome(sent=2, refused=0, left=4)
    assert send(cast, cluster_id, 1, rest=True) == Outcome(sent=2, refused=0, left=2)
    assert send(cast, cluster_id, 1, rest=True) == Outcome(sent=1, refused=1, left=0)
    assert send(cast, cluster_id, 1, rest=True) == Outcome(sent=0, refused=1, left=0)
    put(ids[5], "in_progress")
    assert send(cast, cluster_id, 1, rest=True) == Outcome(sent=1, refused=0, left=0)
    assert send(cast, cluster_id, 1, rest=True) == Outcome(sent=0, refused=0, left=0)
    assert all(kinds_of(cast, case_id).count("case.reply.sent") == 1 for case_id in ids)


def test_what_ends_half_way_is_taken_up_where_it_ended(cast: Cast, incident, monkeypatch) -> None:
    cluster_id, ids = incident
    done = []

    def breaks(case_id: int, **said: Any) -> None:
        if len(done) == 2:
            raise RuntimeError("the power is gone")
        done.append(case_id)
        handling.reply(case_id, **said)

    monkeypatch.setattr(replying, "reply", breaks)
    with pytest.raises(RuntimeError):
        send(cast, cluster_id)
    monkeypatch.undo()
    assert send(cast, cluster_id, 1, rest=True) == Outcome(sent=4, refused=0, left=0)
    assert all(kinds_of(cast, case_id).count("case.reply.sent") == 1 for case_id in ids[:5])


def test_a_case_taken_out_or_led_by_others_gets_nothing(cast: Cast, incident) -> None:
    cluster_id, ids = incident
    with entered(cast.as_ada):
        deciding.take_out(cluster_id, ids[0])
    with entered(Scope.system()), writing():
        db.session.get_one(Case, ids[1]).lead_tenant_id = cast.airport
    assert send(cast, cluster_id).sent == 4
    assert "case.reply.sent" not in kinds_of(cast, ids[0]) + kinds_of(cast, ids[1])


@pytest.mark.parametrize("number", [-1, 1, 7])
def test_a_forged_number_sends_nothing(cast: Cast, incident, number: int) -> None:
    with pytest.raises(ClusterMoved):
        send(cast, incident[0], number)
    with pytest.raises(ClusterMoved):
        send(cast, incident[0], number, rest=True)
    with pytest.raises(ClusterMoved):
        send(cast, incident[0], 0, rest=True)


def test_only_an_open_one(cast: Cast, incident) -> None:
    with entered(cast.as_ada):
        deciding.close(incident[0])
    with pytest.raises(ClusterMoved):
        send(cast, incident[0])


ACTS = {
    "confirm": lambda cluster_id, _case: deciding.confirm(cluster_id, title="Mine"),
    "dismiss": lambda cluster_id, _case: deciding.dismiss(cluster_id),
    "close": lambda cluster_id, _case: deciding.close(cluster_id),
    "take in": deciding.take_in,
    "take out": deciding.take_out,
    "reply": lambda cluster_id, _case: reply_to_all(cluster_id, 0, text="Hello", author="X"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("who", ["as_hugo", "as_greta", "as_otto"])
def test_another_business_does_nothing_with_it(cast: Cast, incident, act: Any, who: str) -> None:
    cluster_id, ids = incident
    before = [(c.state, c.title, c.replies) for c in clusters()], cases_in(cluster_id)
    with entered(getattr(cast, who)), pytest.raises(NoSuchCluster):
        act(cluster_id, ids[0])
    assert ([(c.state, c.title, c.replies) for c in clusters()], cases_in(cluster_id)) == before


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_who_only_reads_is_refused(cast: Cast, incident, act: Any) -> None:
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.ada, "product")), pytest.raises(Forbidden):
        act(incident[0], incident[1][0])


MOVES = {  # state → what each act makes of it
    "suggested": {"confirm": "open", "dismiss": "dismissed", "close": None},
    "open": {"confirm": "open", "dismiss": None, "close": "closed"},
    "closed": {"confirm": None, "dismiss": None, "close": None},
    "dismissed": {"confirm": None, "dismiss": None, "close": None},
}


@pytest.mark.parametrize(
    ("state", "act", "after"), [(state, act, after) for state, row in MOVES.items() for act, after in row.items()]
)
def test_the_life_of_a_cluster(cast: Cast, weeks, tell, state: str, act: str, after: str | None) -> None:
    for _ in range(5):
        tell(category_id=cast.luggage, touchpoint_id=cast.belt)
    cluster_id = look()[0].id
    with entered(cast.as_ada):
        for step in {"open": ["confirm"], "closed": ["confirm", "close"], "dismissed": ["dismiss"]}.get(state, []):
            ACTS[step](cluster_id, 0)
        if after is None:
            with pytest.raises(ClusterMoved):
                ACTS[act](cluster_id, 0)
        else:
            ACTS[act](cluster_id, 0)
    assert clusters()[0].state == (after or state)
