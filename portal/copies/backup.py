"""`portal backup`: all that a portal holds, as it stands at one moment, in one file; everybody goes on working."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, text

from portal.config import Settings
from portal.copies.archive import Manifest, Writer
from portal.copies.filling import Tell
from portal.copies.rows import lines
from portal.copies.shapes import shapes
from portal.copies.source import check_version, snapshot
from portal.database import owner_engine
from portal.files.storage import ContentGone, Storage, storage_of
from tenants import clock

KEYS = """
    SELECT storage_key FROM files WHERE storage_key IS NOT NULL
    UNION SELECT thumbnail_key FROM files WHERE thumbnail_key IS NOT NULL
    UNION SELECT storage_key FROM staged_files WHERE storage_key IS NOT NULL
    UNION SELECT thumbnail_key FROM staged_files WHERE thumbnail_key IS NOT NULL
"""


@dataclass(frozen=True)
class Made:
    """What a backup holds. `gone` are files that were removed for good while it was made."""

    rows: int
    files: int
    gone: int


def back_up(settings: Settings, path: Path, *, tell: Tell) -> Made:
    """Write a backup to `path`. Raises OtherVersion; OSError or StorageAway leave nothing there."""
    engine, every = owner_engine(settings), shapes()
    try:
        with snapshot(engine) as reading, Writer(path) as writer:
            revision, sums = check_version(reading), {}
            for shape in every:
                sums[shape.name] = writer.table(shape, lines(reading, shape))
                tell(shape.name, sums[shape.name].rows)
            keys = _keys(reading)
            files = dict(_files(storage_of(settings), writer, keys, tell))
            writer.finish(Manifest(clock.now(), version("daylight"), engine.dialect.name, revision, every, sums, files))
    finally:
        engine.dispose()
    return Made(sum(each.rows for each in sums.values()), len(files), len(keys) - len(files))


def _keys(connection: Connection) -> list[str]:
    return sorted(connection.scalars(text(KEYS)))


def _files(kept: Storage, writer: Writer, keys: list[str], tell: Tell) -> Iterator[tuple[str, str]]:
    for number, key in enumerate(keys, start=1):
        try:
            with kept.open(key) as file:
                content = file.read()
        except ContentGone:
            continue
        writer.file(key, content)
        tell("files on disk", number)
        yield key, sha256(content).hexdigest()
