"""Ideas that are offered to somebody who writes: to support instead of proposing again, or to put a case behind.

It suggests and merges nothing. An idea that was merged is offered as the one in which it goes on. Shipped and declined
ones are offered too: somebody has thought of it, and a business has said what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from portal.directory import Directory, directory
from portal.ideas.models import Idea
from portal.ideas.reading import ListedIdea, listed
from portal.search.cases import said_in
from portal.search.likeness import ideas_alike
from tenants.door import NetworkCard
from tenants.scope import Scope, current, db, entered

MOST = 4
PLANNED = ("planned", "in_progress")
LOOKED_AT = 12
"""Ideas that are compared before those are left out that are not wanted."""


def ideas_like(network: NetworkCard, text: str, *, states: Sequence[str] = (), most: int = MOST) -> list[ListedIdea]:
    """The public ideas that are most like this text, whoever asks; only in these states, if any are given."""
    with entered(Scope.public(network.id)):
        return _like(text, directory(network), states, most, ())


def planned_like(network: NetworkCard, text: str) -> list[ListedIdea]:
    """What businesses plan already, or work on, that is like what somebody complains of."""
    return ideas_like(network, text, states=PLANNED, most=2)


def ideas_for_case(row: Any, names: Directory, without: Collection[int]) -> list[ListedIdea]:
    """For the desk: ideas like the case, those of the business's own desk and public ones, to link it to."""
    text = next((said for _case_id, said in said_in([row.id])), "")
    own = _like(text, names, (), MOST, without)
    with entered(Scope.public(row.network_id)):
        public = _like(text, names, (), MOST, without)
    known = {each.id for each in own}
    return [*own, *(each for each in public if each.id not in known)][:MOST]


def _like(text: str, names: Directory, states: Sequence[str], most: int, without: Collection[int]) -> list[ListedIdea]:
    order = [each.id for each in ideas_alike(text, most=LOOKED_AT, without=without)]
    rows = {row.id: row for row in _rows(order)}
    targets = {row.id: row for row in _rows([row.merged_into_id for row in rows.values() if row.merged_into_id])}
    shown: dict[int, Any] = {}
    for number in order:
        row = rows.get(number)
        if row is not None and row.merged_into_id is not None:
            row = targets.get(row.merged_into_id)
        if row is not None and row.id not in without and (not states or row.state in states):
            shown.setdefault(row.id, row)
    return listed(list(shown.values())[:most], names)


def _rows(ids: Sequence[int]) -> list[Any]:
    ideas = Idea.__table__
    query = current().select(ideas).where(ideas.c.id.in_(ids), ideas.c.visibility != "hidden")
    return list(db.session.execute(query)) if ids else []
