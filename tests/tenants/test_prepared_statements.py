"""On PostgreSQL a statement is planned once for each connection, not once for each page."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import func, text
from sqlalchemy.exc import OperationalError

from portal.config import Settings
from portal.database import owner_engine
from portal.events.models import EventPosition
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import Cast
from tests.conftest import ON_POSTGRESQL

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite keeps no plans"),
]


def businesses() -> list[Any]:
    return list(db.session.execute(current().select(Tenant.__table__)))


def prepared() -> set[str]:
    """What this scope's connection has prepared about tenants."""
    raw: Any = db.session.connection().connection.cursor()
    raw.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT tenants.%'")
    return {row[0] for row in raw.fetchall()}


def test_statements_stay_prepared_from_one_scope_to_the_next(cast: Cast) -> None:
    with entered(cast.public):
        for _time in range(3):
            businesses()
        kept = prepared()
    assert kept
    with entered(cast.public):
        assert prepared() == kept


def test_what_a_verb_wrote_before_it_failed_is_rolled_back(cast: Cast) -> None:
    with entered(Scope.system(cast.riverside)):
        tenant = db.session.query(Tenant).first()
        assert tenant is not None
        before = tenant.name
        with suppress(ValueError), writing():
            tenant.name = "Somebody else"
            db.session.flush()
            raise ValueError
        assert tenant.name == before


def test_a_change_outside_writing_is_never_committed(cast: Cast) -> None:
    with entered(Scope.system(cast.riverside)):
        tenant = db.session.query(Tenant).first()
        assert tenant is not None
        before = tenant.name
        tenant.name = "Somebody else"
        db.session.rollback()
        assert tenant.name == before


def test_a_connection_that_died_while_reading_is_replaced(cast: Cast, migrated: Settings) -> None:
    with entered(cast.public):
        connection = db.session.connection()
        pid = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        owner = owner_engine(migrated)
        with owner.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        owner.dispose()
        with pytest.raises(OperationalError):
            businesses()
    with entered(cast.public):
        assert businesses()


def test_what_is_nobodys_is_written_out(cast: Cast) -> None:
    """Bound, PostgreSQL would read all positions for the newest one, at every turn of the worker."""
    with entered(Scope.system()):
        sql = str(current().select(func.max(EventPosition.position), also=[EventPosition.__table__]))
    assert "network_id != 0" in sql
