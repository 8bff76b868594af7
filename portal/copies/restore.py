"""`portal restore`: a backup into an empty database, of either kind, without saying again what was said already."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, Engine, text

from portal.config import Settings
from portal.copies.archive import NoBackup, Reader
from portal.copies.comparing import Compared, checked, compared
from portal.copies.filling import Filling, NotEmpty, Tell
from portal.copies.source import OtherVersion, knows, revision_of
from portal.database import owner_engine
from portal.files.storage import Storage, storage_of
from portal.followers.base import Nature
from portal.followers.registry import FOLLOWERS
from portal.migrating import migrate, setup
from portal.worker.sequencer import HEAD

HELD = "not sent: the portal was restored from a backup, and this may have been sent before"


def restore(settings: Settings, path: Path, *, keeps_sending: bool, tell: Tell) -> list[Compared]:
    """Put a backup into the database and the files of `settings`, compare, and bring the database to this version.

    With `keeps_sending` what waited to be mailed is mailed, and who was signed in stays so: for a portal that changes
    its place. Otherwise neither is, since the backup does not know what happened after it. Interrupted, it goes on
    when it is called again. Raises NoBackup, OtherVersion, NotEmpty, Differs.
    """
    reader = Reader(path)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    manifest, engine = reader.manifest, owner_engine(settings)
    try:
        _make_tables(engine, settings, manifest.revision)
        filling = Filling(engine, manifest.shapes, f"backup of {manifest.made_at.isoformat()}")
        filling.begin()
        for shape in manifest.shapes:
            filling.put(shape, lambda shape=shape: reader.lines(shape), tell)  # type: ignore[misc]
        _put_files(storage_of(settings), reader, tell)
        with engine.connect() as connection:
            found = checked(list(compared(manifest.shapes, manifest.sums, connection)))
        filling.finish(None if keeps_sending else hold_back)
    finally:
        engine.dispose()
        reader.close()
    setup(settings)
    return found


def hold_back(connection: Connection) -> None:
    """Let nothing be mailed that may have been mailed before, and nobody be signed in who may have signed out since.

    What follows events to the outside begins with the first event after the copy: those that still wait for their
    positions get the next ones.
    """
    held = "state = 'queued' AND channel = 'mail'"
    connection.execute(text(f"UPDATE deliveries SET message = '{{}}' WHERE secret AND {held}"))  # noqa: S608
    connection.execute(
        text(f"UPDATE deliveries SET state = 'dead', leased_until = NULL, problem = :why WHERE {held}"),  # noqa: S608
        {"why": HELD},
    )
    connection.execute(text("DELETE FROM session_keys"))
    connection.execute(text("DELETE FROM browser_sessions"))
    given = connection.scalar(text("SELECT value FROM heads WHERE name = :head"), {"head": HEAD}) or 0
    waiting = connection.scalar(text("SELECT count(*) FROM new_events")) or 0
    for follower in FOLLOWERS:
        if follower.nature is Nature.EFFECT:
            connection.execute(text("DELETE FROM cursors WHERE follower = :name"), {"name": follower.name})
            connection.execute(
                text("INSERT INTO cursors (follower, position) VALUES (:name, :position)"),
                {"name": follower.name, "position": given + waiting},
            )


def _make_tables(engine: Engine, settings: Settings, revision: str) -> None:
    """The tables as they were when the backup was made. Raises OtherVersion, NotEmpty."""
    with engine.connect().execution_options(writes=True) as connection:
        if not knows(connection, revision):
            raise OtherVersion(revision)
        now = revision_of(connection)
        if now not in ("", revision):
            if connection.scalar(text("SELECT count(*) FROM networks")):
                raise NotEmpty
            connection.rollback()
            migrate(connection, command.downgrade, revision)
            connection.commit()
    setup(settings, copying=True, revision=revision)


def _put_files(kept: Storage, reader: Reader, tell: Tell) -> None:
    for number, (key, digest) in enumerate(reader.manifest.files.items(), start=1):
        content = reader.file(key)
        if sha256(content).hexdigest() != digest:
            raise NoBackup(f"file {key} is damaged")
        kept.put(key, content, "application/octet-stream")
        tell("files on disk", number)
