"""`portal move`: everything from one database to another, of the other kind or of the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import IntegrityError

from portal.config import Settings
from portal.copies.comparing import Compared, Differs, checked, compared
from portal.copies.filling import Filling, Tell, is_unfinished
from portal.copies.rows import lines, sum_of
from portal.copies.shapes import Shape, shapes
from portal.copies.source import check_version, frozen
from portal.database import owner_engine
from portal.migrating import setup

Say = Callable[[str], None]


class Unfinished(RuntimeError):
    """The database to be moved is itself a copy that was not finished."""


def destination(here: Settings, url: str) -> Settings:
    """The same installation with its data in another database, whose owner `url` names."""
    changed: dict[str, Any] = {"database_url": url, "database_owner_url": None, "database_worker_url": None}
    if here.search_engine == ("whoosh" if url.startswith("postgresql") else "postgresql"):
        changed["search_engine"] = "auto"
    return Settings(**{**here.model_dump(), **changed})


def move(here: Settings, there: Settings, *, tell: Tell, say: Say) -> list[Compared]:
    """Copy all tables, and compare them afterwards. Nobody can write here until it is done.

    Interrupted, it goes on where it stopped when it is called again; if something was written here in between, it
    starts over. Raises Unfinished, OtherVersion, NotEmpty; Differs if the copy is not what it was made from.
    """
    every, source, target = shapes(), owner_engine(here), owner_engine(there)
    try:
        with source.connect() as connection:
            check_version(connection)
            if is_unfinished(connection):
                raise Unfinished
        setup(there, copying=True)
        with frozen(source, every) as reading:
            return _move(reading, target, every, make_url(here.owner_url).render_as_string(), tell, say)
    finally:
        source.dispose()
        target.dispose()


def _move(reading: Connection, target: Engine, every: list[Shape], origin: str, tell: Tell, say: Say) -> list[Compared]:
    filling = Filling(target, every, f"move from {origin}")
    was_begun = filling.begin()
    if was_begun:
        say("Going on with what was interrupted …")
        with suppress(Differs, IntegrityError):
            return _fill(filling, reading, target, every, tell, say)
        say("Something was written here meanwhile; starting over …")
        filling.start_over()
    return _fill(filling, reading, target, every, tell, say)


def _fill(
    filling: Filling, reading: Connection, target: Engine, every: list[Shape], tell: Tell, say: Say
) -> list[Compared]:
    for shape in every:
        filling.put(shape, lambda shape=shape: lines(reading, shape), tell)  # type: ignore[misc]
    say("Comparing both sides …")
    with target.connect() as connection:
        sums = {shape.name: sum_of(reading, shape) for shape in every}
        found = checked(list(compared(every, sums, connection)))
    filling.finish()
    return found
