"""Where the time goes of each kind of request that misses its goal: shares of the time in the application."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks.measuring import Result
from benchmarks.rows import Row, Target
from benchmarks.seed import HOST
from portal.config import Settings
from portal.web import create_app

TIMES = 100
"""Requests that are profiled; as many are made before, and as many are timed without the profiler."""
PARTS = (
    ("templates", ("/templates/", "/jinja2/", "/markupsafe/")),
    ("database", ("sqlite3.", "psycopg", "/selectors.py", "method 'poll'", "method 'select'")),
    ("SQLAlchemy", ("/sqlalchemy/", "sqlalchemy.", "/flask_sqlalchemy/")),
    ("Flask", ("/flask/", "/werkzeug/", "/flask_", "/blinker/", "/itsdangerous/")),
    ("the portal", ("/portal/", "/tenants/")),
)
"""By which file, or built-in function, a moment belongs to which part; the first that fits."""
REST = "Python and others"


@dataclass(frozen=True)
class Profile:
    """Of one row: milliseconds of the processor's time in one process, and each part's share of the profiled time."""

    row: str
    milliseconds: float
    shares: dict[str, float]


def profiles(
    app: Any, settings: Settings, rows: Iterable[Row], results: Iterable[Result], target: Target
) -> list[Profile]:
    """One for each row that missed, of requests to `app` in this process; of a cold one to one that keeps nothing."""
    missed = {result.row for result in results if result.ratio < result.goal}
    cold = create_app(settings.model_copy(update={"page_memory": 0}))
    return [_profile(cold if row.cold else app, row, target) for row in rows if row.name in missed]


def _profile(app: Any, row: Row, target: Target) -> Profile:
    ask = _asked(app, row, target)
    for _ in range(TIMES):
        ask()
    began = time.process_time()
    for _ in range(TIMES):
        ask()
    seconds = time.process_time() - began
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(TIMES):
        ask()
    profiler.disable()
    return Profile(row.name, 1000 * seconds / TIMES, _shares(pstats.Stats(profiler)))


def _asked(app: Any, row: Row, target: Target) -> Callable[[], None]:
    environs = _environs(row, target)

    def ask() -> None:
        said: list[str] = []
        answer = app.wsgi_app(next(environs), lambda status, _headers, *_error: said.append(status))
        for _part in answer:
            pass
        getattr(answer, "close", lambda: None)()
        if not said[0].startswith(str(row.status)):
            raise RuntimeError(f"{row.name}: {said[0]}")

    return ask


def _environs(row: Row, target: Target) -> Iterator[dict[str, Any]]:
    """What a server would hand over for each request of the row's load."""
    load = row.load(target)
    if load.script == "forms.lua":  # from the end: the load has sent those of the beginning
        for line in reversed(Path(load.arguments[0]).read_text().splitlines()):
            yield _environ("/cases", {"Host": HOST, "Sec-Fetch-Site": "same-origin"}, line.encode())
    paths = Path(load.arguments[0]).read_text().split() if load.script == "paths.lua" else [load.path]
    for path in cycle(paths):
        yield _environ(path, load.headers, None)


def _environ(path: str, headers: dict[str, str], form: bytes | None) -> dict[str, Any]:
    from werkzeug.test import EnvironBuilder

    type_ = None if form is None else "application/x-www-form-urlencoded"
    path, _, query = path.partition("?")
    return EnvironBuilder(
        path=path,
        query_string=query,
        base_url=f"https://{HOST}",
        method="GET" if form is None else "POST",
        headers={name: value for name, value in headers.items() if name != "Host"},
        input_stream=BytesIO(form or b""),
        content_length=len(form or b""),
        content_type=type_,
    ).get_environ()


def _shares(stats: pstats.Stats) -> dict[str, float]:
    """Of the time spent in functions themselves, without what they call."""
    spent = dict.fromkeys([*(name for name, _marks in PARTS), REST], 0.0)
    for (file, _line, function), (_calls, _primitive, itself, _whole, _callers) in stats.stats.items():  # type: ignore[attr-defined]
        spent[_part(f"{file} {function}")] += itself
    whole = sum(spent.values())
    return {name: seconds / whole for name, seconds in spent.items()}


def _part(where: str) -> str:
    return next((name for name, marks in PARTS if any(mark in where for mark in marks)), REST)
