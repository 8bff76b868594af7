"""What the application says about an answer that may be kept: what it was made from, and so how long it is true.

A case says at which version it is: its page outlives whatever is written elsewhere. A page that is made of many things
(a list, a board, an idea with all that hangs on it) is true until anything at all is written, which the database tells
at the price of one look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar
from zoneinfo import ZoneInfo

from flask import current_app, g, request
from werkzeug.wrappers import Response

from portal import languages
from portal.version_lookup import VersionLookup
from tenants import clock, door

NOTE = "daylight.keep"
"""Where in a request's environment the application says that its answer may be kept, and for how long it is true."""
OWN_NOTE = "daylight.keep_own"
"""The same for the one session that asked, and for nobody else."""
STATE = "daylight.state"
"""Where it finds the state of the database from before anything was read, if a page of somebody's own may be kept."""
UNCHANGED_FOR = timedelta(seconds=10)
"""The longest that a page is kept while nothing is written: it may say how much time is left."""

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer", bound=Response)


class Note(Protocol):
    """What an answer was made from, and for whom."""

    @property
    def network_locale(self) -> str: ...

    @property
    def locale(self) -> str: ...

    @property
    def dies_at(self) -> datetime: ...

    def holds(self, versions: VersionLookup) -> bool: ...


class NoteOfOne(Note, Protocol):
    """The same of an answer to one session."""

    def begins(self, versions: VersionLookup) -> bool:
        """Whether the answer may be kept: nothing was committed while it was made."""


@dataclass(frozen=True, slots=True)
class CaseNote:
    """True as long as the case is public and at this version."""

    network_id: int
    network_version: int
    network_locale: str
    reference: str
    version: int
    others: int
    locale: str
    dies_at: datetime

    def holds(self, versions: VersionLookup) -> bool:
        now = versions.find(self.network_id, self.reference)
        return now == (self.version, "public", self.network_version, self.others)


@dataclass(frozen=True, slots=True)
class UnchangedNote:
    """True as long as nothing has been written since."""

    state: str
    network_locale: str
    locale: str
    dies_at: datetime

    def holds(self, versions: VersionLookup) -> bool:
        return versions.state() == self.state


def note_of_case(row: Any, card: door.NetworkCard, others: int) -> None:
    """Says of the answer to this request that it is the public's page of a case, which happened to `others` too.

    With a query in its address it is not kept: that may ask for a notice besides.
    """
    if request.query_string:
        return
    due, day_ends = row.next_due_at, midnight(card.zone)
    request.environ[NOTE] = CaseNote(
        network_id=card.id,
        network_version=card.version,
        network_locale=card.locale,
        reference=row.reference,
        version=row.public_version,
        others=others,
        locale=languages.current().locale,
        dies_at=min(due, day_ends) if due is not None and due > clock.now() else day_ends,
    )


def kept_while_unchanged(*understood: str) -> Callable[[Callable[Asked, Answer]], Callable[Asked, Answer]]:
    """Decorates the view of a page that is made of nothing but the database, its address and the time, for everybody.

    `understood` are the names that its query may have. The state of the database is asked for before the view reads:
    what is written meanwhile makes the page newer than it says, never older.
    """

    def decorate(view: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
        @wraps(view)
        def noted(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
            if g.visitor is None and request.args.keys() <= set(understood):
                state = current_app.extensions["keeper"].state()
                if state is not None:
                    request.environ[NOTE] = _unchanged(state, g.network)
            return view(*args, **kwargs)

        return noted

    return decorate


def _unchanged(state: str, card: door.NetworkCard) -> UnchangedNote:
    dies_at = min(clock.now() + UNCHANGED_FOR, midnight(card.zone))
    return UnchangedNote(state, card.locale, languages.current().locale, dies_at)


def midnight(zone: str) -> datetime:
    """When the next day begins there: pages say "today"."""
    local = clock.now().astimezone(ZoneInfo(zone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
