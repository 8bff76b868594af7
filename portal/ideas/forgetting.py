"""Somebody who erases their account: their name leaves everything that they wrote about ideas, and their words if they
want that too. Runs in the worker, as the system, since an account cannot reach what was hidden.

Votes stay counted, as votes without an account: businesses decided and promised by these figures, which say nothing
about anybody, and a browser that voted is still counted once. What belonged to the account belongs to nobody then:
nobody edits an idea, or takes an amendment back, in its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.events import kinds
from portal.ideas.crediting import sentences
from portal.ideas.erasing import erase_events
from portal.ideas.holding import held
from portal.ideas.models import Idea, IdeaRevision
from portal.ideas.redaction import OF_AMENDMENTS, erase_amendment, erase_comment, erase_version
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.vote_models import IdeaVote
from tenants.ids import new_token
from tenants.scope import Scope, db, entered, writing

WRITTEN: tuple[tuple[Any, Any], ...] = (
    (Idea.id, Idea.author_id),
    (IdeaRevision.idea_id, IdeaRevision.author_id),
    (IdeaAmendment.idea_id, IdeaAmendment.person_id),
    (IdeaComment.idea_id, IdeaComment.person_id),
)
"""Where an account can stand: the idea, and whose it is."""


def forget(network_id: int, person_id: int, *, words: bool) -> None:
    """Take an account off all ideas of a network; with `words`, what it wrote as well. May be run again."""
    with entered(Scope.system(network_id)):
        touched: set[int] = set()
        for idea_id, author in WRITTEN:
            touched |= set(db.session.scalars(select(idea_id).where(author == person_id)))
    for touched_id in sorted(touched):
        with entered(Scope.system(network_id)), held(touched_id, merged=True) as idea:
            _forget(idea, person_id, words=words)
    with entered(Scope.system(network_id)):
        own = db.session.scalars(select(IdeaVote.id).where(IdeaVote.person_id == person_id)).all()
    for vote_id in own:  # each changes counters of ideas, and waits for no other while it does
        with entered(Scope.system(network_id)), writing():
            _become_anonymous(db.session.get(IdeaVote, vote_id))


def _forget(idea: Idea, person_id: int, *, words: bool) -> None:
    own_versions = _own(IdeaRevision, idea, IdeaRevision.author_id == person_id, IdeaRevision.number)
    own_amendments = _own(IdeaAmendment, idea, IdeaAmendment.person_id == person_id, IdeaAmendment.id)
    own_comments = _own(IdeaComment, idea, IdeaComment.person_id == person_id, IdeaComment.id)
    _erase_names(idea, own_versions, own_amendments, own_comments)
    if words:
        for version in _with_their_sentences(idea, {each.number for each in own_versions}):
            erase_version(idea, version)
        for amendment in own_amendments:
            erase_amendment(amendment)
        for comment in own_comments:
            erase_comment(idea, comment)
    for one in own_versions:
        one.author_id = one.author_hash = one.credit = None
    for each in (*own_amendments, *own_comments):
        each.person_id = each.voter_hash = each.credit = None
    if idea.author_id == person_id:
        idea.author_id = idea.author_hash = None
    idea.public_version += 1
    db.session.flush()


def _own(model: Any, idea: Idea, is_own: Any, order: Any) -> list[Any]:
    return list(db.session.scalars(select(model).where(model.idea_id == idea.id, is_own).order_by(order)))


def _erase_names(idea: Idea, versions: Sequence[Any], amendments: Sequence[Any], comments: Sequence[Any]) -> None:
    """The name stands among the facts of an entry, which go as a whole. (Versions and comments keep the words.)"""
    numbers = {each.number for each in versions}
    named, said = {str(each.id) for each in amendments}, {str(each.id) for each in comments}
    erase_events(idea.id, [kinds.IDEA_REVISED.name], lambda facts: facts.get("revision") in numbers)
    erase_events(idea.id, [kind.name for kind in OF_AMENDMENTS], lambda facts: facts.get("amendment") in named)
    erase_events(idea.id, [kinds.IDEA_COMMENTED.name], lambda facts: facts.get("comment") in said)
    if 1 in numbers:
        erase_events(idea.id, [kinds.IDEA_PROPOSED.name], lambda _facts: True)


def _with_their_sentences(idea: Idea, own: set[int]) -> list[IdeaRevision]:
    """Their versions, and those of others in which a sentence of theirs still stands."""
    versions = _own(IdeaRevision, idea, IdeaRevision.removed_at.is_(None), IdeaRevision.number)
    theirs: set[str] = set()
    before: set[str] = set()
    found = []
    for version in versions:
        now = {version.title or "", *sentences(version.text or "")}
        if version.number in own:
            theirs |= now - before
        if version.number in own or now & theirs:
            found.append(version)
        before = now
    return found


def _become_anonymous(vote: IdeaVote | None) -> None:
    """A vote from another device than the first has no browser: it gets a mark that stands for none."""
    if vote is None:  # taken back meanwhile
        return
    vote.person_id = None
    if vote.case_id is None:
        vote.kind = "anonymous"
        vote.voter_hash = vote.voter_hash or hashlib.sha256(new_token().encode()).digest()
    db.session.flush()
