"""No two verbs wait for each other: what locks several ideas locks them in one order, triggers included.

PostgreSQL ends such a wait by refusing one of the two; in SQLite writers stand in one line and never meet.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select, text

from portal.cases import holding as cases
from portal.ideas import amending, behalf, evidence, forgetting, merging, voting
from portal.ideas.amending import Wording
from portal.ideas.holding import Merged, StaleIdea, lock
from portal.ideas.models import Idea
from portal.ideas.voices import Voice
from tenants.models import User
from tenants.scope import Scope, db, entered, writing
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.ideas.team_play import product
from tests.ideas.test_evidence import own
from tests.ideas.test_merging import merge, unmerge
from tests.ideas.test_voting import as_door
from tests.play import at_once, reported

pytestmark = pytest.mark.database
ROUNDS = 25
PASSES = (merging.NotMergeable, Merged, StaleIdea, evidence.NotLinked)
"""What one who comes second is told."""


def again_and_again(*acts: Callable[[], Any]) -> Callable[[], None]:
    """The acts in turn, many times."""

    def run() -> None:
        for _round in range(ROUNDS):
            for act in acts:
                with suppress(*PASSES):
                    act()

    return run


def stand(cast: Any, case_id: int, state: str) -> None:
    """Close the case or open it: a trigger changes all ideas that it is behind."""
    with entered(Scope.system(cast.riverside)), cases.held(case_id) as case:
        case.state = state


def put(cast: Any, idea: Any, case_id: int) -> None:
    with entered(cast.as_ada):
        evidence.link(idea.id, case_id)


def take(cast: Any, idea: Any, case_id: int) -> None:
    with entered(cast.as_ada):
        evidence.unlink(idea.id, case_id, reason="Another matter.")


def freshen(cast: Any, idea: Any) -> None:
    """Write the row anew, so that it stands behind the others on the disk, where a scan comes to it last."""
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, idea.id).version += 1


def test_mergers_and_a_case_behind_both(app, cast, proposed) -> None:
    mia, ideas = product(cast, cast.meridian), [proposed(title=f"Idea {n}") for n in range(3)]
    kept, moving = reported(cast).case_id, reported(cast).case_id
    for idea in ideas:
        put(cast, idea, kept)
    one, two, three = ideas
    works = [
        again_and_again(lambda: merge(cast, mia, one, two), lambda: unmerge(cast, mia, one)),
        again_and_again(lambda: merge(cast, mia, three, one), lambda: unmerge(cast, mia, three)),
        again_and_again(lambda: stand(cast, kept, "closed"), lambda: stand(cast, kept, "in_progress")),
        again_and_again(lambda: put(cast, two, moving), lambda: take(cast, two, moving)),
        again_and_again(lambda: freshen(cast, one), lambda: stand(cast, moving, "closed")),
    ]
    assert at_once(app, works) == [None] * len(works)


def test_a_case_that_closes_takes_its_ideas_in_their_order(app, cast, proposed) -> None:
    """While it waits for the first of them it holds none of the others."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("writers stand in one line")
    one, two, three = (proposed(title=f"Idea {n}") for n in range(3))
    case_id = reported(cast).case_id
    for idea in (three, one, two):
        put(cast, idea, case_id)
    freshen(cast, one)
    with ThreadPoolExecutor() as pool:
        with entered(Scope.system(cast.riverside)), writing() as session:
            lock(one.id)
            closing = pool.submit(at_once, app, [lambda: stand(cast, case_id, "closed")])
            waits = text("SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            for _look in range(100_000):
                if session.scalar(waits):
                    break
            free = select(Idea.id).where(Idea.id.in_((two.id, three.id))).with_for_update(of=Idea, skip_locked=True)
            assert set(session.scalars(free)) == {two.id, three.id}
        assert closing.result() == [None]
    assert idea_row(cast, one.id).evidence_open == 0


def test_mergers_and_somebody_who_is_forgotten(app, cast, proposed) -> None:
    mia, one, two = product(cast, cast.meridian), proposed(), proposed(title="Two")
    with entered(Scope.system(cast.riverside)), writing():
        users = [User(network_id=cast.riverside, email=f"p{n}@example.com", name=f"P{n}") for n in range(40)]
        db.session.add_all(users)
        db.session.flush()
        people = [user.id for user in users]
    for person in people:
        for idea in (two, one):
            with entered(Scope.door(cast.riverside)):
                voting.vote(idea_row(cast, idea.id), Voice(f"b{person}", person))

    def forget_all() -> None:
        for person in people:
            forgetting.forget(cast.riverside, person, words=False)

    works = [again_and_again(lambda: merge(cast, mia, one, two), lambda: unmerge(cast, mia, one)), forget_all]
    assert at_once(app, works) == [None, None]


def test_an_account_and_somebody_at_the_desk_vote_for_the_same_person(app, cast, proposed) -> None:
    idea, case_id = proposed(), reported(cast).case_id
    own(cast, case_id)
    put(cast, idea, case_id)
    ada = Voice("ada-desk", person_id=cast.ada)

    def at_the_desk(act: Callable[[int, int], Any]) -> None:
        with entered(cast.as_ada), suppress(behalf.HasVoted):
            act(idea.id, case_id)

    works = [
        again_and_again(
            lambda: as_door(cast, voting.vote, idea, ada), lambda: as_door(cast, voting.take_back, idea, ada)
        ),
        again_and_again(lambda: at_the_desk(behalf.vote_for), lambda: at_the_desk(behalf.take_back)),
    ]
    assert at_once(app, works * 2) == [None] * 4


def test_mergers_and_a_solution_that_becomes_a_rival_for_the_same_problem(app, cast, proposed) -> None:
    mia, problem = product(cast, cast.meridian), proposed(kind="problem", title="Nowhere to sit")
    idea = proposed(NIA, problem_id=problem.id)
    made = []
    with entered(Scope.customer(cast.riverside)):
        for number in range(amending.MOST_OF_ONE):
            made.append(amending.amend(idea.id, Wording(1, 1, f"Wording {number}"), OLA))

    def rivals() -> None:
        for number in made:
            with entered(Scope.customer(cast.riverside)), suppress(Merged):
                amending.make_rival(idea.id, number, OLA, title=f"Rival {number}")

    works = [again_and_again(lambda: merge(cast, mia, idea, problem), lambda: unmerge(cast, mia, idea)), rivals]
    assert at_once(app, works) == [None, None]
