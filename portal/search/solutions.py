"""For an agent: cases like the one in hand, and how they were solved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.cases.models import Case
from portal.cases.reading import ListedCase, listed
from portal.cases.remedy_models import Remedy
from portal.directory import Directory
from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.search.cases import said_in
from portal.search.likeness import Alike, alike
from tenants.scope import Scope, current, db, entered

MOST = 5
ANSWER = 240
"""Characters of an answer that are shown."""
SETTLED = ("accepted", "delivered")


@dataclass(frozen=True, slots=True)
class Solved:
    """A case like the one in hand. `ours` says that this business may open it on its own desk."""

    case: ListedCase
    measure: float
    ours: bool
    outcome: str | None
    answer: str
    took: timedelta | None
    """From the report to the answer."""
    remedies: tuple[str, ...]


def solved_like(row: Any, names: Directory) -> list[Solved]:
    """Cases like this one, the business's own and then public ones of others, the most alike first.

    Each is read in the scope that found it: what is told of another business's case is what everybody may read.
    """
    text = next((said for _case_id, said in said_in([row.id])), "")
    own = _solved(alike(text, most=MOST, without=[row.id]), names, ours=True)
    known = [each.case.reference for each in own]
    with entered(Scope.public(row.network_id)):
        public = _solved(alike(text, most=2 * MOST, without=[row.id]), names, ours=False)
    others = [each for each in public if each.case.reference not in known]
    return sorted([*own, *others], key=lambda each: -each.measure)[:MOST]


def _solved(found: list[Alike], names: Directory, *, ours: bool) -> list[Solved]:
    ids = [each.id for each in found]
    if not ids:
        return []
    cases = Case.__table__
    rows = {row.id: row for row in db.session.execute(current().select(cases).where(cases.c.id.in_(ids)))}
    shown = [each for each in found if each.id in rows]
    told = listed([rows[each.id] for each in shown], names)
    answers, remedies = _answers(ids), _remedies(ids)
    return [
        Solved(
            case=case,
            measure=each.measure,
            ours=ours,
            outcome=rows[each.id].outcome,
            answer=answers.get(each.id, ""),
            took=_took(rows[each.id]),
            remedies=remedies.get(each.id, ()),
        )
        for each, case in zip(shown, told, strict=True)
    ]


def _took(row: Any) -> timedelta | None:
    return row.answered_at - row.reported_at if row.answered_at and row.origin != "import" else None


def _answers(ids: list[int]) -> dict[int, str]:
    """The beginning of the last answer of each case."""
    events, contents = Event.__table__, EventContent.__table__
    rows = db.session.execute(
        current()
        .select(events.c.case_id, contents.c.text)
        .select_from(events.join(contents, contents.c.event_id == events.c.id))
        .where(events.c.case_id.in_(ids), events.c.kind == kinds.ANSWERED.name)
        .order_by(events.c.case_id, events.c.case_seq)
    )
    return {row.case_id: _beginning(row.text) for row in rows if row.text}


def _beginning(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= ANSWER else text[: ANSWER - 1].rstrip() + "…"


def _remedies(ids: list[int]) -> dict[int, tuple[str, ...]]:
    """Kinds of the remedies that customers accepted; only those involved may read remedies at all."""
    table = Remedy.__table__
    query = current().select(table.c.case_id, table.c.kind).where(table.c.case_id.in_(ids), table.c.state.in_(SETTLED))
    kept: dict[int, tuple[str, ...]] = {}
    for row in db.session.execute(query.order_by(table.c.id)):
        kept[row.case_id] = (*kept.get(row.case_id, ()), row.kind)
    return kept
