"""The dates of a case's promises as a calendar file (RFC 5545): one event for each that the customer waits for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app

from portal.cases.promises import is_owed
from portal.wording import utc_stamp
from tenants import clock

LONGEST_LINE = 75
"""Octets of a line without its end; longer ones go on after a blank (RFC 5545, 3.1)."""


def of_promises(case: Any, promises: Iterable[Any], address: str) -> str:
    """The file. Moving a promise makes another one, so that an event's UID never changes its meaning."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Daylight//Promises//EN", "METHOD:PUBLISH"]
    for promise in promises:
        if is_owed(promise) and promise.paused_minutes is None:
            lines += _event(case, promise, address)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(case: Any, promise: Any, address: str) -> list[str]:
    label = current_app.jinja_env.get_template("_components.html").module.promise_words  # type: ignore[attr-defined]
    what = promise.sentence or str(label(promise.what, None))
    due = _stamp(promise.due_at)
    return [
        "BEGIN:VEVENT",
        f"UID:promise-{promise.id}@daylight",
        f"DTSTAMP:{_stamp(clock.now())}",
        f"DTSTART:{due}",
        f"DTEND:{due}",
        f"SUMMARY:{_escaped(what)} ({case.reference})",
        f"URL:{address}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _stamp(moment: Any) -> str:
    return utc_stamp(moment).replace("-", "").replace(":", "")


def _escaped(text: str) -> str:
    """RFC 5545, 3.3.11."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> str:
    """Cut at octets, and never inside a character."""
    parts: list[bytes] = []
    part = b""
    for letter in line:
        encoded = letter.encode()
        if len(part) + len(encoded) > LONGEST_LINE - (1 if parts else 0):
            parts.append(part)
            part = b""
        part += encoded
    return "\r\n ".join(each.decode() for each in [*parts, part])
