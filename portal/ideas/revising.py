"""Versions of an idea: its author, or the team that answers it, writes it anew; older ones stay readable."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from portal.cases.masking import mask
from portal.events import kinds
from portal.events.record import record
from portal.ideas.holding import held
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.proposing import LONGEST_TITLE
from portal.ideas.voices import Voice
from portal.ideas.wording_diff import share_changed
from tenants import clock
from tenants.permissions import Forbidden, allows
from tenants.scope import current, db

QUICK = timedelta(minutes=10)
"""Edits of one person within so long are one version."""
SUBSTANTIAL = 0.4
"""A text of which more than this share was changed is about something else, whatever its author says: two fifths let
typing errors, order and a further example pass, and catch a text that was written anew."""
_SENTENCE = re.compile(r"[^。！？.!?\n]*(?:[。！？]+|[.!?]+(?=\s|$)|\n+|$)\s*")


class RevisionMoved(RuntimeError):
    """Somebody has written a newer version since the form was shown (409). Nothing was written."""


class NothingChanged(ValueError):
    """The words are the same as before (422)."""


@dataclass(frozen=True)
class Version:
    """What somebody writes. `base` is the number of the version that it was written from."""

    base: int
    title: str
    text: str
    substantial: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the version that stands, and who wrote it: the credit and number of the version that brought it."""

    text: str
    credit: str
    number: int


@dataclass
class Credits:
    """Paragraphs of sentences, and everybody whose words are in them, in the order of their first words."""

    paragraphs: list[list[Sentence]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def revise(idea_id: int, what: Version, voice: Voice) -> int:
    """Write a version. Returns its number. Raises Forbidden, RevisionMoved or NothingChanged."""
    with held(idea_id) as idea:
        if not may_revise(idea, voice):
            raise Forbidden("only its author, or the team that answers it")
        if what.base != idea.revision:
            raise RevisionMoved(idea.reference)
        return write(idea, what, voice)


def may_revise(idea: Any, voice: Voice) -> bool:
    """Whether this person may write the idea anew: its author, or the team of the business that answers it."""
    scope = current()
    if scope.for_tenant:
        return scope.tenant_id == idea.tenant_id and allows(scope, "idea.answer")
    return voice.is_author(idea)


def write(idea: Idea, what: Version, voice: Voice, *, amendment_id: int | None = None) -> int:
    """A version of a held idea, by whoever may. Quick edits of one person become one."""
    last = db.session.get_one(IdeaRevision, (idea.id, idea.revision))
    title, text = mask(what.title)[:LONGEST_TITLE], mask(what.text)
    if (title, text) == (last.title, last.text):
        raise NothingChanged(idea.reference)
    is_new_matter = what.substantial or share_changed(last.text or "", text) > SUBSTANTIAL
    if not is_new_matter and amendment_id is None and _is_quick(last, voice, idea):
        last.title, last.text, last.made_at = title, text, clock.now()
    else:
        idea.revision += 1
        _add(idea, title, text, voice, is_new_matter, amendment_id)
    idea.title = title
    db.session.flush()
    if is_new_matter:
        idea.substance = idea.revision
    facts: dict[str, Any] = {"revision": idea.revision, "title": title, "substantial": is_new_matter}
    facts |= {"by": voice.credit} if voice.credit else {}
    facts |= {"amendment": str(amendment_id)} if amendment_id else {}
    record(idea, kinds.IDEA_REVISED, text=text, facts=facts)
    return idea.revision


def revisions_of(idea_id: int) -> list[Any]:
    """All versions, the oldest first."""
    revisions = IdeaRevision.__table__
    query = current().select(revisions).where(revisions.c.idea_id == idea_id).order_by(revisions.c.number)
    return list(db.session.execute(query))


def credits_of(revisions: Sequence[Any]) -> Credits:
    """Who wrote which sentence: the version since which it has stood there without a break."""
    told = Credits()
    newest = revisions[-1] if revisions else None
    if newest is None or newest.text is None:
        return told
    texts = [set(_sentences(each.text or "")) for each in revisions]
    for paragraph in newest.text.split("\n\n"):
        sentences = []
        for sentence in _sentences(paragraph):
            since = len(revisions) - 1
            while since > 0 and sentence in texts[since - 1]:
                since -= 1
            sentences.append(Sentence(sentence, revisions[since].credit or "", revisions[since].number))
        if sentences:
            told.paragraphs.append(sentences)
    told.names = list(dict.fromkeys(each.credit for part in told.paragraphs for each in part if each.credit))
    return told


def _sentences(text: str) -> list[str]:
    return [found.strip() for found in _SENTENCE.findall(text) if found.strip()]


def _is_quick(last: IdeaRevision, voice: Voice, idea: Idea) -> bool:
    """Whether the last version is this person's own, of a moment ago, and brought nothing else."""
    if last.amendment_id is not None or clock.now() - last.made_at > QUICK or last.credit != (voice.credit or None):
        return False
    scope = current()
    if scope.for_tenant:
        return last.tenant_id == scope.tenant_id and last.author_id == voice.person_id
    return last.tenant_id is None and voice.wrote(idea.id, last.author_id, last.author_hash)


def _add(idea: Idea, title: str, text: str, voice: Voice, substantial: bool, amendment_id: int | None) -> None:
    marks = voice.marks(idea.id)
    db.session.add(
        IdeaRevision(
            network_id=idea.network_id,
            idea_id=idea.id,
            number=idea.revision,
            title=title,
            text=text,
            made_at=clock.now(),
            is_substantial=substantial,
            author_id=marks["person_id"],
            author_hash=marks["voter_hash"],
            tenant_id=current().tenant_id,
            credit=voice.credit or None,
            amendment_id=amendment_id,
        )
    )


# -- reading -----------------------------------------------------------------------------------------------------------


def paragraphs(row: Any) -> list[str]:
    """The version that stands; empty where its words were removed."""
    revisions = IdeaRevision.__table__
    query = current().select(revisions.c.text)
    text = db.session.scalar(query.where(revisions.c.idea_id == row.id, revisions.c.number == row.revision))
    return split(text or "")


def split(text: str) -> list[str]:
    """Paragraphs are what stands between empty lines."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
