"""What the path of a case is made of: its stops, the branches that hang from them, and notes of what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal import languages
from portal.directory import Name


@dataclass
class Note:
    """How often a part, or the whole case, came back, and what came next."""

    back: dict[str, list[Name | None]] = field(default_factory=dict)
    """`declined`, `expired` or `returned` → who."""
    then: str = ""
    """`asked`: another business; `decides` or `decided`: the host."""
    name: Name | None = None
    """Of whoever was asked, or decides."""


class Stay:
    """Some time at one business."""

    at: datetime
    left_at: datetime | None

    @property
    def seconds(self) -> int:
        return int((self.left_at - self.at).total_seconds()) if self.left_at else 0


@dataclass
class Branch(Stay):
    """A business that was asked for a part of the case; for the whole of it as long as it has not said yes."""

    name: Name | None
    part: str
    """Its number; empty for the whole case."""
    title: str
    at: datetime
    """When it was asked, or has taken it on."""
    state: str = "asked"
    """Then `helping`, `answered`, `done`; or `back` (given back), `over` (not needed any more)."""
    accept_by: datetime | None = None
    answer_by: datetime | None = None
    late_since: datetime | None = None
    left_at: datetime | None = None
    how: str = ""
    """How it ended where it came back: `declined:not_ours`, `expired` …"""
    notes: list[Note] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether it was never taken on, and what came next is known."""
        return self.state == "back" and self.accept_by is not None

    @property
    def waited_for(self) -> bool:
        return self.state in ("asked", "helping")


@dataclass
class Stop(Stay):
    """A business that led the case."""

    tenant_id: int
    name: Name | None
    at: datetime
    answer_by: datetime | None = None
    """By when it said that it answers, as it took the case on from another business."""
    late_since: datetime | None = None
    answered_at: datetime | None = None
    left_at: datetime | None = None
    again: bool = False
    """Whether it has led the case before."""
    branches: list[Branch] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def now(self) -> bool:
        return self.left_at is None

    @property
    def is_late(self) -> bool:
        """Whether it has the case, and its answer is owed beyond the agreed date."""
        return self.now and self.answered_at is None and self.late_since is not None

    @property
    def back_at(self) -> datetime | None:
        """Since when nobody works on a part any more: all that was asked for has come back to the lead."""
        asked = [each for each in self.branches if not each.refused and each.state != "over"]
        ends = [each.left_at for each in asked if each.left_at is not None and each.state in ("answered", "done")]
        return max(ends) if ends and len(ends) == len(asked) else None

    @property
    def day(self) -> date:
        """On which it came there, where the reader is."""
        return self.at.astimezone(languages.current().zone).date()

    @property
    def date_state(self) -> str:
        """What became of `answer_by`, as promises say it."""
        if self.answer_by is None or (self.answered_at is None and not self.now):
            return "released"
        if self.late_since is not None:
            return "broken"
        return "due" if self.answered_at is None else "kept"


@dataclass(frozen=True)
class Agreed:
    """The date of an answer that was agreed on when the case was taken on, read as promises are."""

    due_at: datetime
    made_at: datetime
    tenant_id: int
    state: str
    what: str = "answer"
    sentence: None = None
    paused_minutes: None = None
    fulfilled_at: None = None
    moved_to: None = None


@dataclass(frozen=True)
class Path:
    reported_at: datetime
    stops: list[Stop]
    ended_at: datetime | None = None
    """When it was closed or withdrawn."""

    @property
    def several(self) -> bool:
        """Whether there is something to tell: one business that asked nobody is no path."""
        return len(self.stops) > 1 or any(stop.branches or stop.notes for stop in self.stops)

    @property
    def late(self) -> list[Branch]:
        """Those that are waited for and whose time has passed."""
        return [each for stop in self.stops for each in stop.branches if each.waited_for and each.late_since]

    @property
    def agreed(self) -> list[Agreed]:
        """The date of the lead's answer, as long as it is owed: to the customer it is a promise like the others."""
        last = self.stops[-1] if self.stops else None
        if last is None or last.answer_by is None or last.date_state not in ("due", "broken") or last.answered_at:
            return []
        return [Agreed(last.answer_by, last.at, last.tenant_id, last.date_state)]

    def taken_over(self, promise: Any) -> Stop | None:
        """The last business that a promise came to with the case, if another one had made it and it was still owed."""
        over = promise.fulfilled_at or (None if promise.state == "broken" else promise.settled_at)
        return self.owed_by(promise, over)

    def owed_by(self, promise: Any, at: datetime | None) -> Stop | None:
        """Who owed a promise then (now, if `at` is None), where that is another business than the one that made it."""
        later = [each for each in self.stops if each.at > promise.made_at and (at is None or each.at <= at)]
        return later[-1] if later and later[-1].tenant_id != promise.tenant_id else None

    @property
    def helpers(self) -> dict[str, Branch]:
        """Who is waited for, by the number of the part."""
        return {each.part: each for stop in self.stops for each in stop.branches if each.part and each.waited_for}
