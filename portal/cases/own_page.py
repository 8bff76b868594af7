"""What the page of somebody's own case, and the part of it that moves, were made from: so how long they are kept.

Unlike a public page it is one session's alone. Before each answer the database is asked whether anything at all was
committed since; if so, whether the session, its right to the case, and all that the page shows are still the same. So a
key that is revoked, a session that is ended and a person who is disabled read nothing from the next request on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, request

from portal import languages
from portal.cases.second_look import REOPENING
from portal.cases.surveys import OPEN_FOR
from portal.entrance import session_token
from portal.kept_notes import OWN_NOTE, STATE, midnight
from portal.own_lookup import Proof, Question
from portal.version_lookup import VersionLookup
from tenants import clock, door
from tenants.ids import token_hash


@dataclass(slots=True)
class OwnNote:
    """True as long as nothing was committed since `state`, or what was committed is not about this page."""

    question: Question
    network_version: int
    network_locale: str
    locale: str
    dies_at: datetime
    state: str
    proof: Proof | None = None

    def begins(self, versions: VersionLookup) -> bool:
        """Whether what the page was made from is what the database says now; only then it may be kept at all."""
        proof, state = versions.first.own(self.question), versions.first.state()
        if state != self.state or proof is None or proof.network_version != self.network_version:
            return False
        ends = proof.right_ends_at
        if ends is None:
            return False
        asked = proof.survey_asked_at
        self.proof, self.dies_at = proof, _earliest(self.dies_at, ends, asked and asked + OPEN_FOR)
        return True

    def holds(self, versions: VersionLookup) -> bool:
        # The state is asked for first: what is committed after it is looked at the next time.
        state = versions.first.state()
        if state is not None and state == self.state:
            return True
        if state is None or self.proof is None or versions.first.own(self.question) != self.proof:
            return False
        self.state = state
        return True


def note_of_own(row: Any, card: door.NetworkCard) -> bool:
    """Says of the answer to this request that it is this session's page of its case. False if it is not kept anyway."""
    state, token = request.environ.get(STATE), session_token()
    if state is None or token is None or g.visitor is None or request.query_string:
        return False
    request.environ[OWN_NOTE] = OwnNote(
        question=Question(card.id, g.visitor.session_id, token_hash(token), row.id),
        network_version=card.version,
        network_locale=card.locale,
        locale=languages.current().locale,
        dies_at=_earliest(midnight(card.zone), row.next_due_at, row.closed_at and row.closed_at + REOPENING),
        state=state,
    )
    return True


def _earliest(*moments: datetime | None) -> datetime:
    """The first of them that is still to come."""
    return min(moment for moment in moments if moment is not None and moment >= clock.now())
