"""How much one person, or one address, writes on ideas in a quarter of an hour. Counted at the door."""

from __future__ import annotations

from portal.accounts.routes.blueprint import address
from portal.ideas.voices import Voice
from tenants import signing_in

MOST = 12
"""Comments and amendments of one person on one idea within `signing_in.THROTTLE`."""


def may_write(idea_id: int, voice: Voice) -> bool:
    """Count one more; False when there were too many."""
    who = f"person {voice.person_id}" if voice.person_id else f"browser {voice.word}"
    return signing_in.begin_try(f"{idea_id} {who}", address(), what="ideas", by_account=MOST) is not None
