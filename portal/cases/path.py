"""The path of a case through the businesses, read from its history: who led it and for how long, and whom they asked.

A line of stops in the order of time. From each hang branches: the businesses that were asked from there. Nothing but
public events is read, so the path is the same for everybody; that somebody said no is told once the next step is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from portal.cases.stops import Branch, Note, Path, Stop
from portal.directory import Directory, Name
from portal.events import kinds
from portal.events.timeline import Entry


def path_of(row: Any, entries: Iterable[Entry], parts: Iterable[Any], names: Directory) -> Path:
    """`entries` as the timeline gives them, the newest first; `parts` those that everybody sees."""
    reader = _Reader(names, {str(part.number): part.title or "" for part in parts})
    for entry in sorted(entries, key=lambda entry: entry.seq):
        read = READS.get(entry.kind)
        if read is not None:
            read(reader, entry)
    return reader.path(row)


class _Reader:
    """What is known of the path after each entry."""

    def __init__(self, names: Directory, titles: dict[str, str]) -> None:
        self.names, self.titles = names, titles
        self.stops: list[Stop] = []
        self.legs: dict[str, Branch] = {}
        self.moves: dict[str, Stop] = {}
        """Transfers that were taken on, by their id: the stops that they led to."""
        self.taken: tuple[str, datetime | None] | None = None
        """A transfer that has just been taken on, and by when an answer is due."""
        self.notes: dict[str, tuple[Note, Stop | Branch]] = {}
        """By the part that came back (empty for the whole case): what is told, and where."""

    def path(self, row: Any) -> Path:
        if self.stops:
            self.stops[-1].left_at = row.closed_at if row.state in ("closed", "withdrawn") else None
        for note, where in self.notes.values():
            where.notes.append(note)
        for stop in self.stops:
            # What was taken back before anybody had said yes or no is of no matter to anybody.
            stop.branches = [
                each for each in stop.branches if each.accept_by is None or each.state in ("asked", "back")
            ]
        return Path(row.reported_at, self.stops, self.stops[-1].left_at if self.stops else None)

    def lead(self, entry: Entry) -> None:
        if not entry.tenant_id:
            return
        if self.stops:
            self.stops[-1].left_at = entry.at
        one, due = self.taken or ("", None)
        again = any(each.tenant_id == entry.tenant_id for each in self.stops)
        self.stops.append(Stop(entry.tenant_id, self._name(entry.tenant_id), entry.at, answer_by=due, again=again))
        if one:
            self.moves[one] = self.stops[-1]
        self.taken = None

    def offered(self, entry: Entry) -> None:
        part = _part(entry)
        note = self._came_back(entry, self._newest(part)) if entry.facts.get("after") else None
        branch = self._branch(entry, accept_by=_moment(entry, "accept_by"))
        if note is not None and self.stops:
            note.then, note.name = "asked", branch.name
            self.notes[part] = (note, branch if part else self.stops[-1])

    def accepted(self, entry: Entry) -> None:
        one, due = str(entry.facts.get("handoff")), _moment(entry, "answer_by")
        branch = self.legs.get(one)
        if branch is None:
            return
        if not branch.part:
            self.taken = (one, due)
            self._leave(branch, entry, "over")
        else:
            branch.state, branch.at, branch.accept_by, branch.answer_by = "helping", entry.at, None, due

    def assigned(self, entry: Entry) -> None:
        """The host's decision: a branch, or the next stop; the lead itself, which asks nobody, is no branch."""
        part = _part(entry)
        where: Stop | Branch | None = self.stops[-1] if self.stops else None
        if entry.facts.get("handoff") and part:
            branch = self._branch(entry)
            branch.state, branch.answer_by, where = "helping", _moment(entry, "answer_by"), branch
        elif entry.facts.get("handoff"):
            self.taken = (str(entry.facts["handoff"]), _moment(entry, "answer_by"))
        note = self.notes[part][0] if part in self.notes else Note()
        note.then, note.name = "decided", self._name(entry.tenant_id)
        if where is not None:
            self.notes[part] = (note, where)

    def host_asked(self, entry: Entry) -> None:
        note = self._came_back(entry, self.legs.get(str(entry.facts.get("handoff"))))
        if note is not None and self.stops:
            note.then, note.name = "decides", self._named(entry)
            self.notes[_part(entry)] = (note, self.stops[-1])

    def late(self, entry: Entry) -> None:
        found = self._waited(entry)
        if found is not None:
            found.late_since = _moment(entry, "answer_by") or entry.at

    def extended(self, entry: Entry) -> None:
        found = self._waited(entry)
        if found is not None:
            found.answer_by, found.late_since = _moment(entry, "answer_by"), None

    def reopened(self, entry: Entry) -> None:
        branch = self.legs.get(str(entry.facts.get("handoff")))
        if branch is not None:
            branch.state, branch.left_at = "helping", None

    def case_answered(self, entry: Entry) -> None:
        """With that whoever had handed over the whole case is answered too."""
        if self.stops and self.stops[-1].answered_at is None:
            self.stops[-1].answered_at = entry.at

    def _came_back(self, entry: Entry, branch: Branch | None) -> Note | None:
        """How the attempt before ended; None if that has been told. Once the host has decided, counting begins anew."""
        if branch is None or branch.state == "back":
            return None
        known, how = self.notes.get(_part(entry)), str(entry.facts["after"]).partition(":")[0]
        note = known[0] if known and known[0].then != "decided" else Note()
        note.back.setdefault(how, []).append(branch.name)
        branch.how = str(entry.facts["after"])
        self._leave(branch, entry, "back")
        return note

    def _newest(self, part: str) -> Branch | None:
        return next((each for each in reversed(self.legs.values()) if each.part == part), None)

    def _branch(self, entry: Entry, accept_by: datetime | None = None) -> Branch:
        part = _part(entry)
        branch = Branch(self._named(entry), part, self.titles.get(part, ""), entry.at, accept_by=accept_by)
        self.legs[str(entry.facts.get("handoff"))] = branch
        if self.stops:
            self.stops[-1].branches.append(branch)
        return branch

    def end(self, entry: Entry, state: str) -> None:
        branch = self.legs.get(str(entry.facts.get("handoff")))
        if branch is not None:
            self._leave(branch, entry, state)

    @staticmethod
    def _leave(branch: Branch, entry: Entry, state: str) -> None:
        branch.state, branch.left_at = state, branch.left_at or entry.at

    def _waited(self, entry: Entry) -> Branch | Stop | None:
        one = str(entry.facts.get("handoff"))
        return self.moves.get(one) or self.legs.get(one)

    def _named(self, entry: Entry) -> Name | None:
        return self._name(int(entry.facts.get("tenant") or 0))

    def _name(self, tenant_id: int | None) -> Name | None:
        business = self.names.businesses.get(tenant_id or 0)
        return business.name if business else None


