"""What is offered to somebody who writes: public cases like theirs, as they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from portal.cases.me_too import others_of
from portal.cases.models import Case
from portal.cases.reading import ListedCase, listed
from portal.directory import Directory, directory
from portal.search.likeness import alike
from tenants.door import NetworkCard
from tenants.scope import Scope, current, db, entered


@dataclass(frozen=True, slots=True)
class Offered:
    """A case that is like the text, and how many people it happened to, its reporter among them."""

    case: ListedCase
    people: int


def offers(network: NetworkCard, text: str) -> list[Offered]:
    """The public cases that are most like this text, as the public sees them, whoever asks."""
    with entered(Scope.public(network.id)):
        return _offers(text, directory(network))


def _offers(text: str, names: Directory) -> list[Offered]:
    order = [each.id for each in alike(text)]
    if not order:
        return []
    cases = Case.__table__
    rows = {row.id: row for row in db.session.execute(current().select(cases).where(cases.c.id.in_(order)))}
    shown = [rows[case_id] for case_id in order if case_id in rows]
    others = others_of([row.id for row in shown])
    return [Offered(case, others[row.id] + 1) for row, case in zip(shown, listed(shown, names), strict=True)]
