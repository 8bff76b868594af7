"""Where the cause of a case lies: place and topic for everybody's figures, people for the business alone.

Both are known before a case can close: an answer and a question lead to a fortnight of silence that closes it, and so
each of them asks.
"""

from __future__ import annotations

from portal.cases.models import Case
from portal.events import kinds
from portal.events.record import record


class NotAttributed(ValueError):
    """Nobody has said yet where the cause lies: `missing` names the fields (422)."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def is_attributed(case: Case) -> bool:
    """Whether place and topic are known."""
    return case.touchpoint_id is not None and case.category_id is not None


def attribute(case: Case, touchpoint_id: int | None, category_id: int | None, about_staff: str = "") -> None:
    """Settle place and topic of a held case; what is not given stays as it is. Raises NotAttributed."""
    place, topic = touchpoint_id or case.touchpoint_id, category_id or case.category_id
    missing = tuple(name for name, value in (("touchpoint", place), ("category", topic)) if value is None)
    if missing:
        raise NotAttributed(missing)
    if (place, topic) == (case.touchpoint_id, case.category_id) and not about_staff:
        return
    case.touchpoint_id, case.category_id = place, topic
    record(
        case,
        kinds.ATTRIBUTED,
        facts={"touchpoint": str(place), "category": str(topic)},
        text=about_staff or None,
    )
