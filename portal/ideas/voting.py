"""Votes: one tap, one person one vote. Runs at the door, for anybody; the hot path is one statement.

One person is an account; without one, a browser. Whoever votes and signs in later keeps the one vote, which is
verified from then on. The database holds it by unique indexes, and counts by triggers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_
from sqlalchemy.dialects import postgresql, sqlite

from portal.ideas.voices import Voice
from portal.ideas.vote_models import IdeaVote
from tenants import clock
from tenants.ids import new_id
from tenants.scope import current, db, writing

AFTER_VOTE: list[Callable[[Any, Voice], None]] = []
"""Called in the transaction of each tap on "I support this", for slices above: voting subscribes."""


@dataclass(frozen=True)
class Standing:
    """How one person has voted: about the idea, for which version of it, and whether it is really fixed (or None).

    `of_account`: the vote of this browser is an account's that is not signed in now, and only it can take it back.
    """

    voted: bool
    revision: int
    fixed: bool | None
    of_account: bool = False


def vote(idea: Any, voice: Voice) -> bool:
    """Count this person once. False when they were counted before. `idea` is a row of ideas."""
    with writing():
        is_new = _cast(idea, voice, "idea", says_yes=True)
        for follow in AFTER_VOTE:
            follow(idea, voice)
        return is_new


def say_fixed(idea: Any, voice: Voice, *, is_fixed: bool) -> None:
    """Answer "is it really fixed?"; the last answer counts."""
    if not _cast(idea, voice, "fixed", says_yes=is_fixed):
        votes = IdeaVote.__table__
        with writing():
            mine = current().update(votes).where(*_mine(idea, voice, "fixed"))
            db.session.execute(mine.values(says_yes=is_fixed, at=clock.now()))


def take_back(idea: Any, voice: Voice) -> bool:
    """Take a vote back. False when there was none."""
    votes = IdeaVote.__table__
    with writing():
        gone = current().delete(votes).where(*_mine(idea, voice, "idea")).returning(votes.c.id)
        return db.session.execute(gone).first() is not None


def confirm(idea: Any, voice: Voice) -> bool:
    """Stand by a vote after what it was given to has changed. False when there is none."""
    votes = IdeaVote.__table__
    with writing():
        mine = current().update(votes).where(*_mine(idea, voice, "idea"), votes.c.revision < idea.revision)
        return bool(db.session.execute(mine.values(revision=idea.revision)).rowcount)  # type: ignore[attr-defined]


def standing(idea: Any, voice: Voice) -> Standing:
    """How this person has voted."""
    votes = IdeaVote.__table__
    either = or_(votes.c.voter_hash == voice.hash_on(idea.id), votes.c.person_id == (voice.person_id or 0))
    query = current().select(votes.c.about, votes.c.revision, votes.c.says_yes, votes.c.person_id)
    own: Any = None
    fixed = None
    for row in db.session.execute(query.where(votes.c.idea_id == idea.id, either)):
        if voice.person_id is not None and row.person_id not in (None, voice.person_id):
            continue  # of somebody else who used this browser
        if row.about == "idea":
            own = row
        else:
            fixed = row.says_yes
    if own is None:
        return Standing(False, 0, fixed)
    return Standing(True, own.revision, fixed, of_account=own.person_id not in (None, voice.person_id))


def _cast(idea: Any, voice: Voice, about: str, *, says_yes: bool) -> bool:
    with writing():
        if voice.person_id is not None:
            return _cast_verified(idea, voice, about, says_yes)
        row = _row(idea, about, says_yes) | {"kind": "anonymous", "voter_hash": voice.hash_on(idea.id)}
        return _once(row, "voter_hash")


def _cast_verified(idea: Any, voice: Voice, about: str, says_yes: bool) -> bool:
    """An account's vote. One that this browser gave without an account becomes it, or goes if the account has voted."""
    votes, browser = IdeaVote.__table__, voice.hash_on(idea.id)
    query = current().select(votes.c.id, votes.c.person_id)
    either = or_(votes.c.voter_hash == browser, votes.c.person_id == voice.person_id)
    known = db.session.execute(query.where(votes.c.idea_id == idea.id, votes.c.about == about, either)).all()
    has_voted = any(row.person_id == voice.person_id for row in known)
    for row in known:
        if row.person_id is not None:
            continue
        if has_voted:
            db.session.execute(current().delete(votes).where(votes.c.id == row.id))
        else:
            own = current().update(votes).where(votes.c.id == row.id)
            db.session.execute(own.values(person_id=voice.person_id, kind="verified", says_yes=says_yes))
            has_voted = True
    if has_voted:
        return False
    # With a row left, another account's vote has this browser already.
    mark = {"kind": "verified", "person_id": voice.person_id, "voter_hash": None if known else browser}
    return _once(_row(idea, about, says_yes) | mark, "person_id")


def _row(idea: Any, about: str, says_yes: bool) -> dict[str, Any]:
    now = clock.now()
    values = {"id": new_id(), "idea_id": idea.id, "about": about, "says_yes": says_yes, "revision": idea.revision}
    return values | {"at": now, "person_id": None, "voter_hash": None}


def _once(row: dict[str, Any], column: str) -> bool:
    """Insert the vote unless this voter has one. Whether it was inserted."""
    votes: Any = IdeaVote.__table__
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    insert = dialect.insert(votes).values(row)
    once = insert.on_conflict_do_nothing(
        index_elements=["idea_id", "about", column], index_where=votes.c[column].is_not(None)
    )
    return db.session.scalar(current().insert(votes, once).returning(votes.c.id)) is not None


def _mine(idea: Any, voice: Voice, about: str) -> tuple[Any, ...]:
    votes = IdeaVote.__table__
    return votes.c.idea_id == idea.id, votes.c.about == about, _voter(idea, voice)


def _voter(idea: Any, voice: Voice) -> Any:
    """A signed-in person's own vote; else what this browser gave without an account."""
    votes = IdeaVote.__table__
    by_browser = (votes.c.voter_hash == voice.hash_on(idea.id)) & votes.c.person_id.is_(None)
    return by_browser if voice.person_id is None else or_(votes.c.person_id == voice.person_id, by_browser)
