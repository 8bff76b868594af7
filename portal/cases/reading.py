"""Reading cases for pages: Core rows through the scope, as few statements as the page needs.

Nothing here asks who reads; the scope has decided. Lists go by keyset over `id`, which is the order of the reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, literal_column

from portal.cases.holding import NoSuchCase
from portal.cases.models import Case, Promise
from portal.cases.promises import is_late, is_owed
from portal.cases.references import normal
from portal.cases.stops import Agreed
from portal.directory import Directory
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.languages import html_lang
from tenants import clock
from tenants.ids import first_id
from tenants.prepared import prepared
from tenants.scope import Scope, current, db

PAGE = 25
PERIODS = {"7d": 7, "30d": 30, "90d": 90, "365d": 365}
_PUBLIC: ColumnElement[str] = literal_column("'public'")
"""Written out, not bound, so that a statement prepared for all values may use the lists' partial indexes."""
FILTERS: dict[str, str] = {
    "business": "ix_cases_public_lead_tenant_id",
    "category": "ix_cases_public_category_id",
    "touchpoint": "ix_cases_public_touchpoint_id",
    "state": "ix_cases_public_state",
    "kind": "ix_cases_public_kind",
    "language": "ix_cases_public_language",
    "period": "ix_cases_public_all",
}
"""Every filter of the public list, and the index that serves it."""


def find_case(reference: str) -> Any:
    """The row of the case that a reader may see under this reference. Raises NoSuchCase."""
    exact = normal(reference)
    row = exact and db.session.execute(_by_reference(), {"reference": exact}).one_or_none()
    if not row:
        raise NoSuchCase(reference)
    return row


def promises_of(case_id: int) -> list[Any]:
    """All promises of a case, the newest date first."""
    return list(db.session.execute(_promises_of(), {"case_id": case_id}))


@prepared
def _by_reference(scope: Scope) -> Any:
    cases = Case.__table__
    return scope.select(cases).where(cases.c.reference == bindparam("reference"))


@prepared
def _promises_of(scope: Scope) -> Any:
    promises = Promise.__table__
    query = scope.select(promises).where(promises.c.case_id == bindparam("case_id"))
    return query.order_by(promises.c.due_at.desc(), promises.c.id.desc())


