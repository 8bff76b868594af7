"""Amendments: anybody proposes another wording of one paragraph; author or team accepts it, or says why not.

An accepted one is written into the idea with its proposer's credit. It is about the words that stood there when it was
proposed: if the paragraph has become another since, nothing is overwritten and whoever accepts is shown both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import held
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.proposing import Proposal, propose
from portal.ideas.revising import Version, may_revise, split, write
from portal.ideas.states import OPEN, WrongIdeaState
from portal.ideas.talk_models import IdeaAmendment
from portal.ideas.voices import Voice
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing

MOST_OPEN = 50
"""Open amendments of one idea: with more, nobody could read them."""


class NoSuchAmendment(LookupError):
    """The idea has no such amendment (404)."""


class AmendmentMoved(RuntimeError):
    """It has been accepted, declined or withdrawn meanwhile (409)."""


class Collides(RuntimeError):
    """The paragraph is not what it was when the amendment was proposed (409). Nothing was written."""


class NothingAmended(ValueError):
    """The paragraph is not there, or the words are the same (422)."""


class TooManyAmendments(RuntimeError):
    """Too many are open: some have to be decided first (409)."""


@dataclass(frozen=True)
class Wording:
    """Another wording of a paragraph, counted from 0, of the version `base`; an empty `after` leaves it out."""

    base: int
    paragraph: int
    after: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class ShownAmendment:
    """An amendment as pages show it. `place`: where its paragraph stands now, None when it has become another.

    `rivals`: how many other open amendments are about the same paragraph; accepting one makes the others collide.
    """

    row: Any
    place: int | None
    rivals: int


def amend(idea_id: int, what: Wording, voice: Voice) -> int:
    """Propose another wording. Returns the amendment's id. Raises NothingAmended or TooManyAmendments."""
    if current().for_tenant:
        require(current(), "idea.talk")
    with held(idea_id) as idea:
        if idea.state not in OPEN:
            raise WrongIdeaState(idea.state, "amend")
        base = db.session.get(IdeaRevision, (idea.id, what.base))
        parts = split(base.text or "") if base else []
        after = mask(what.after.strip())
        if not 0 <= what.paragraph < len(parts) or parts[what.paragraph] == after:
            raise NothingAmended(idea.reference)
        if len(_open(idea.id)) >= MOST_OPEN:
            raise TooManyAmendments(idea.reference)
        made = IdeaAmendment(
            id=new_id(),
            network_id=idea.network_id,
            idea_id=idea.id,
            state="proposed",
            base=what.base,
            paragraph=what.paragraph,
            before=parts[what.paragraph],
            after=after,
            why=mask(what.why) or None,
            proposed_at=clock.now(),
            tenant_id=current().tenant_id,
            credit=voice.credit or None,
            **voice.marks(idea.id),
        )
        db.session.add(made)
        db.session.flush()
        facts = {"amendment": str(made.id), "paragraph": str(what.paragraph), **_by(voice)}
        record(idea, kinds.AMENDMENT_PROPOSED, text=made.why, facts=facts)
        return made.id


def accept(idea_id: int, amendment_id: int, voice: Voice) -> int:
    """Write it into the idea, with its proposer's credit. Returns the new version's number.

    Raises Forbidden, AmendmentMoved, or Collides when its paragraph has become another.
    """
    with held(idea_id) as idea:
        _require_author(idea, voice)
        one = _proposed(idea, amendment_id)
        last = db.session.get_one(IdeaRevision, (idea.id, idea.revision))
        parts = split(last.text or "")
        place = place_of(one, parts)
        if place is None:
            raise Collides(idea.reference)
        parts[place : place + 1] = [one.after] if one.after else []
        credited = Voice(person_id=one.person_id, credit=one.credit or "")
        version = Version(idea.revision, idea.title, "\n\n".join(parts))
        number = write(idea, version, credited, amendment_id=one.id)
        revision = db.session.get_one(IdeaRevision, (idea.id, number))
        revision.author_hash = one.voter_hash
        _settle(one, "accepted")
        facts = {"amendment": str(one.id), "revision": number} | ({"by": one.credit} if one.credit else {})
        record(idea, kinds.AMENDMENT_ACCEPTED, facts=facts)
        return number


