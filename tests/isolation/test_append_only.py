"""What has happened stays: the database refuses changes, whoever asks. Content can be erased, never rewritten."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.conftest import ON_POSTGRESQL
from tests.isolation.world import World

pytestmark = pytest.mark.database

APPEND_ONLY = {"events": "kind", "event_positions": "event_id", "log_entries": "number"}
ERASE = "UPDATE event_contents SET text = NULL, text_salt = NULL"


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_a_row_neither_changes_nor_goes(world: World, owner: Any, table: str) -> None:
    for statement in (f"UPDATE {table} SET {APPEND_ONLY[table]} = {APPEND_ONLY[table]}", f"DELETE FROM {table}"):  # noqa: S608
        with pytest.raises(DBAPIError, match=f"{table} is append-only"):
            owner.execute(text(statement))
        owner.rollback()


def test_content_is_not_deleted(world: World, owner: Any) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        owner.execute(text("DELETE FROM event_contents"))


@pytest.mark.parametrize("part", ["text", "facts", "names"])
def test_a_part_is_erased_with_its_salt(world: World, owner: Any, part: str) -> None:
    changed = owner.execute(text(f"UPDATE event_contents SET {part} = NULL, {part}_salt = NULL"))  # noqa: S608
    assert changed.rowcount == 3


@pytest.mark.parametrize(
    "change",
    [
        "text = 'other words'",
        "text = 'other words', text_salt = NULL",
        "text = NULL",
        "text_salt = NULL",
        "text_salt = 'other'",
        "names = '{}'",
        "facts = '{}', facts_salt = 'x'",
        "text = NULL, text_salt = NULL, audience = 'public', case_id = 1",
        "audience = 'internal'",
        "tenant_id = NULL",
        "event_id = event_id + 100",
    ],
)
def test_content_is_not_rewritten(world: World, owner: Any, change: str) -> None:
    with pytest.raises(DBAPIError, match="only be erased"):
        owner.execute(text(f"UPDATE event_contents SET {change} WHERE event_id = 1"))  # noqa: S608


def test_what_was_erased_is_not_written_again(world: World, owner: Any) -> None:
    owner.execute(text(ERASE))
    with pytest.raises(DBAPIError, match="only be erased"):
        owner.execute(text("UPDATE event_contents SET text = 'again', text_salt = 'salt'"))


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite empties a table by DELETE")
@pytest.mark.parametrize("role", ["daylight_app", "daylight_worker"])
def test_no_role_empties_a_table_at_once(world: World, owner: Any, role: str) -> None:
    owner.execute(text(f"SET LOCAL ROLE {role}"))
    with pytest.raises(DBAPIError, match="permission denied"):
        owner.execute(text("TRUNCATE events CASCADE"))


@pytest.mark.parametrize("table", [*APPEND_ONLY, "event_contents"])
def test_without_its_triggers_a_table_would_change(world: World, owner: Any, table: str) -> None:
    on = f" ON {table}" if ON_POSTGRESQL else ""
    acts = ("only_erase" if table == "event_contents" else "no_update", "no_delete")
    for act in acts:
        owner.execute(text(f"DROP TRIGGER {table}_{act}{on}"))
    column = APPEND_ONLY.get(table, "audience")
    assert owner.execute(text(f"UPDATE {table} SET {column} = {column}")).rowcount == 3  # noqa: S608
    if table == "event_contents":
        assert owner.execute(text("UPDATE event_contents SET text = 'other words'")).rowcount == 3