@prepared
def _promises_by_id(scope: Scope) -> Any:
    promises = Promise.__table__
    return scope.select(promises).where(promises.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Next:
    """The promise that a case's page is about: the earliest that the customer waits for and whose clock runs."""

    what: str
    sentence: str | None
    due_at: datetime
    made_at: datetime
    late: bool
    days_late: int
    """Midnights since it was due, where the reader is."""
    also: Any
    """The promise that falls due after a late one, which would hide it; else None."""


def runs_late(promise: Any) -> bool:
    """Whether a list says of a promise that it is late: broken, or its moment has passed."""
    return promise.state == "broken" or is_late(promise)


def next_owed(row: Any, promise: Any) -> Any:
    """The promise that comes next, or the answer that was agreed on as the case was taken over, if that is earlier."""
    if row.agreed_by is None or (promise is not None and promise.due_at <= row.agreed_by):
        return promise
    state = "broken" if clock.now() > row.agreed_by else "due"
    return Agreed(row.agreed_by, row.reported_at, row.lead_tenant_id, state)


def next_of(promises: Iterable[Any]) -> Next | None:
    """Of promises, and of what is owed as they are (`stops.Agreed`)."""
    running = (promise for promise in promises if is_owed(promise) and promise.paused_minutes is None)
    waiting = sorted(running, key=lambda promise: promise.due_at)
    if not waiting:
        return None
    first = waiting[0]
    late = clock.now() > first.due_at
    # What is still due is told by its state, not by the time: this text is kept, and dies with the case's version.
    # An answer that was promised before the date of `first` is the same one: nobody waits for two.
    further = (each for each in waiting[1:] if each.state == "due")
    also = next((each for each in further if not _is_the_same(first, each)), None) if late else None
    return Next(first.what, first.sentence, first.due_at, first.made_at, late, days_late(first.due_at), also)


def _is_the_same(first: Any, other: Any) -> bool:
    return bool(first.what == other.what == "answer" and other.made_at <= first.made_at)


def days_late(due_at: datetime) -> int:
    """Midnights since something was due, where the reader is; 0 on the day itself and before it."""
    zone = tongue().zone
    return max((clock.now().astimezone(zone).date() - due_at.astimezone(zone).date()).days, 0)


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One line of a public list."""

    reference: str
    title: str
    language: str
    business: str
    state: str
    at: datetime
    historic: bool
    promise: Any
    by: str = ""
    """The business that made the promise."""
    again: bool = False
    """Whether the promise belongs to a second look, after a reopening or an appeal."""
    public: bool = True
    late: bool = False
    """Whether the time of `promise` has passed."""


@dataclass(frozen=True)
class CaseList:
    rows: list[ListedCase]
    newer: str | None
    older: str | None


def list_cases(chosen: Mapping[str, str], names: Directory, *, newer: str = "", older: str = "") -> CaseList:
    """One page of public cases, newest first; `newer` and `older` are the tokens of a page before.

    A filter whose value names nothing gives an empty list; a token that is none is ignored.
    """
    cases = Case.__table__
    query = current().select(cases).where(cases.c.visibility == _PUBLIC)
    for name, value in chosen.items():
        query = query.where(_condition(name, value, names))
    after, before = _id_of(newer), _id_of(older)
    if after is not None:
        rows = list(db.session.execute(query.where(cases.c.id > after).order_by(cases.c.id).limit(PAGE + 1)))
        more = len(rows) > PAGE
        rows = list(reversed(rows[:PAGE]))
        return _page(rows, names, newer=more, older=True)
    if before is not None:
        query = query.where(cases.c.id < before)
    rows = list(db.session.execute(query.order_by(cases.c.id.desc()).limit(PAGE + 1)))
    return _page(rows[:PAGE], names, newer=before is not None, older=len(rows) > PAGE)


def newest(names: Directory, count: int) -> list[ListedCase]:
    cases = Case.__table__
    query = current().select(cases).where(cases.c.visibility == _PUBLIC).order_by(cases.c.id.desc()).limit(count)
    return listed(list(db.session.execute(query)), names)


def _condition(name: str, value: str, names: Directory) -> Any:
    cases = Case.__table__
    if name == "period":
        return cases.c.id >= first_id(clock.now() - timedelta(days=PERIODS[value]))
    if name in ("state", "kind", "language"):
        return cases.c[name] == value
    found: Any
    if name == "business":
        found, column = names.business_by_slug(value), cases.c.lead_tenant_id
    elif name == "category":
        found, column = names.category_by_code(value), cases.c.category_id
    else:
        found, column = names.place_by_code(value), cases.c.touchpoint_id
    return column == (found.id if found else 0)


def _page(rows: list[Any], names: Directory, *, newer: bool, older: bool) -> CaseList:
    return CaseList(
        listed(rows, names),
        newer=_token(rows[0].id) if newer and rows else None,
        older=_token(rows[-1].id) if older and rows else None,
    )


def listed(rows: list[Any], names: Directory) -> list[ListedCase]:
    """Rows of cases as a list shows them."""
    promises, said = promises_by_id(row.next_promise_id for row in rows), names.names()
    return [_line(row, next_owed(row, promises.get(row.next_promise_id)), said) for row in rows]


def _line(row: Any, promise: Any, said: Mapping[int, str]) -> ListedCase:
    return ListedCase(
        reference=row.reference,
        title=row.title or _("Text removed"),
        language=html_lang(row.language),
        business=said[row.lead_tenant_id],
        state=row.state,
        at=row.reported_at,
        historic=row.origin == "import",
        promise=promise,
        by=said.get(promise.tenant_id, "") if promise else "",
        again=row.round > 1 and promise is not None and promise.what in ("acknowledge", "answer"),
        public=row.visibility == "public",
        late=promise is not None and runs_late(promise),
    )


def promises_by_id(ids: Iterable[int | None]) -> dict[int | None, Any]:
    wanted = [each for each in ids if each is not None]
    if not wanted:
        return {}
    rows = db.session.execute(_promises_by_id(), {"ids": wanted})
    return {row.id: row for row in rows}


def _token(case_id: int) -> str:
    return f"{case_id:x}"


def _id_of(token: str) -> int | None:
    try:
        value = int(token, 16)
    except ValueError:
        return None
    return value if 0 < value < 2**63 else None
