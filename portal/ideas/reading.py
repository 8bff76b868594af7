"""Ideas as pages read them: one by its reference, and lists by votes or by time. The scope decides what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, literal, literal_column, or_

from portal.directory import Directory
from portal.ideas.holding import NoSuchIdea
from portal.ideas.models import Idea
from portal.ideas.outcomes import Outcome, outcomes_of
from portal.ideas.states import STATES
from portal.ideas.unfinished import Missing, missing_of
from portal.languages import gettext as _
from portal.languages import html_lang
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

PAGE = 25
FILTERS = ("state", "business", "category", "touchpoint")
"""Of the public list: one at a time has an index of its own, for each order (`models._lists`)."""
ORDERS = ("votes", "newest")
_FILTERED = {
    "business": Idea.__table__.c.tenant_id,
    "category": Idea.__table__.c.category_id,
    "touchpoint": Idea.__table__.c.touchpoint_id,
}


@dataclass(frozen=True, slots=True)
class ListedIdea:
    """One line of a list."""

    id: int
    reference: str
    title: str
    language: str
    kind: str
    state: str
    business: str
    votes: int
    """People behind it, those of ideas that were merged into it among them."""
    comments: int
    evidence: int
    at: datetime
    is_open: bool
    """Whether votes are taken from the list."""
    since: date | None = None
    """The first day on which it was there, of one that is done."""
    fell_short: bool = False
    """Whether complaints have not fallen since."""
    missing: Missing | None = None
    """What is not done of one that is done, or planned, in part."""
    outcome: Outcome | None = None
    """Why it was declined, or what it changed, in lists of those."""


@dataclass(frozen=True)
class IdeaList:
    rows: list[ListedIdea]
    older: str | None
    """The token of the page after this one."""
    is_first: bool


def find_idea(reference: str) -> Any:
    """The row of an idea that the scope may read. Raises NoSuchIdea."""
    row = db.session.execute(_by_reference(), {"named": reference}).one_or_none()
    if row is None:
        raise NoSuchIdea(reference)
    return row


@prepared
def _by_reference(scope: Scope) -> Any:
    ideas = Idea.__table__
    return scope.select(ideas).where(ideas.c.reference == bindparam("named"))


def public_ideas() -> Select[Any]:
    """Those that everybody may read and that have not gone on in another.

    The word is written out, not bound: once PostgreSQL plans a prepared statement for all values alike, it cannot know
    that a bound one is what the partial indexes of the lists are for, and reads every idea.
    """
    return _public(current())


def _public(scope: Scope) -> Select[Any]:
    ideas = Idea.__table__
    public = ideas.c.visibility == literal_column("'public'")
    return scope.select(ideas).where(public, ideas.c.merged_into_id.is_(None))


def still_open() -> Any:
    """The idea can still become something. Written out for the partial indexes, as above."""
    return Idea.__table__.c.state.not_in([literal_column("'shipped'"), literal_column("'declined'")])


def list_ideas(chosen: Mapping[str, str], names: Directory, *, order: str = "votes", after: str = "") -> IdeaList:
    """One page of public ideas, by votes or the newest first; `after` is the token of the page before.

    Those that are still open, unless a state is chosen. A filter whose value names nothing gives an empty list; a token
    that is none is ignored.
    """
    border = _border(after, order)
    values = {name: _value(name, value, names) for name, value in chosen.items()}
    query = _list(tuple(sorted(values)), str(values.pop("state", "")), order, border is not None, PAGE + 1)
    rows = list(db.session.execute(query, {**values, **(border or {})}))
    older = _token(rows[PAGE - 1], order) if len(rows) > PAGE else None
    shown = rows[:PAGE]
    outcomes = outcomes_of(shown) if "state" in chosen else {}
    told = [replace(each, outcome=outcomes.get(each.id)) for each in listed(shown, names)]
    return IdeaList(told, older, is_first=border is None)


@prepared
def _list(scope: Scope, filters: tuple[str, ...], state: str, order: str, goes_on: bool, most: int) -> Select[Any]:
    """`most` ideas of the list by the value of each of these filters; `goes_on` after the border of the page before.

    `state` is one of STATES, or empty: written out too, since how many ideas are in one differs most.
    """
    ideas = Idea.__table__
    query = _public(scope)
    if "state" in filters:
        query = query.where(ideas.c.state == literal(state, literal_execute=True))
    else:
        query = query.where(still_open())
    query = query.where(*(_FILTERED[name] == bindparam(name) for name in filters if name in _FILTERED))
    wanted, last = ideas.c.wanted, ideas.c.id
    if goes_on and order == "votes":
        query = query.where(wanted <= bindparam("wanted"), or_(wanted < bindparam("wanted"), last < bindparam("last")))
    elif goes_on:
        query = query.where(last < bindparam("last"))
    by = [wanted.desc(), last.desc()] if order == "votes" else [last.desc()]
    return query.order_by(*by).limit(literal_column(str(most)))


def solutions_of(problem_id: int, names: Directory) -> list[ListedIdea]:
    """What was proposed for a problem, the most wanted first."""
    ideas = Idea.__table__
    query = current().select(ideas).where(ideas.c.problem_id == problem_id, ideas.c.merged_into_id.is_(None))
    return listed(list(db.session.execute(query.order_by(ideas.c.wanted.desc(), ideas.c.id.desc()).limit(PAGE))), names)


def done_lately(names: Directory, count: int, *, touchpoint_id: int | None = None) -> list[ListedIdea]:
    """You said, we did: what is there because of an idea, the newest first; of one place, or everywhere."""
    ideas = Idea.__table__
    query = public_ideas().where(ideas.c.shipped_since.is_not(None))
    if touchpoint_id is not None:
        query = query.where(ideas.c.touchpoint_id == touchpoint_id)
    by = ideas.c.shipped_since.desc(), ideas.c.id.desc()
    return listed(list(db.session.execute(query.order_by(*by).limit(count))), names)


def most_wanted(names: Directory, count: int, *, touchpoint_id: int) -> list[ListedIdea]:
    """Ideas for one place that are still open, the most wanted first."""
    ideas = Idea.__table__
    query = public_ideas().where(ideas.c.touchpoint_id == touchpoint_id, still_open())
    query = query.order_by(ideas.c.wanted.desc(), ideas.c.id.desc()).limit(count)
    return listed(list(db.session.execute(query)), names)


def by_ids(ids: list[int], names: Directory) -> list[ListedIdea]:
    """Those of these ideas that the scope may read, in the given order."""
    ideas = Idea.__table__
    rows = db.session.execute(current().select(ideas).where(ideas.c.id.in_(ids))) if ids else ()
    found = {row.id: row for row in rows}
    return listed([found[each] for each in ids if each in found], names)


def listed(rows: list[Any], names: Directory) -> list[ListedIdea]:
    """Rows of ideas as a list shows them."""
    said = names.names()
    missing = missing_of(rows, said)
    return [
        ListedIdea(
            id=row.id,
            reference=row.reference,
            title=row.title or _("Text removed"),
            language=html_lang(row.language),
            kind=row.kind,
            state=row.state,
            business=said.get(row.tenant_id, ""),
            votes=row.wanted,
            comments=row.comments,
            evidence=row.evidence,
            at=row.proposed_at,
            is_open=row.state not in ("shipped", "declined") and row.merged_into_id is None,
            since=row.shipped_since,
            fell_short=row.fell_short_at is not None,
            missing=missing.get(row.id),
        )
        for row in rows
    ]


def _value(name: str, value: str, names: Directory) -> str | int:
    """What the column of a filter has to hold; something that none holds for a value that names nothing."""
    if name == "state":
        return value if value in STATES else ""
    found: Any
    if name == "business":
        found = names.business_by_slug(value)
    elif name == "category":
        found = names.category_by_code(value)
    else:
        found = names.place_by_code(value)
    return found.id if found else 0


def _token(row: Any, order: str) -> str:
    return f"{row.wanted:x}.{row.id:x}" if order == "votes" else f"{row.id:x}"


def _border(token: str, order: str) -> dict[str, int] | None:
    """The last row of the page before, as its token says; None for a token that is none."""
    try:
        numbers = [int(part, 16) for part in token.split(".")]
    except ValueError:
        return None
    if not all(0 <= number < 2**63 for number in numbers) or len(numbers) != (2 if order == "votes" else 1):
        return None
    return dict(zip(("wanted", "last") if order == "votes" else ("last",), numbers, strict=True))