READS: dict[str, Callable[[_Reader, Entry], None]] = {
    kinds.ROUTED.name: _Reader.lead,
    kinds.LEAD_CHANGED.name: _Reader.lead,
    kinds.HANDED_ON.name: _Reader.offered,
    kinds.TAKEN_ON.name: _Reader.accepted,
    kinds.HOST_ASKED.name: _Reader.host_asked,
    kinds.HOST_ASSIGNED.name: _Reader.assigned,
    kinds.HANDOFF_LATE.name: _Reader.late,
    kinds.HANDOFF_EXTENDED.name: _Reader.extended,
    kinds.HANDOFF_ANSWERED.name: lambda reader, entry: reader.end(entry, "answered"),
    kinds.HANDOFF_REOPENED.name: _Reader.reopened,
    kinds.HANDOFF_CONFIRMED.name: lambda reader, entry: reader.end(entry, "done"),
    kinds.HANDOFF_WITHDRAWN.name: lambda reader, entry: reader.end(entry, "over"),
    kinds.ANSWERED.name: _Reader.case_answered,
}


def _part(entry: Entry) -> str:
    return str(entry.facts.get("part") or "")


def _moment(entry: Entry, name: str) -> datetime | None:
    value = entry.facts.get(name)
    return datetime.fromisoformat(value) if value else None
