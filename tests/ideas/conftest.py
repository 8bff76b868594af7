"""Ideas and the people who vote for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.ideas.models import Idea
from portal.ideas.proposing import Proposal, propose
from portal.ideas.voices import Voice
from tenants.ids import new_token
from tenants.scope import Scope, current, db, entered
from tests.cast import Cast
from tests.pages.conftest import (  # noqa: F401 (fixtures)
    another,
    browser,
    report,
    signed_in,
)

NIA, OLA = Voice("nia-ballot", credit="Nia"), Voice("ola-ballot")
TEXT = "There is nowhere to sit.\n\nPeople lean on the walls.\n\nTen benches would do."


def idea_row(cast: Cast, idea_id: int) -> Any:
    """The row as the system sees it."""
    with entered(Scope.system(cast.riverside)):
        ideas = Idea.__table__
        return db.session.execute(current().select(ideas).where(ideas.c.id == idea_id)).one()


@pytest.fixture
def proposed(cast: Cast) -> Callable[..., Any]:
    """Propose an idea at gate B4, which Meridian answers; gives its row."""

    def make(voice: Voice = NIA, *, scope: Scope | None = None, **changes: Any) -> Any:
        what = {"title": "Benches at gate B4", "text": TEXT, "language": "en", "kind": "solution"}
        what |= {"touchpoint_id": cast.gate, **changes}
        with entered(scope or Scope.customer(cast.riverside, person_id=voice.person_id)):
            idea_id = propose(Proposal(**what), voice, form=new_token()).id
        return idea_row(cast, idea_id)

    return make
