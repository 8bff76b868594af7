"""A row never points at another network's or tenant's row: the keys are composite, and the database checks them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from tenants.db import Base
from tenants.registry import owned
from tests.conftest import ON_POSTGRESQL
from tests.isolation.world import World

pytestmark = pytest.mark.database

OWNER = {"network_id", "tenant_id"}
KEYS: list[ForeignKeyConstraint] = [
    constraint
    for table in Base.metadata.sorted_tables
    for constraint in table.foreign_key_constraints
    if constraint.referred_table.name in owned()
]
LOOSE = {
    "cases.next_promise_id": "a copy for lists; the promise is read through the scope",
    "event_contents.case_id": "repeats the event, which the same verb writes beside it",
    "event_contents.idea_id": "repeats the event",
    "event_contents.tenant_id": "repeats the event",
    "keys.subject_id": "names a thing of any slice, by its purpose",
    "log_entries.case_id": "repeats the event",
    "log_entries.idea_id": "repeats the event",
    "log_entries.tenant_id": "repeats the event",
    "timers.subject_id": "names a thing of any slice, by its kind",
    "usual_figures.subject_id": "names a category, a place or nothing, by what the row is about",
}
"""Columns that name a row and are not a foreign key, each with its reason."""
INSTEAD = {"events.idea_id": "case_id", "subscriptions.idea_id": "case_id"}
"""Columns of which a row fills one or the other: the other has to be empty."""


def test_what_names_a_row_is_a_key() -> None:
    covered = {(key.table.name, column) for key in KEYS for column in key.column_keys}
    loose = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if table.name in owned() and column.name.endswith("_id") and column.name not in ("network_id", "effect_id")
        if (table.name, column.name) not in covered and str(column.type) in ("BIGINT", "INTEGER")
    }
    assert loose == LOOSE.keys()


def name(constraint: ForeignKeyConstraint) -> str:
    return f"{constraint.table.name}.{'+'.join(constraint.column_keys)}"


@pytest.mark.parametrize("constraint", KEYS, ids=name)
def test_a_key_carries_its_owner(constraint: ForeignKeyConstraint) -> None:
    pairs = [(element.parent.name, element.column.name) for element in constraint.elements]
    assert any(here == there and here in OWNER for here, there in pairs)
    assert len(pairs) == 2


def _without_triggers(owner: Any, table: Table) -> None:
    if ON_POSTGRESQL:
        owner.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
        return
    for (trigger,) in owner.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        owner.execute(text(f"DROP TRIGGER {trigger}"))


def _elsewhere(constraint: ForeignKeyConstraint) -> str:
    """Whose row is pointed at: another network's, or another tenant's where the key carries the tenant."""
    return "H" if "network_id" not in constraint.column_keys else "N"


@pytest.mark.parametrize("constraint", KEYS, ids=name)
def test_a_row_does_not_point_elsewhere(world: World, owner: Any, constraint: ForeignKeyConstraint) -> None:
    table, letter = constraint.table, _elsewhere(constraint)
    (element,) = [element for element in constraint.elements if element.parent.name not in OWNER] or [
        element for element in constraint.elements if element.parent.name == "tenant_id"
    ]
    there = constraint.referred_table
    value = dict(zip([c.name for c in there.primary_key], world.rows[there.name][letter], strict=True))[
        element.column.name
    ]
    where = " AND ".join(f"{column.name} = :{column.name}" for column in table.primary_key)
    mine = dict(zip([c.name for c in table.primary_key], world.rows[table.name]["M"], strict=True))
    _without_triggers(owner, table)
    if table not in {key.referred_table for key in KEYS}:
        taken = dict(zip(mine, world.rows[table.name][letter], strict=True))
        owner.execute(text(f"DELETE FROM {table.name} WHERE {where}"), taken)  # noqa: S608
    other = INSTEAD.get(f"{table.name}.{element.parent.name}")
    sets = f"{element.parent.name} = :there" + (f", {other} = NULL" if other else "")
    point = text(f"UPDATE {table.name} SET {sets} WHERE {where}")  # noqa: S608
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"):
        owner.execute(point, {"there": value, **mine})


def test_a_plain_key_would_cross_networks(world: World, owner: Any) -> None:
    """The same probe against a key that does not carry the owner finds its hole."""
    owner.execute(text("CREATE TABLE plain (network_id bigint, tenant_id bigint REFERENCES tenants (id))"))
    owner.execute(text("INSERT INTO plain VALUES (:n, :t)"), {"n": world.cast.riverside, "t": world.cast.meridian})
    point = text("UPDATE plain SET tenant_id = :t")
    assert owner.execute(point, {"t": world.cast.elsewhere}).rowcount == 1


def test_a_person_has_no_role_in_another_network(world: World, owner: Any) -> None:
    cast = world.cast
    for network, tenant, person in (
        (cast.riverside, cast.meridian, cast.otto),
        (cast.northport, cast.meridian, cast.otto),
        (cast.northport, cast.elsewhere, cast.ada),
    ):
        row = {"n": network, "t": tenant, "u": person}
        with pytest.raises(DBAPIError, match=r"(?i)foreign key"):
            owner.execute(
                text("INSERT INTO memberships (network_id, tenant_id, user_id, role) VALUES (:n, :t, :u, 'agent')"), row
            )
        owner.rollback()
