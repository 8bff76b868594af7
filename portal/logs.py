"""The log: one line for each thing that happened, on standard error, as JSON or as text for a terminal.

A line has its time (UTC), its level, the name of what happened, and values: numbers, codes, templates of addresses. It
has no words of people, no addresses and no secrets; so an error is told by its kind and its places alone (see
`withholding.py`), and a library only by what it always says. Values that hold for a while (the number of a request, the
run of a worker) are given once, by `about`.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from portal.config import Settings
from portal.withholding import safely, story

OURS = ("portal", "tenants")
SERVER = "_granian"
"""The logger of the web server, which would write to standard output by itself."""
LONGEST = 200
"""Characters of one value."""

_about: ContextVar[Mapping[str, Any]] = ContextVar("log_about", default={})  # noqa: B039 (never changed in place)


@contextmanager
def about(**values: Any) -> Iterator[None]:
    """Put these values into every line that is written meanwhile."""
    token = _about.set({**_about.get(), **values})
    try:
        yield
    finally:
        _about.reset(token)


def fields(event: str, **values: Any) -> dict[str, Any]:
    """For `extra=` of a line: the name of what happened, and its values. None is left out."""
    return {"event": event, "fields": {name: value for name, value in values.items() if value is not None}}


def configure(settings: Settings) -> None:
    """Let this process log as the settings say. What ends it unforeseen is told in the same way."""
    form: logging.Formatter = Json() if settings.log_format == "json" else Text()
    if settings.log_level == "DEBUG" and not settings.in_production:
        form = Outspoken()
    handler = logging.StreamHandler()
    handler.setFormatter(form)
    handler.addFilter(_is_wanted)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # it would print the values of a line that cannot be written
    server = logging.getLogger(SERVER)
    server.handlers.clear()
    server.propagate = True
    sys.excepthook = _tell_end
    threading.excepthook = lambda ended: _tell_end(ended.exc_type, ended.exc_value, ended.exc_traceback)


def _is_wanted(record: logging.LogRecord) -> bool:
    """Libraries at work tell of addresses, headers and bodies; only their warnings are of use."""
    return _is_ours(record) or record.levelno >= logging.WARNING


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _tell_end(
    kind: type[BaseException], problem: BaseException | None, _traceback: TracebackType | None
) -> None:  # pragma: no cover (the end of a process)
    if issubclass(kind, KeyboardInterrupt) or problem is None:
        return
    logging.getLogger(__name__).critical("ended by an error", exc_info=problem, extra=fields("process.ended"))


def values_of(record: logging.LogRecord) -> dict[str, Any]:
    """Everything that a line says, in the order in which it is read."""
    event = getattr(record, "event", None) or (record.name if _is_ours(record) else f"library.{record.name}")
    at = datetime.fromtimestamp(record.created, UTC)
    line: dict[str, Any] = {
        "time": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
        "level": record.levelname,
        "event": event,
    }
    words = _words(record)
    if words and words != event:
        line["message"] = words
    own: Mapping[str, Any] = getattr(record, "fields", {})
    line |= {name: _short(value) for name, value in {**_about.get(), **own}.items()}
    problem = record.exc_info[1] if record.exc_info else None
    if problem is not None:
        line["problem"], line["traceback"] = safely(problem), story(problem)
    return line


def _words(record: logging.LogRecord) -> str:
    """The sentence of a line: ours with its values, a library's without them."""
    if record.name == "py.warnings":
        return ":".join(str(record.args).lstrip("('\"").split(":")[:3])  # the place and the kind, not the words
    said = str(record.msg)
    if not _is_ours(record) or not record.args:
        return said.partition("\n")[0]
    given = record.args
    if isinstance(given, tuple):
        given = tuple(safely(each) if isinstance(each, BaseException) else each for each in given)
    try:
        return said % given
    except (TypeError, ValueError, KeyError):  # a sentence with too many or too few gaps is still told
        return said


def _short(value: Any) -> Any:
    if isinstance(value, BaseException):
        value = safely(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:LONGEST]


class Json(logging.Formatter):
    """One JSON object in one line."""

    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(values_of(record), ensure_ascii=False)


class Text(logging.Formatter):
    """The same for a person at a terminal: time, level, event, sentence, then the values."""

    def format(self, record: logging.LogRecord) -> str:
        line = values_of(record)
        frames = line.pop("traceback", [])
        head = [line.pop("time"), f"{line.pop('level'):<7}", line.pop("event")]
        words = [f"“{line.pop('message')}”"] if "message" in line else []
        values = [f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in line.items()]
        return "\n    ".join([" ".join([*head, *words, *values]), *frames])


class Outspoken(Text):
    """For developers, with LOG_LEVEL=DEBUG and never in production: also what errors say."""

    def format(self, record: logging.LogRecord) -> str:
        told = super().format(record)
        return f"{told}\n{self.formatException(record.exc_info)}" if record.exc_info else told
