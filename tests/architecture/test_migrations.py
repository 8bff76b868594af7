"""The migrations make what the classes say, and can be taken back and made again on filled tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect, text

from portal.config import Settings
from portal.config_problems import SettingsError
from portal.database import owner_engine
from portal.migrating import migrate, setup
from portal.web import create_app
from tenants import clock
from tenants.db import Base
from tenants.registry import owned
from tenants.scope import db
from tests.conftest import ON_POSTGRESQL, THE_DAY
from tests.isolation.world import build
from tests.places import copied
from tests.servers import postgresql_url

pytestmark = pytest.mark.database


@pytest.fixture
def fresh(blank: Settings, tmp_path: Path, worker_id: str) -> Iterator[Settings]:
    """An installation of its own, set up."""
    with copied(blank, tmp_path, f"migrations_{worker_id}", sqlite_synchronous="NORMAL") as settings:
        yield settings


@pytest.fixture
def filled(fresh: Settings) -> Settings:
    app = create_app(fresh)
    with clock.held(THE_DAY), app.app_context():
        build()
        for engine in db.engines.values():
            engine.dispose()
    return fresh


def everything(connection: Connection) -> dict[str, list[str]]:
    return {
        table.name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {table.name}"))))  # noqa: S608
        for table in Base.metadata.sorted_tables
    }


def first_rows(connection: Connection) -> dict[str, list[str]]:
    """What the first migration's tables hold, in the columns that they had then."""
    return {
        name: sorted(map(repr, connection.execute(text(f"SELECT {', '.join(columns)} FROM {name}"))))  # noqa: S608
        for name, columns in FIRST.items()
    }


def walls(connection: Connection) -> set[tuple[Any, ...]]:
    """Every trigger and every policy."""
    if ON_POSTGRESQL:
        policies = "SELECT tablename, policyname, qual, with_check FROM pg_policies"
        triggers = "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
        forced = "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relrowsecurity"
        return {tuple(row) for query in (policies, triggers, forced) for row in connection.execute(text(query))}
    triggers = connection.execute(text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"))
    return {tuple(row) for row in triggers}


@pytest.fixture
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    settings = request.getfixturevalue("filled" if "filled" in request.fixturenames else "fresh")
    engine = owner_engine(settings)
    with engine.connect().execution_options(writes=True) as opened:
        yield opened
    engine.dispose()


FIRST = {
    "cases": ["id", "network_id", "reference", "kind", "state", "visibility", "title", "lead_tenant_id", "last_seq"],
    "access": ["case_id", "tenant_id", "level", "is_open"],
    "promises": ["id", "case_id", "what", "state", "due_at"],
    "events": ["id", "case_id", "case_seq", "kind", "audience"],
    "users": ["id", "network_id", "email"],
}


def differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), Base.metadata))


def test_the_migrations_make_what_the_classes_say(fresh: Settings, connection: Connection) -> None:
    assert differences(connection) == []


def test_a_difference_would_be_found(fresh: Settings, connection: Connection) -> None:
    connection.execute(text("CREATE TABLE surplus (id int)"))
    connection.execute(text("ALTER TABLE units ADD COLUMN surplus int"))
    assert len(differences(connection)) == 2
    connection.rollback()


def test_checks_and_defaults_are_the_same(fresh: Settings, connection: Connection) -> None:
    """What Alembic does not compare: CHECK constraints, by name."""
    seen = inspect(connection)
    for table in Base.metadata.sorted_tables:
        ours = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {constraint["name"] for constraint in seen.get_check_constraints(table.name)} == ours


def test_the_walls_come_down_and_go_up_around_the_rows(filled: Settings, connection: Connection) -> None:
    standing = walls(connection)
    assert len(standing) > len(owned()) if ON_POSTGRESQL else standing
    before = first_rows(connection)
    connection.rollback()
    migrate(connection, command.downgrade, "0001")
    connection.commit()
    assert walls(connection) == set()
    connection.rollback()
    migrate(connection, command.upgrade, "head")
    connection.commit()
    assert walls(connection) == standing
    assert first_rows(connection) == before


def test_everything_can_be_taken_back_and_made_again(filled: Settings, connection: Connection) -> None:
    migrate(connection, command.downgrade, "base")
    connection.commit()
    assert inspect(connection).get_table_names() == ["alembic_version"]
    connection.rollback()
    setup(filled)
    assert differences(connection) == []


def test_setting_up_again_changes_nothing(filled: Settings, connection: Connection) -> None:
    before, standing = everything(connection), walls(connection)
    connection.rollback()
    setup(filled)
    assert (everything(connection), walls(connection)) == (before, standing)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite keeps Unicode only")
def test_a_database_that_keeps_no_unicode_is_refused_in_words(tmp_path: Path) -> None:
    refused = pytest.raises(SettingsError, match="keeps texts as SQL_ASCII")
    with postgresql_url("ascii", encoding="SQL_ASCII") as url, refused:
        setup(Settings(data_dir=tmp_path, database_url=url))
