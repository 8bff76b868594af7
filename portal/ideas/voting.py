"""Votes: one tap, one person one vote. Runs at the door, for anybody; the hot path is one statement.

One person is an account; without one, a browser. Whoever votes and signs in later keeps the one vote, which is
verified from then on; so does who voted through a case that is kept in their account. The database holds it by unique
indexes, and counts by triggers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_
from sqlalchemy.dialects import postgresql, sqlite

from portal.accounts.models import AccountCase
from portal.ideas.voices import Voice
from portal.ideas.vote_models import IdeaVote
from tenants import clock
from tenants.ids import new_id
from tenants.prepared import prepared
from tenants.scope import Scope, current, db, writing

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


def vote(idea: Any, voice: Voice, *, case_id: int | None = None) -> bool:
    """Count this person once. False when they were counted before. `idea` is a row of ideas.

    `case_id` is a case of this person's, in whose customer's name they vote: it counts once too, and as verified.
    """
    with writing():
        is_new = _cast(idea, voice, "idea", says_yes=True)
        for follow in AFTER_VOTE:
            follow(idea, voice)
        return is_new if case_id is None else _name_case(idea, voice, case_id, is_new=is_new)


def say_fixed(idea: Any, voice: Voice, *, is_fixed: bool) -> None:
    """Answer "is it really fixed?"; the last answer counts."""
    votes = IdeaVote.__table__
    with writing():
        if not _cast(idea, voice, "fixed", says_yes=is_fixed):
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
    own: Any = None
    fixed = None
    for row in _given(idea, voice):
        if voice.person_id is not None and row.person_id not in (None, voice.person_id):
            continue  # of somebody else who used this browser
        if row.about == "idea":
            own = row
        else:
            fixed = row.says_yes
    if own is None:
        return Standing(False, 0, fixed)
    return Standing(True, own.revision, fixed, of_account=own.person_id not in (None, voice.person_id))


def counted_anew(idea: Any) -> Standing:
    """How somebody has voted whose tap was counted just now: nobody says "fixed" of what still takes votes."""
    return Standing(True, idea.revision, None)


def _given(idea: Any, voice: Voice) -> Iterable[Any]:
    """What this browser or account has said of the idea."""
    browser = {"idea": idea.id, "browser": voice.hash_on(idea.id)}
    if voice.person_id is None:
        return db.session.execute(_given_by_browser(), browser)
    votes = IdeaVote.__table__
    query = current().select(votes.c.about, votes.c.revision, votes.c.says_yes, votes.c.person_id)
    either = or_(votes.c.voter_hash == browser["browser"], *_of_account(voice))
    return db.session.execute(query.where(votes.c.idea_id == idea.id, either))


@prepared
def _given_by_browser(scope: Scope) -> Any:
    votes = IdeaVote.__table__
    query = scope.select(votes.c.about, votes.c.revision, votes.c.says_yes, votes.c.person_id)
    return query.where(votes.c.idea_id == bindparam("idea"), votes.c.voter_hash == bindparam("browser"))


def _cast(idea: Any, voice: Voice, about: str, *, says_yes: bool) -> bool:
    if voice.person_id is not None:
        return _cast_verified(idea, voice, about, says_yes)
    row = _row(idea, about, says_yes) | {"kind": "anonymous", "voter_hash": voice.hash_on(idea.id)}
    return insert_once(row, "voter_hash")


def _cast_verified(idea: Any, voice: Voice, about: str, says_yes: bool) -> bool:
    """An account's vote. One that this browser, or a case of theirs, gave without an account becomes it, or goes if
    the account has voted."""
    votes, browser = IdeaVote.__table__, voice.hash_on(idea.id)
    query = current().select(votes.c.id, votes.c.person_id)
    either = or_(votes.c.voter_hash == browser, *_of_account(voice))
    known = db.session.execute(query.where(votes.c.idea_id == idea.id, votes.c.about == about, either)).all()
    has_voted = any(row.person_id == voice.person_id for row in known)
    for row in known:
        if row.person_id is not None:
            continue
        if has_voted:
            db.session.execute(current().delete(votes).where(votes.c.id == row.id))
        else:
            own = current().update(votes).where(votes.c.id == row.id)
            becomes = {"person_id": voice.person_id, "kind": "verified", "says_yes": says_yes, "tenant_id": None}
            db.session.execute(own.values(**becomes))
            has_voted = True
    if has_voted:
        return False
    # With a row left, another account's vote has this browser already.
    mark = {"kind": "verified", "person_id": voice.person_id, "voter_hash": None if known else browser}
    return insert_once(_row(idea, about, says_yes) | mark, "person_id")


def _name_case(idea: Any, voice: Voice, case_id: int, *, is_new: bool) -> bool:
    """Let a vote that stands name the case as well: what the case gave before and this are one. Whether it is new."""
    votes = IdeaVote.__table__
    on_it = (votes.c.idea_id == idea.id, votes.c.about == "idea")
    own = votes.c.person_id == voice.person_id
    if voice.person_id is None:
        own = (votes.c.voter_hash == voice.hash_on(idea.id)) & votes.c.person_id.is_(None)
    mine = db.session.scalar(current().select(votes.c.id).where(*on_it, own))
    of_case = current().select(votes.c.id, votes.c.person_id).where(*on_it, votes.c.case_id == case_id)
    before = db.session.execute(of_case.where(votes.c.id != (mine or 0))).one_or_none()
    if mine is None:  # the browser has another account's vote
        row = _row(idea, "idea", says_yes=True) | {"kind": "verified", "case_id": case_id}
        return before is None and insert_once(row, "case_id")
    if before is not None and before.person_id not in (None, voice.person_id):
        if is_new:
            db.session.execute(current().delete(votes).where(votes.c.id == mine))
        return False
    if before is not None:
        db.session.execute(current().delete(votes).where(votes.c.id == before.id))
    named = current().update(votes).where(votes.c.id == mine, votes.c.case_id.is_(None))
    db.session.execute(named.values(case_id=case_id, kind="verified", tenant_id=None))
    return is_new and before is None


def _of_account(voice: Voice) -> tuple[Any, ...]:
    """What makes a vote one of this account: it carries it, or a case that the account keeps and no other account."""
    if voice.person_id is None:
        return ()
    votes, kept = IdeaVote.__table__, AccountCase.__table__
    cases = list(db.session.scalars(current().select(kept.c.case_id).where(kept.c.user_id == voice.person_id)))
    own = votes.c.person_id == voice.person_id
    return (own, votes.c.person_id.is_(None) & votes.c.case_id.in_(cases)) if cases else (own,)


def _row(idea: Any, about: str, says_yes: bool) -> dict[str, Any]:
    now = clock.now()
    values = {"id": new_id(), "idea_id": idea.id, "about": about, "says_yes": says_yes, "revision": idea.revision}
    return values | {"at": now, "person_id": None, "voter_hash": None, "case_id": None}


def insert_once(row: dict[str, Any], column: str = "") -> bool:
    """Insert the vote unless this voter has one: by `column`, else by any of them. Whether it was inserted."""
    stamped = {**row, **current().stamps(IdeaVote)}
    return db.session.scalar(_insert_once(db.session.get_bind().dialect.name, column), stamped) is not None


@prepared
def _insert_once(_scope: Scope, engine: str, column: str) -> Any:
    """It is stamped by its values: building it anew would take as long as running it, while everybody waits in line."""
    votes: Any = IdeaVote.__table__
    dialect = postgresql if engine == "postgresql" else sqlite
    only: dict[str, Any] = {}
    if column:
        only = {"index_elements": ["idea_id", "about", column], "index_where": votes.c[column].is_not(None)}
    return dialect.insert(votes).on_conflict_do_nothing(**only).returning(votes.c.id)


def _mine(idea: Any, voice: Voice, about: str) -> tuple[Any, ...]:
    votes = IdeaVote.__table__
    return votes.c.idea_id == idea.id, votes.c.about == about, _voter(idea, voice)


def _voter(idea: Any, voice: Voice) -> Any:
    """A signed-in person's own vote; else what this browser gave without an account."""
    votes = IdeaVote.__table__
    by_browser = (votes.c.voter_hash == voice.hash_on(idea.id)) & votes.c.person_id.is_(None)
    return by_browser if voice.person_id is None else or_(by_browser, *_of_account(voice))
