"""The database, over a connection that can change nothing: does it answer, does it fit, does it keep its word."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
from alembic.script import ScriptDirectory

from portal import migrating
from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok, warning
from portal.operations import probing
from portal.withholding import safely

LONGEST = 20.0
"""Seconds for reading through the whole file."""
OLDEST_POSTGRESQL = 140_000


def answers(settings: Settings) -> Iterator[Finding]:
    """Somebody is there."""
    try:
        probing.revision(settings)
        yield from _version(settings)
    except (sqlite3.Error, psycopg.Error) as problem:
        if settings.on_postgresql:
            mend = "Look whether the server runs and DATABASE_URL is right: psql \"$DATABASE_URL\" -c 'SELECT 1'"
        else:
            mend = (
                "If it was never there: portal setup. If it was: look at DATA_DIR and DATABASE_URL, or restore a copy."
            )
        yield failing("database", f"The database does not answer ({safely(problem)}).", mend)


def _version(settings: Settings) -> Iterator[Finding]:
    if not settings.on_postgresql:
        yield ok("database", f"SQLite {sqlite3.sqlite_version} answers.")
        return
    with probing.connected(settings) as connection:
        number = connection.info.server_version
    if number < OLDEST_POSTGRESQL:
        mend = "Move to PostgreSQL 14 or later: pg_upgrade, or a dump and a restore."
        yield warning("database", f"PostgreSQL {number // 10_000} is older than what is tested.", mend)
    else:
        yield ok("database", f"PostgreSQL {number // 10_000}.{number % 10_000} answers.")


def migrations(settings: Settings) -> Iterator[Finding]:
    """Its tables are those of this code."""
    at, newest = probing.revision(settings), probing.newest_revision()
    if at == newest:
        yield ok("migrations", f"The tables are those of this version ({newest}).")
    elif at is None or _is_known(at):
        words = f"The tables are of an older version ({at or 'none'}, not {newest})."
        yield failing("migrations", words, "Make a copy of the database, then: portal setup")
    else:
        words = f"The tables are of a version that this one does not know ({at})."
        yield failing(
            "migrations", words, "Install the newer version of Daylight again, or restore the copy made before."
        )


def _is_known(revision: str) -> bool:
    scripts = ScriptDirectory.from_config(migrating.scripts())
    return revision in {script.revision for script in scripts.walk_revisions()}


def durability(settings: Settings) -> Iterator[Finding]:
    """What was answered with "done" outlives a power cut."""
    if settings.on_postgresql:
        yield from _durability_of_server(settings)
        return
    with closing(probing.read_only(settings)) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        words = f"The SQLite file works in the mode “{mode}”, in which readers and writers lock each other out."
        yield failing("durability", words, "portal setup")
    elif settings.sqlite_synchronous == "NORMAL":
        words = "A power cut may lose the last transactions (SQLITE_SYNCHRONOUS=NORMAL)."
        yield warning("durability", words, "Set SQLITE_SYNCHRONOUS=FULL and start again.")
    else:
        yield ok("durability", f"Write-ahead log, synchronous {settings.sqlite_synchronous}.")


def _durability_of_server(settings: Settings) -> Iterator[Finding]:
    with probing.connected(settings) as connection:
        off = [
            name
            for name in ("fsync", "full_page_writes", "synchronous_commit")
            if connection.execute(f"SHOW {name}").fetchone()[0] == "off"
        ]
    for name in off:
        words = f"A power cut may lose what was saved: {name} is off on the server."
        mend = f"As its administrator: ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();"
        yield warning("durability", words, mend)
    if not off:
        yield ok("durability", "The server waits for the disk.")


def integrity(settings: Settings) -> Iterator[Finding]:
    """The file, or what the server knows of its own, is whole."""
    yield from _of_server(settings) if settings.on_postgresql else _of_file(settings)


def _of_file(settings: Settings) -> Iterator[Finding]:
    until = time.monotonic() + LONGEST
    with closing(probing.read_only(settings)) as connection:
        connection.set_progress_handler(lambda: time.monotonic() > until, 1_000)
        try:
            said = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            mend = "In a quiet hour: sqlite3 DATA_DIR/daylight.sqlite3 'PRAGMA integrity_check'"
            yield warning("integrity", f"The file is too large to be read in {LONGEST:.0f} seconds.", mend)
            return
        except sqlite3.DatabaseError:
            said = ["broken"]
    if said == ["ok"]:
        yield ok("integrity", "SQLite finds its file whole.")
    else:
        mend = "Stop the portal and restore the newest good copy; until then nothing that is saved is safe."
        yield failing("integrity", "The SQLite file is damaged.", mend)


def _of_server(settings: Settings) -> Iterator[Finding]:
    broken = (
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND n.nspname = current_schema()"
    )
    failures = "SELECT coalesce(checksum_failures, 0) FROM pg_stat_database WHERE datname = current_database()"
    with probing.connected(settings) as connection:
        indexes = sorted(row[0] for row in connection.execute(broken).fetchall())
        damaged = connection.execute(failures).fetchone()[0]
    if damaged:
        mend = "Stop the portal, look at the disk, and restore the newest good copy."
        yield failing("integrity", f"PostgreSQL has met {damaged:,} damaged pages.", mend)
    for index in indexes:
        yield failing("integrity", f"The index {index} is not valid.", f"As the owner: REINDEX INDEX {index};")
    if not damaged and not indexes:
        yield ok("integrity", "PostgreSQL knows of no damage.")