def decline(idea_id: int, amendment_id: int, voice: Voice, *, reason: str) -> None:
    """Say why not; everybody reads it. Its proposer may still make an idea of their own of it."""
    with held(idea_id) as idea:
        _require_author(idea, voice)
        one = _proposed(idea, amendment_id)
        one.reason = mask(reason)
        _settle(one, "declined")
        record(idea, kinds.AMENDMENT_DECLINED, text=one.reason, facts={"amendment": str(one.id)})


def withdraw(idea_id: int, amendment_id: int, voice: Voice) -> None:
    """Its proposer takes it back. Raises Forbidden or AmendmentMoved."""
    with held(idea_id) as idea:
        one = _proposed(idea, amendment_id)
        _require_proposer(idea, one, voice)
        _settle(one, "withdrawn")
        record(idea, kinds.AMENDMENT_WITHDRAWN, facts={"amendment": str(one.id)})


def make_rival(idea_id: int, amendment_id: int, voice: Voice, *, title: str, form: str) -> Idea:
    """Its proposer makes an idea of their own of it, for the same problem, with the words changed as they wanted.

    Not while it waits for an answer and not after it was accepted. Raises Forbidden or AmendmentMoved.
    """
    with writing(), held(idea_id) as idea:
        one = _of(idea, amendment_id)
        _require_proposer(idea, one, voice)
        if one.state not in ("proposed", "declined"):
            raise AmendmentMoved(one.state)
        base = db.session.get_one(IdeaRevision, (idea.id, one.base))
        parts = split(base.text or "")
        parts[one.paragraph : one.paragraph + 1] = [one.after] if one.after else []
        proposal = Proposal(
            title=title,
            text="\n\n".join(parts),
            language=idea.language,
            problem_id=idea.problem_id,
            touchpoint_id=idea.touchpoint_id,
            category_id=idea.category_id,
            visibility=idea.visibility,
        )
        rival = propose(proposal, voice, form=form)
        one.rival_id = rival.id
        _settle(one, "rival")
        record(idea, kinds.AMENDMENT_RIVALS, facts={"amendment": str(one.id), "idea": rival.reference})
        return rival


def amendments_of(idea_id: int, parts: Sequence[str]) -> list[ShownAmendment]:
    """All amendments, the open ones first, the newest first; `parts` are the paragraphs that stand."""
    table = IdeaAmendment.__table__
    query = current().select(table).where(table.c.idea_id == idea_id).order_by(table.c.id.desc()).limit(200)
    rows = list(db.session.execute(query))
    waiting = [row for row in rows if row.state == "proposed"]
    shown = [
        ShownAmendment(
            row,
            place_of(row, parts),
            sum(other.before == row.before for other in waiting) - 1 if row.state == "proposed" else 0,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda each: each.row.state != "proposed")


def place_of(one: Any, parts: Sequence[str]) -> int | None:
    """Where the paragraph of an amendment stands now: word for word the same, at its place or moved; else None."""
    if one.paragraph < len(parts) and parts[one.paragraph] == one.before:
        return int(one.paragraph)
    return next((number for number, part in enumerate(parts) if part == one.before), None)


def _open(idea_id: int) -> list[int]:
    query = select(IdeaAmendment.id).where(IdeaAmendment.idea_id == idea_id, IdeaAmendment.state == "proposed")
    return list(db.session.scalars(query))


def _of(idea: Idea, amendment_id: int) -> IdeaAmendment:
    query = select(IdeaAmendment).where(IdeaAmendment.idea_id == idea.id, IdeaAmendment.id == amendment_id)
    one = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise NoSuchAmendment(amendment_id)
    return one


def _proposed(idea: Idea, amendment_id: int) -> IdeaAmendment:
    one = _of(idea, amendment_id)
    if one.state != "proposed":
        raise AmendmentMoved(one.state)
    return one


def _settle(one: IdeaAmendment, state: str) -> None:
    one.state, one.decided_at = state, clock.now()
    db.session.flush()


def _require_author(idea: Idea, voice: Voice) -> None:
    if not may_revise(idea, voice):
        raise Forbidden("only the author of the idea, or the team that answers it")


def _require_proposer(idea: Idea, one: IdeaAmendment, voice: Voice) -> None:
    if not voice.wrote(idea.id, one.person_id, one.voter_hash):
        raise Forbidden("only who proposed it")


def _by(voice: Voice) -> dict[str, str]:
    return {"by": voice.credit} if voice.credit else {}
