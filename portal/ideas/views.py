"""Saved views of a board: a name for the filters and the order that a team looks at often. Colleagues share them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.ideas.board import FILTERS, ORDERS
from portal.ideas.team_models import IdeaView
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.scope import current, db, writing

MOST = 30
LONGEST_NAME = 60
SAVE = "idea.talk"
"""Every role of a business works with its board."""


class NameTaken(ValueError):
    """There is a view of this name (422)."""


class TooManyViews(ValueError):
    """A list of so many views helps nobody (422)."""


def save(name: str, chosen: Mapping[str, str]) -> int:
    """Save filters and order under a name. What a board does not know is left out."""
    require(current(), SAVE)
    scope = current()
    kept = {key: value for key, value in chosen.items() if key in FILTERS and value}
    kept |= {"order": chosen["order"]} if chosen.get("order") in ORDERS else {}
    view_id = new_id()
    made = {"id": view_id, "name": name, "chosen": kept, "made_by": scope.person_id, "made_at": clock.now()}
    try:
        with writing():
            if len(views()) >= MOST:
                raise TooManyViews(name)
            db.session.add(IdeaView(network_id=scope.network_id, tenant_id=scope.tenant_id, **made))
    except IntegrityError:
        raise NameTaken(name) from None
    return view_id


def drop(view_id: int) -> bool:
    """Delete a view of one's business. False when there is none."""
    require(current(), SAVE)
    with writing():
        gone = db.session.execute(delete(IdeaView).where(IdeaView.id == view_id))
        return bool(gone.rowcount)  # type: ignore[attr-defined]


def views() -> Sequence[IdeaView]:
    """Of the present business, by name."""
    return db.session.scalars(select(IdeaView).order_by(IdeaView.name, IdeaView.id)).all()
