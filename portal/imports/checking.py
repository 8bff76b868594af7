"""From a line of a file to a report: every check that a line must pass before anything is written."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from portal.cases.opening import LONGEST_TEXT, Published, Report
from portal.cases.routing import Route
from portal.imports.directory import LONGEST_NAME, Directory, Unknown
from portal.imports.reading import Line
from portal.written_in import locale_of
from tenants import clock

LONGEST = {
    "text": LONGEST_TEXT,
    "wish": LONGEST_TEXT,
    "business": LONGEST_NAME,
    "reason": LONGEST_NAME,
    "source": 200,
    "id": 200,
    "at": 200,
}
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Ids sort by time from this day on."""


@dataclass(frozen=True)
class Manner:
    """How to import. Historic lines were published elsewhere; the others are reports that were taken on the phone.

    `language` is that of lines that name none.
    """

    network_id: int
    is_historic: bool = False
    may_create: bool = False
    language: str = ""


class Refused(ValueError):
    """This line cannot become a case; the text says why."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A line that has passed every check, or the reason why not."""

    line: Line
    report: Report | None = None
    published: Published | None = None
    route: Route | None = None
    at: datetime | None = None
    refused: str = ""


def ready(line: Line, manner: Manner, directory: Directory) -> Ready:
    try:
        if reason := unfit(line):
            raise Refused(reason)
        return _historic(line, manner, directory) if manner.is_historic else _live(line, manner, directory)
    except (Refused, Unknown) as why:
        return Ready(line, refused=str(why))


def unfit(line: Line) -> str:
    """Why no case can come of this line whatever the network knows, or nothing."""
    if line.refused:
        return line.refused
    if not line.fields["text"].strip():
        return "no text"
    long = (name for name, longest in LONGEST.items() if len(line.fields[name]) > longest)
    return next((f"{name} is longer than {LONGEST[name]} characters" for name in long), "")


def _historic(line: Line, manner: Manner, directory: Directory) -> Ready:
    fields = line.fields
    if not fields["source"].strip():
        raise Refused("no source: a historic case says where it was published")
    if not fields["business"].strip():
        raise Refused("no business")
    published = Published(
        source=fields["source"].strip(),
        source_id=fields["id"].strip() or f"line {line.number}",
        tenant_id=directory.tenant(fields["business"]),
    )
    report = Report(
        text=_nfc(fields["text"]),
        language=_language(line, manner),
        visibility="public",
        category_id=directory.category(fields["reason"]) if fields["reason"].strip() else None,
        touchpoint_id=directory.touchpoint(fields["touchpoint"]) if fields["touchpoint"].strip() else None,
        origin="import",
    )
    return Ready(line, report, published=published, at=_moment(fields["at"].strip(), directory.zone))


def _live(line: Line, manner: Manner, directory: Directory) -> Ready:
    fields = line.fields
    visibility = fields["visibility"].strip() or "private"
    if visibility not in ("public", "private"):
        raise Refused(f"visibility is neither public nor private: '{visibility}'")
    named = fields["business"].strip()
    report = Report(
        text=_nfc(fields["text"]),
        language=_language(line, manner),
        visibility=visibility,
        wish=_nfc(fields["wish"]),
        happened=_nfc(fields["at"]),
        category_id=directory.category(fields["reason"]) if fields["reason"].strip() else None,
        touchpoint_id=directory.touchpoint(fields["touchpoint"]) if fields["touchpoint"].strip() else None,
        origin="phone",
    )
    return Ready(line, report, route=Route(directory.tenant(named), "named") if named else None)


def _language(line: Line, manner: Manner) -> str:
    tag = line.fields["lang"].strip() or manner.language
    locale = locale_of(tag, line.fields["text"])
    if locale is None:
        raise Refused(f"the portal does not speak '{tag}'" if tag else "no language")
    return locale


def _moment(text: str, zone: str) -> datetime | None:
    """When it was published. Without an offset it is meant in the network's zone."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(f"not a date and time in ISO 8601: '{text[:40]}'") from None
    if not EARLIEST <= at <= clock.now():
        raise Refused(f"not a time between {EARLIEST.year} and now: '{text[:40]}'")
    return at


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()
