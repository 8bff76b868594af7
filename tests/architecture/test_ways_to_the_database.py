"""There is one way to the database, the scope's session. What could go round it stands here, with its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WAYS = {
    "create_engine", "sessionmaker", "scoped_session", "Session", "raw_connection", "exec_driver_sql",
    "driver_connection", "cursor", "sqlite3", "psycopg", "engines", "engine",
}  # fmt: skip
ALLOWED = {
    ("portal/copies/resting.py", "exec_driver_sql"): "SQLite's triggers, put aside and made again from their own text",
    ("portal/database.py", "create_engine"): "the owner's engine",
    ("portal/migrating.py", "driver_connection"): "foreign keys off while SQLite writes a table anew",
    ("portal/doctor/database.py", "psycopg"): "the names of the driver's errors",
    ("portal/doctor/database.py", "sqlite3"): "pragmas over a connection that can change nothing",
    ("portal/installation.py", "engines"): "closes them when a command is done",
    ("portal/measures.py", "psycopg"): "the names of the driver's errors",
    ("portal/operations/health.py", "psycopg"): "the names of the driver's errors",
    ("portal/operations/health.py", "sqlite3"): "the names of the driver's errors",
    (
        "portal/operations/probing.py",
        "psycopg",
    ): "the migration and the server's own tables, read-only and in bounded time",
    ("portal/operations/probing.py", "sqlite3"): "the same on SQLite",
    ("portal/replica.py", "psycopg"): "how far two servers are, which is about no row",
    ("portal/version_lookup.py", "psycopg"): "three values of a public case, compared and never shown",
    ("portal/version_lookup.py", "sqlite3"): "the same on SQLite",
    ("portal/web.py", "engines"): "puts the guard on every one of them",
    ("portal/worker_process.py", "engines"): "its connections to SQLite map nothing",
    ("portal/withholding.py", "psycopg"): "the names of the driver's errors",
    ("portal/withholding.py", "sqlite3"): "the names of the driver's errors",
    ("tenants/db.py", "exec_driver_sql"): "BEGIN, which SQLite's driver must not say by itself",
    ("tenants/rls.py", "driver_connection"): "announces the scope in one round trip",
    ("tenants/scope.py", "engines"): "the worker's connections for the system's sessions",
}


def files() -> list[Path]:
    found = [path for folder in ("portal", "tenants") for path in (ROOT / folder).rglob("*.py")]
    return sorted([*found, ROOT / "wsgi.py"])


def ways_in(source: str) -> set[str]:
    """The ways of WAYS that this code calls, imports or takes from something. Words in strings do not count."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").partition(".")[0]}
    return found & WAYS


def test_every_way_round_the_session_is_known() -> None:
    found = {(str(path.relative_to(ROOT)), way) for path in files() for way in ways_in(path.read_text())}
    assert found == ALLOWED.keys()


@pytest.mark.parametrize(
    ("source", "way"),
    [
        ("db.engine.raw_connection()", "raw_connection"),
        ("from sqlalchemy import create_engine\ncreate_engine('x')", "create_engine"),
        ("connection.exec_driver_sql('x')", "exec_driver_sql"),
        ("with Session(engine) as s: pass", "Session"),
        ("import sqlite3", "sqlite3"),
        ("from psycopg import connect", "psycopg"),
    ],
)
def test_the_search_for_it_can_fail(source: str, way: str) -> None:
    assert way in ways_in(source)
    assert ways_in(f"x = {source!r}") == set()
