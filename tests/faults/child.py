"""A worker that dies at one point of its work: `python -m tests.faults.child POINT NUMBER`.

The process ends without cleaning anything up, as by SIGKILL, when it comes to the point for that time. Without ever
coming there it works until nothing is left and exits with 0.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal.followers.registry import FOLLOWERS
from portal.web import create_app
from portal.worker import deliveries, main, timers
from tenants.scope import db

DIED = 99
STATEMENTS = {
    "positions inserted": "INSERT INTO event_positions",
    "waiting removed": "DELETE FROM new_events",
    "cursor moved": "UPDATE cursors",
    "timer done": "UPDATE timers",
    "delivery queued": "INSERT INTO deliveries",
}
"""Points inside a transaction: after such a statement."""
CALLS = {
    "figures told": ("after", next(f for f in FOLLOWERS if f.name == "figures"), "follow"),
    "log told": ("after", next(f for f in FOLLOWERS if f.name == "log"), "follow"),
    "desk told": ("after", next(f for f in FOLLOWERS if f.name == "desk-mail"), "follow"),
    "claimed": ("after", deliveries, "claim"),
    "sent and not marked": ("before", deliveries, "sent"),
    "marked": ("after", deliveries, "sent"),
    "turn ended": ("after", main, "turn"),
}
"""Points before or after a function."""
HANDLED = ("timer begun", "timer handled")
COMMITS = ("committing",)
POINTS = [*STATEMENTS, *CALLS, *HANDLED, *COMMITS]


class Fuse:
    """Burns down by one each time it is touched."""

    def __init__(self, times: int) -> None:
        self.left = times

    def touch(self) -> None:
        self.left -= 1
        if not self.left:
            os._exit(DIED)


def lay(app: Flask, point: str, fuse: Fuse) -> None:
    if point in CALLS:
        when, owner, name = CALLS[point]
        setattr(owner, name, wrapped(getattr(owner, name), when, fuse))
    elif point in HANDLED:
        when = "before" if point == "timer begun" else "after"
        for kind, handler in timers.HANDLERS.items():
            timers.HANDLERS[kind] = wrapped(handler, when, fuse)
    else:
        with app.app_context():
            for engine in db.engines.values():
                on_statements(engine, point, fuse)


def wrapped(function: Callable[..., Any], when: str, fuse: Fuse) -> Callable[..., Any]:
    def dying(*args: Any, **options: Any) -> Any:
        if when == "before":
            fuse.touch()
        result = function(*args, **options)
        if when == "after":
            fuse.touch()
        return result

    return dying


def on_statements(engine: Any, point: str, fuse: Fuse) -> None:
    if point in COMMITS:
        event.listen(engine, "commit", lambda _connection: fuse.touch())
        return

    @event.listens_for(engine, "after_cursor_execute")
    def after(_connection: Any, _cursor: Any, sql: str, _parameters: Any, _context: Any, _many: bool) -> None:
        if sql.startswith(STATEMENTS[point]):
            fuse.touch()


if __name__ == "__main__":
    app = create_app()
    lay(app, sys.argv[1], Fuse(int(sys.argv[2])))
    with app.app_context():
        while main.turn():
            pass
