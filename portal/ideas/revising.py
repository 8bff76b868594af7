"""Versions of an idea: its author, or the team that answers it, writes it anew; older ones stay readable."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import held, touch
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.proposing import LONGEST_TITLE
from portal.ideas.states import OPEN, WrongIdeaState
from portal.ideas.talk_models import IdeaAmendment
from portal.ideas.voices import Voice
from portal.ideas.wording_diff import share_changed
from tenants import clock
from tenants.permissions import Forbidden, allows
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

QUICK = timedelta(minutes=10)
"""Edits of one person within so long after a version was first written are part of it."""
SUBSTANTIAL = 0.4
"""A text of which more than this share was changed is about something else, whatever its author says: two fifths let
typing errors, order and a further example pass, and catch a text that was written anew."""


class RevisionMoved(RuntimeError):
    """Somebody has written newer words since the form was shown (409). Nothing was written."""


class NothingChanged(ValueError):
    """The words are the same as before (422)."""


@dataclass(frozen=True)
class Version:
    """What somebody writes. `base` is the number of the version that it was written from, `mark` stands for its words.

    Quick edits change a version without giving it a new number: only the mark tells that it is not the same any more.
    """

    base: int
    title: str
    text: str
    substantial: bool = False
    mark: str = ""


@dataclass(frozen=True)
class Author:
    """Whose words a version brings: what its row keeps of them."""

    person_id: int | None
    voter_hash: bytes | None
    tenant_id: int | None
    credit: str | None

    @classmethod
    def present(cls, voice: Voice, idea: Idea) -> Author:
        """Whoever acts now."""
        marks = voice.marks(idea.id)
        return cls(marks["person_id"], marks["voter_hash"], current().tenant_id, voice.credit or None)


def revise(idea_id: int, what: Version, voice: Voice) -> int:
    """Write a version. Returns its number. Raises Forbidden, RevisionMoved, NothingChanged or WrongIdeaState."""
    with held(idea_id) as idea:
        if not may_revise(idea, voice):
            raise Forbidden("only its author, or the team that answers it")
        require_open(idea, "revise")
        last = db.session.get_one(IdeaRevision, (idea.id, idea.revision))
        if what.base != idea.revision or what.mark not in ("", mark_of(last.title, last.text)):
            raise RevisionMoved(idea.reference)
        return write(idea, what, Author.present(voice, idea))


def may_revise(idea: Any, voice: Voice) -> bool:
    """Whether this person may write the idea anew: its author, or the team of the business that answers it."""
    scope = current()
    if scope.for_tenant:
        return scope.tenant_id == idea.tenant_id and allows(scope, "idea.answer")
    return voice.is_author(idea)


def require_open(idea: Idea, act: str) -> None:
    """What was shipped or declined was decided as it stood: it is not rewritten. Raises WrongIdeaState."""
    if idea.state not in OPEN:
        raise WrongIdeaState(idea.state, act)


def write(idea: Idea, what: Version, by: Author, *, amendment_id: int | None = None) -> int:
    """A version of a held idea, by whoever may. Quick edits of one person become one."""
    last = db.session.get_one(IdeaRevision, (idea.id, idea.revision))
    title, text = mask(what.title)[:LONGEST_TITLE], mask("\n\n".join(split(what.text)))
    if title == last.title and split(text) == split(last.text or ""):
        raise NothingChanged(idea.reference)
    is_new_matter = what.substantial or _is_about_something_else(idea, title, text)
    if not is_new_matter and amendment_id is None and _is_quick(idea, last, by):
        last.title, last.text = title, text
    else:
        idea.revision += 1
        _add(idea, title, text, by, is_new_matter, amendment_id)
    idea.title = title
    db.session.flush()
    if is_new_matter:
        idea.substance = idea.revision
        touch(idea)
    facts: dict[str, Any] = {"revision": idea.revision, "title": title, "substantial": is_new_matter}
    facts |= {"by": by.credit} if by.credit else {}
    facts |= {"amendment": str(amendment_id)} if amendment_id else {}
    record(idea, kinds.IDEA_REVISED, text=text, facts=facts)
    return idea.revision


def _is_about_something_else(idea: Idea, title: str, text: str) -> bool:
    """Against the version that votes were last asked about, and not the one before: many small steps are a long way."""
    asked = db.session.get_one(IdeaRevision, (idea.id, idea.substance))
    return share_changed(f"{asked.title or ''}\n\n{asked.text or ''}", f"{title}\n\n{text}") > SUBSTANTIAL


def _is_quick(idea: Idea, last: IdeaRevision, by: Author) -> bool:
    """Whether the last version is this person's own, of a moment ago, and nobody else has built on its words."""
    its_author = Author(last.author_id, last.author_hash, last.tenant_id, last.credit)
    if last.removed_at is not None or last.amendment_id is not None or its_author != by:
        return False
    if clock.now() - last.made_at > QUICK:
        return False
    own_votes = 0 if by.tenant_id else 1
    if last.number == idea.substance and idea.votes_current > own_votes:
        return False
    amended = select(IdeaAmendment.id).where(IdeaAmendment.idea_id == idea.id, IdeaAmendment.base == last.number)
    return db.session.scalar(amended.limit(1)) is None


def _add(idea: Idea, title: str, text: str, by: Author, substantial: bool, amendment_id: int | None) -> None:
    db.session.add(
        IdeaRevision(
            network_id=idea.network_id,
            idea_id=idea.id,
            number=idea.revision,
            title=title,
            text=text,
            made_at=clock.now(),
            is_substantial=substantial,
            author_id=by.person_id,
            author_hash=by.voter_hash,
            tenant_id=by.tenant_id,
            credit=by.credit,
            amendment_id=amendment_id,
        )
    )


# -- reading -----------------------------------------------------------------------------------------------------------


def mark_of(*words: str | None) -> str:
    """Stands for words that a form was made from, so that it is known whether they are still the same."""
    return hashlib.sha256("\0".join(each or "" for each in words).encode()).hexdigest()[:16]


def revisions_of(idea_id: int) -> list[Any]:
    """All versions, the oldest first."""
    return list(db.session.execute(_revisions_of(), {"idea": idea_id}))


@prepared
def _revisions_of(scope: Scope) -> Any:
    revisions = IdeaRevision.__table__
    return scope.select(revisions).where(revisions.c.idea_id == bindparam("idea")).order_by(revisions.c.number)


def author_of(idea_id: int) -> str:
    """The name that its author signed it with, empty for none."""
    revisions = IdeaRevision.__table__
    query = current().select(revisions.c.credit).where(revisions.c.idea_id == idea_id, revisions.c.number == 1)
    return db.session.scalar(query) or ""


def standing_version(row: Any) -> Any:
    """The row of the version that stands; its words are None where they were removed."""
    revisions = IdeaRevision.__table__
    query = current().select(revisions)
    return db.session.execute(query.where(revisions.c.idea_id == row.id, revisions.c.number == row.revision)).one()


def paragraphs(row: Any) -> list[str]:
    """The version that stands; empty where its words were removed."""
    return split(standing_version(row).text or "")


def standing_among(revisions: Sequence[Any], row: Any) -> list[str]:
    """The same, where all versions were read already."""
    return split(next(each.text for each in revisions if each.number == row.revision) or "")


def split(text: str) -> list[str]:
    """Paragraphs are what stands between empty lines."""
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
