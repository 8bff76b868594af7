"""The check of the counters: silent while all is well, and exact about what is not."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal.cli import main
from portal.ideas import voting
from portal.ideas.counters import ZERO, differences
from portal.ideas.models import Idea
from portal.ideas.voices import Voice
from tenants.scope import Scope, db, entered, writing

pytestmark = pytest.mark.database


def wrong(cast) -> list[tuple[str, int, int]]:
    with entered(Scope.system()):
        return [(each.counter, each.kept, each.counted) for each in differences()]


@pytest.mark.parametrize("counter", ["votes_current", "fixed_yes", "fixed_no", "evidence", "comments", "comments_held"])
def test_a_counter_that_is_wrong_is_named(cast, proposed, counter) -> None:
    idea = proposed()
    with entered(Scope.door(cast.riverside)):
        voting.vote(idea, Voice("b", cast.ada))
        voting.say_fixed(idea, Voice("c"), is_fixed=False)
    assert wrong(cast) == []
    with entered(Scope.system(cast.riverside)), writing():
        held = db.session.get_one(Idea, idea.id)
        right = getattr(held, counter)
        setattr(held, counter, right + (-1 if counter == "votes_current" else 1))
    assert wrong(cast) == [(counter, right + (-1 if counter == "votes_current" else 1), right)]


def test_every_counter_of_the_table_is_checked() -> None:
    counters = {
        column.name
        for column in Idea.__table__.columns
        if column.name.startswith(("votes", "fixed_", "evidence", "comments"))
    }
    assert counters == ZERO.keys()


def test_the_command_explains_itself() -> None:
    said = CliRunner().invoke(main, ["ideas", "check", "--help"])
    assert said.exit_code == 0 and "0 all are equal" in said.output
