"""What the customer wants, as we understood it: said back to them, and put right by them."""

from __future__ import annotations

from collections.abc import Iterable

from portal.cases.customer_verbs import require_customer
from portal.cases.holding import held
from portal.cases.states import OPEN, WrongState
from portal.cases.words import say
from portal.events import kinds
from portal.events.timeline import Entry

LONGEST_WISH = 1000


def correct_wish(case_id: int, wish: str) -> None:
    """The customer says anew what would put it right, as long as the case is open. Raises WrongState."""
    require_customer()
    with held(case_id) as case:
        if case.state not in OPEN:
            raise WrongState(case.state, "correct the wish")
        say(case, kinds.WISH_CORRECTED, None, facts={"wish": wish})


def wish_of(entries: Iterable[Entry]) -> str:
    """What would put it right, in the newest words that the reader may see; `entries` are newest first."""
    said = (kinds.WISH_CORRECTED.name, kinds.REPORTED.name)
    return next((str(entry.facts.get("wish", "")) for entry in entries if entry.kind in said), "")
