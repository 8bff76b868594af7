"""A person's own page lists what they proposed and support, and nothing of anybody else."""

from __future__ import annotations

import pytest

from portal.ideas import voting
from portal.ideas.models import Idea
from portal.ideas.voices import Voice
from tenants.scope import Scope, db, entered, writing

pytestmark = pytest.mark.database


def test_my_ideas(cast, signed_in, proposed) -> None:
    mine, liked = proposed(Voice("b", cast.hugo), title="My own"), proposed(title="Liked")
    strange, hidden = proposed(title="Strange"), proposed(Voice("b", cast.hugo), title="Taken down")
    with entered(Scope.door(cast.riverside)):
        voting.vote(liked, Voice("b", cast.hugo))
        voting.vote(strange, Voice("c", cast.ada))
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, hidden.id).visibility = "hidden"
    page = signed_in("hugo").get("/account").text
    assert mine.title in page and liked.title in page
    assert strange.title not in page and hidden.title not in page
    assert "My ideas" not in signed_in("greta").get("/account").text
