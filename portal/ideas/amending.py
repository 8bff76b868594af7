"""Amendments: anybody proposes another wording of one paragraph; author or team accepts it, or says why not.

An accepted one is written into the idea with its proposer's credit. It is about the words that stood there when it was
proposed: if the paragraph has become another since, nothing is overwritten and whoever accepts is shown both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import bindparam, select

from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import held
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.proposing import LONGEST_TEXT, Proposal, propose
from portal.ideas.revising import Author, Version, mark_of, may_revise, require_open, split, write
from portal.ideas.talk_models import IdeaAmendment
from portal.ideas.voices import Voice
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import Forbidden, require
from tenants.prepared import prepared
from tenants.scope import Scope, current, db, writing

MOST_OPEN = 50
"""Open amendments of one idea: with more, nobody could read them."""
MOST_OF_ONE = 5
"""Open amendments of one person on one idea."""


class NoSuchAmendment(LookupError):
    """The idea has no such amendment (404)."""


class AmendmentMoved(RuntimeError):
    """It has been accepted, declined or withdrawn meanwhile (409)."""


class Collides(RuntimeError):
    """The paragraph is not what it was when the amendment was proposed (409). Nothing was written."""


class NothingAmended(ValueError):
    """The paragraph is not there, the words are the same, or nothing would be left of the idea (422)."""


class Unfit(RuntimeError):
    """With it nothing would be left of the idea, or it would become too long (409). Nothing was written."""


class TooManyAmendments(RuntimeError):
    """Too many are open: some have to be decided first (409)."""


@dataclass(frozen=True)
class Wording:
    """Another wording of a paragraph, counted from 0, of the version `base`; an empty `after` leaves it out.

    `mark` stands for the words of the paragraph that the form showed.
    """

    base: int
    paragraph: int
    after: str
    why: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ShownAmendment:
    """An amendment as pages show it. `place`: where its paragraph stands now, None when it has become another.

    `rivals`: how many other open amendments are about the same paragraph; accepting one makes the others collide.
    """

    row: Any
    place: int | None
    rivals: int


def amend(idea_id: int, what: Wording, voice: Voice) -> int:
    """Propose another wording. Returns the amendment's id; sent twice it is one.

    Raises NothingAmended, Collides (the form showed other words than the base has now) or TooManyAmendments.
    """
    if current().for_tenant:
        require(current(), "idea.talk")
    with held(idea_id) as idea:
        require_open(idea, "amend")
        base = db.session.get(IdeaRevision, (idea.id, what.base))
        parts = split(base.text or "") if base else []
        after = mask("\n\n".join(split(what.after)))
        if not 0 <= what.paragraph < len(parts) or parts[what.paragraph] == after or (not after and len(parts) == 1):
            raise NothingAmended(idea.reference)
        if what.mark not in ("", mark_of(parts[what.paragraph])):
            raise Collides(idea.reference)
        for before in _require_room(idea, voice):
            if (before.base, before.paragraph, before.after) == (what.base, what.paragraph, after):
                return before.id  # the same form, sent twice
        made = _new(idea, what, voice, before=parts[what.paragraph], after=after)
        facts = {"amendment": str(made.id), "paragraph": str(what.paragraph), **_by(made)}
        record(idea, kinds.AMENDMENT_PROPOSED, text=made.why, facts=facts)
        return made.id


def _new(idea: Idea, what: Wording, voice: Voice, *, before: str, after: str) -> IdeaAmendment:
    made = IdeaAmendment(
        id=new_id(),
        network_id=idea.network_id,
        idea_id=idea.id,
        state="proposed",
        base=what.base,
        paragraph=what.paragraph,
        before=before,
        after=after,
        why=mask(what.why) or None,
        proposed_at=clock.now(),
        tenant_id=current().tenant_id,
        credit=voice.credit or None,
        **voice.marks(idea.id),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _require_room(idea: Idea, voice: Voice) -> list[IdeaAmendment]:
    """What this person has proposed and waits. Raises TooManyAmendments."""
    query = select(IdeaAmendment).where(IdeaAmendment.idea_id == idea.id, IdeaAmendment.state == "proposed")
    waiting = list(db.session.scalars(query))
    own = [each for each in waiting if voice.wrote(idea.id, each.person_id, each.voter_hash)]
    if len(waiting) >= MOST_OPEN or len(own) >= MOST_OF_ONE:
        raise TooManyAmendments(idea.reference)
    return own


def accept(idea_id: int, amendment_id: int, voice: Voice) -> int:
    """Write it into the idea, with its proposer's credit. Returns the new version's number.

    Raises Forbidden, AmendmentMoved, Unfit, WrongIdeaState, or Collides when its paragraph has become another.
    """
    with held(idea_id) as idea:
        _require_author(idea, voice)
        require_open(idea, "amend")
        one = _proposed(idea, amendment_id)
        last = db.session.get_one(IdeaRevision, (idea.id, idea.revision))
        parts = split(last.text or "")
        place = place_of(one, parts)
        if place is None:
            raise Collides(idea.reference)
        parts[place : place + 1] = [one.after] if one.after else []
        text = "\n\n".join(parts)
        if not 0 < len(text) <= LONGEST_TEXT:
            raise Unfit(idea.reference)
        proposer = Author(one.person_id, one.voter_hash, one.tenant_id, one.credit)
        number = write(idea, Version(idea.revision, last.title or "", text), proposer, amendment_id=one.id)
        _settle(one, "accepted")
        record(idea, kinds.AMENDMENT_ACCEPTED, facts={"amendment": str(one.id), "revision": number, **_by(one)})
        return number


def decline(idea_id: int, amendment_id: int, voice: Voice, *, reason: str) -> None:
    """Say why not; everybody reads it. Its proposer may still make an idea of their own of it."""
    with held(idea_id) as idea:
        _require_author(idea, voice)
        one = _proposed(idea, amendment_id)
        one.reason = mask(reason)
        _settle(one, "declined")
        record(idea, kinds.AMENDMENT_DECLINED, text=one.reason, facts={"amendment": str(one.id), **_by(one)})


def withdraw(idea_id: int, amendment_id: int, voice: Voice) -> None:
    """Its proposer takes it back. Raises Forbidden or AmendmentMoved."""
    with held(idea_id) as idea:
        one = _proposed(idea, amendment_id)
        _require_proposer(idea, one, voice)
        _settle(one, "withdrawn")
        record(idea, kinds.AMENDMENT_WITHDRAWN, facts={"amendment": str(one.id), **_by(one)})


def make_rival(idea_id: int, amendment_id: int, voice: Voice, *, title: str) -> str:
    """Its proposer makes an idea of their own of it, for the same problem, with the words changed as they wanted.

    Not after it was accepted or withdrawn. Returns the new idea's reference. Raises Forbidden or AmendmentMoved.
    """
    with writing(), held(idea_id) as idea:
        one = _of(idea, amendment_id)
        _require_proposer(idea, one, voice)
        if one.state not in ("proposed", "declined") or one.after is None:
            raise AmendmentMoved(one.state)
        base = db.session.get_one(IdeaRevision, (idea.id, one.base))
        parts = split(base.text or "")
        parts[one.paragraph : one.paragraph + 1] = [one.after] if one.after else []
        proposal = Proposal(
            title=title,
            text="\n\n".join(parts),
            language=idea.language,
            kind=idea.kind,
            problem_id=idea.problem_id,
            touchpoint_id=idea.touchpoint_id,
            category_id=idea.category_id,
            visibility=idea.visibility,
        )
        named = replace(voice, credit=voice.credit or one.credit or "")
        rival = propose(proposal, named, form=f"rival:{one.id}")
        one.rival_id = rival.id
        _settle(one, "rival")
        record(idea, kinds.AMENDMENT_RIVALS, facts={"amendment": str(one.id), "idea": rival.reference})
        return rival.reference


def amendments_of(idea_id: int, parts: Sequence[str]) -> list[ShownAmendment]:
    """All amendments, the open ones first, the newest first; `parts` are the paragraphs that stand."""
    rows = list(db.session.execute(_amendments_of(), {"idea": idea_id}))
    waiting = [row for row in rows if row.state == "proposed"]
    shown = [
        ShownAmendment(
            row,
            place_of(row, parts),
            sum(other.before == row.before for other in waiting) - 1 if row.state == "proposed" and row.before else 0,
        )
        for row in rows
    ]
    return sorted(shown, key=lambda each: each.row.state != "proposed")


@prepared
def _amendments_of(scope: Scope) -> Any:
    table = IdeaAmendment.__table__
    return scope.select(table).where(table.c.idea_id == bindparam("idea")).order_by(table.c.id.desc()).limit(200)


def place_of(one: Any, parts: Sequence[str]) -> int | None:
    """Where the paragraph of an amendment stands now: word for word the same, at its place or moved; else None."""
    if one.before is None or one.after is None:
        return None
    if one.paragraph < len(parts) and parts[one.paragraph] == one.before:
        return int(one.paragraph)
    return next((number for number, part in enumerate(parts) if part == one.before), None)


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


def _by(one: IdeaAmendment) -> dict[str, str]:
    return {"by": one.credit} if one.credit else {}
