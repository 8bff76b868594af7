"""What stands out, what does not, and what becomes of further cases."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from portal.clusters import deciding, spikes
from portal.clusters.keeping import Find, keep
from portal.worker import main
from tenants import clock
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.clusters.conftest import BELT, cases_in, clusters, look
from tests.play import at_once, case_of

pytestmark = pytest.mark.database


def burst(tell, number: int, **where: object) -> list[int]:
    return [tell(**where) for _ in range(number)]


@pytest.mark.parametrize(("number", "found"), [(4, 0), (5, 1)])
def test_at_the_least_number_it_is_found_and_below_it_is_not(cast: Cast, weeks, tell, number, found) -> None:
    burst(tell, number, category_id=cast.luggage, touchpoint_id=cast.belt)
    assert len(look()) == found


def test_what_is_suggested_says_why(cast: Cast, weeks, tell) -> None:
    ids = [tell(text, category_id=cast.luggage, touchpoint_id=cast.belt) for text in BELT]
    (cluster,) = look()
    assert (cluster.kind, cluster.category_id, cluster.touchpoint_id) == ("both", cast.luggage, cast.belt)
    assert (cluster.state, cluster.title, cluster.seen, cluster.usual, cluster.hours) == ("suggested", None, 7, 0, 48)
    assert cluster.tenant_id == case_of(cast, ids[0]).lead_tenant_id
    assert "belt" in cluster.words
    assert set(cases_in(cluster.id)) == set(ids)
    assert look()[0].seen == 7 and len(clusters()) == 1, "a second look finds the same"


def test_the_most_exact_kind_wins(cast: Cast, weeks, tell) -> None:
    burst(tell, 6, category_id=cast.luggage, touchpoint_id=cast.belt)
    burst(tell, 2, category_id=cast.luggage, touchpoint_id=None)
    assert [cluster.kind for cluster in look()] == ["both"]


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        ("category", [("luggage", None), ("luggage", "belt"), ("luggage", "gate")]),
        ("touchpoint", [(None, "belt"), ("luggage", "belt"), ("delay", "belt")]),
    ],
)
def test_a_topic_or_a_place_alone(cast: Cast, weeks, tell, kind, where) -> None:
    for category, place in where * 2:
        tell(category_id=category and getattr(cast, category), touchpoint_id=place and getattr(cast, place))
    assert [cluster.kind for cluster in look()] == [kind]


def test_the_same_words_are_found_without_topic_and_place(cast: Cast, weeks, tell) -> None:
    ids = [tell(text, category_id=None, touchpoint_id=None) for text in BELT]
    burst(tell, 6, category_id=None, touchpoint_id=None)
    (cluster,) = look()
    assert cluster.kind == "text" and set(cases_in(cluster.id)) <= set(ids) and len(cases_in(cluster.id)) >= 5
    more = tell(BELT[0], category_id=None, touchpoint_id=None)
    (cluster,) = look()
    assert more in cases_in(cluster.id)


def test_eight_weeks_of_a_steady_rate_never_give_one(cast: Cast, tell, hand: clock.Hand) -> None:
    """Three of one topic, place and wording every two days; looked at every two days."""
    start = clock.now()
    for turn in range(28):
        hand.set(start + timedelta(days=2 * turn))
        for _ in range(3):
            tell(BELT[turn % 3], category_id=cast.luggage, touchpoint_id=cast.belt)
        assert look() == []
    for _ in range(2):
        tell(BELT[0], category_id=cast.luggage, touchpoint_id=cast.belt)
    assert look() == [], "five where three are usual"


def test_a_young_network_has_no_usual_rate(cast: Cast, tell, hand: clock.Hand) -> None:
    burst(tell, 8, category_id=cast.luggage, touchpoint_id=cast.belt)
    assert look() == []
    hand.set(clock.now() + timedelta(days=8))
    burst(tell, 8, category_id=cast.luggage, touchpoint_id=cast.belt)
    assert look() == [], "eight in the week before are nothing to compare with favourably"


def changed(cast: Cast, ids: list[int], **values: object) -> None:
    from portal.cases.models import Case

    with entered(Scope.system()), writing():
        for case_id in ids:
            case = db.session.get_one(Case, case_id)
            for name, value in values.items():
                setattr(case, name, value)


@pytest.mark.parametrize("values", [{"origin": "import"}, {"kind": "praise"}])
def test_published_collections_and_praise_do_not_count(cast: Cast, weeks, tell, values) -> None:
    changed(cast, burst(tell, 8, category_id=cast.luggage, touchpoint_id=cast.belt), **values)
    assert look() == []


def test_old_cases_do_not_count(cast: Cast, weeks, tell, hand: clock.Hand) -> None:
    burst(tell, 3, category_id=cast.luggage, touchpoint_id=cast.belt)
    hand.set(clock.now() + timedelta(hours=49))
    burst(tell, 4, category_id=cast.luggage, touchpoint_id=cast.belt)
    assert look() == []


def test_further_cases_join_and_one_taken_out_stays_out(cast: Cast, weeks, tell) -> None:
    where = {"category_id": cast.luggage, "touchpoint_id": cast.belt}
    first = burst(tell, 6, **where)
    (cluster,) = look()
    with entered(_staff(cast, cluster)):
        deciding.confirm(cluster.id, title="Belt 3 stands still")
        deciding.take_out(cluster.id, first[0])
    more = tell(**where)
    (cluster,) = look()
    rows = cases_in(cluster.id)
    assert more in rows and rows[first[0]].is_out


@pytest.mark.parametrize("end", ["dismiss", "close"])
def test_what_is_over_comes_up_again_only_by_as_many_new_cases(cast: Cast, weeks, tell, end) -> None:
    where = {"category_id": cast.luggage, "touchpoint_id": cast.belt}
    burst(tell, 6, **where)
    (cluster,) = look()
    with entered(_staff(cast, cluster)):
        if end == "close":
            deciding.confirm(cluster.id, title="Belt 3 stands still")
        getattr(deciding, end)(cluster.id)
    burst(tell, 4, **where)
    assert len(look()) == 1
    burst(tell, 1, **where)
    assert len(look()) == 2


def test_private_cases_count(cast: Cast, weeks, tell) -> None:
    burst(tell, 6, category_id=cast.luggage, touchpoint_id=cast.belt, visibility="private")
    (cluster,) = look()
    assert cluster.seen == 6
    with entered(_staff(cast, cluster)):
        deciding.confirm(cluster.id, title="Belt 3 stands still")
    assert len(clusters(cast.public)) == 1 and cases_in(cluster.id, cast.public) == {}


def test_two_workers_that_find_the_same_make_one_cluster(app, cast: Cast, weeks, tell) -> None:
    burst(tell, 6, category_id=cast.luggage, touchpoint_id=cast.belt)
    assert sorted(at_once(app, [spikes.look, spikes.look])) == [0, 1]
    assert len(clusters()) == 1


def test_what_was_found_before_somebody_else_kept_it_makes_nothing(cast: Cast, weeks, tell) -> None:
    ids = burst(tell, 6, category_id=cast.luggage, touchpoint_id=cast.belt)
    find = Find("category", cast.luggage, None, ids, 0.0, cast.meridian, None)
    look()
    with entered(Scope.system(cast.riverside)):
        assert keep([find], spikes.rule_of(_settings())) == 0
    assert len(clusters()) == 1


def test_another_networks_cases_are_another_matter(cast: Cast, weeks, tell) -> None:
    burst(tell, 6, category_id=cast.luggage, touchpoint_id=cast.belt)
    look()
    assert clusters(cast.as_otto) == []


def _settings():
    from flask import current_app

    return current_app.config["SETTINGS"]


def _staff(cast: Cast, cluster) -> Scope:
    return {cast.meridian: cast.as_ada, cast.harbor: cast.as_hugo}[cluster.tenant_id]


@pytest.mark.parametrize("fails", [False, True])
def test_the_worker_looks_every_ten_minutes_whatever_comes_of_it(app, cast: Cast, hand, monkeypatch, fails) -> None:
    stop, looks, turns = threading.Event(), [], []

    def look_once() -> int:
        looks.append(clock.now())
        if fails:
            raise RuntimeError("a mistake")
        return 0

    def turn(**_how: object) -> int:
        turns.append(1)
        hand.set(clock.now() + timedelta(minutes=6))
        if len(turns) == 5:
            stop.set()
        return 1

    monkeypatch.setattr(spikes, "look", look_once)
    monkeypatch.setattr(main, "turn", turn)
    monkeypatch.setattr(main, "sweep", lambda: None)
    main.run(app, stop)
    assert [(at - looks[0]) / timedelta(minutes=1) for at in looks] == [0, 12, 24]
