"""What the guard reads in a text of SQL, and what reading it costs."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import event, exists, func, select, text
from sqlalchemy.orm import aliased

from portal.cases.models import Case
from tenants.guard import Unscoped
from tenants.models import Membership, Network, Tenant, Unit, User
from tenants.registry import owned
from tenants.scope import Scope, current, db, entered
from tenants.sql_text import statements
from tenants.sql_tokens import Unreadable, read
from tests.conftest import ON_POSTGRESQL

pytestmark = pytest.mark.database


# -- what a text may look like ---------------------------------------------------------------------------------------


def test_an_alias_joined_to_its_own_table_has_its_own_rule(cast, unit):
    """SQLAlchemy's own criteria forget the second one."""
    other = aliased(Tenant)
    with entered(cast.public):
        found = db.session.execute(select(Tenant.id, other.network_id).join(other, other.id != Tenant.id)).all()
    assert {row.network_id for row in found} == {cast.riverside}


def test_rows_that_are_read_anew_are_narrowed(cast, unit):
    with entered(cast.as_hugo):
        found = db.session.get(Unit, unit)
        db.session.expire_all()
        sent: list[str] = []
        event.listen(db.engine, "before_cursor_execute", listener := lambda *given: sent.append(given[2]))
        try:
            assert found.slug == "ramp"
            db.session.refresh(found)
        finally:
            event.remove(db.engine, "before_cursor_execute", listener)
        assert len(sent) == 2
        assert all("units.network_id = " in sql and "units.tenant_id = " in sql for sql in sent)


def test_what_pages_ask_is_understood(cast, unit):
    """Shapes that real pages send: locks, windows, filters, sorting by CASE, pages of a union."""
    from sqlalchemy import case, literal

    units, members = Unit.__table__, Membership.__table__
    with entered(cast.as_hugo):
        run = db.session.execute
        scope = current()
        assert len(run(select(Unit).with_for_update(of=Unit)).all()) == 1
        assert len(run(scope.select(units).with_for_update(of=units, skip_locked=True)).all()) == 1
        assert len(run(select(Unit.id, func.row_number().over(order_by=Unit.id))).all()) == 1
        assert run(select(func.count().filter(Unit.id > 0)).select_from(Unit)).scalar() == 1
        assert len(run(select(Unit).order_by(case((Unit.id > 0, 1), else_=2)).limit(5).offset(0)).all()) == 1
        both = scope.select(units.c.id).union_all(scope.select(units.c.id)).subquery()
        assert len(run(select(both).limit(9)).all()) == 2
        joined = units.outerjoin(members, members.c.unit_id == units.c.id)
        assert len(run(scope.select(units.c.id, also=[members]).select_from(joined)).all()) == 0
        assert len(run(select(Unit.id).where(Unit.id.between(0, literal(9)))).all()) == 1
        assert len(run(select(Unit.id).where((Unit.id > 0) | exists(select(User.id)))).all()) == 1
        assert len(run(select(Unit.id).group_by(Unit.id).having(func.count() > 0)).all()) == 1
        assert run(select(Unit.id).where(Unit.slug.is_distinct_from("x"))).scalar() == unit


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT (1",
        "SELECT 1)",
        "SELECT id FROM units -- and more",
        "SELECT id FROM units; DELETE FROM units",
        "INSERT OR REPLACE INTO units (id) VALUES (1)",
        "DELETE units",
        "UPDATE units",
    ],
)
def test_what_cannot_be_read_is_said(sql):
    with pytest.raises(Unreadable):
        statements(read(sql).items)


def test_strings_and_names_in_quotes_do_not_hide_anything():
    (found,) = statements(read("""SELECT 'FROM (', "order" FROM "units" AS "u" WHERE "u".slug = 'it''s )'""").items)
    assert [(source.table, source.name) for source in found.sources] == [("units", "u")]


@pytest.mark.parametrize("table", sorted(owned()))
def test_a_name_that_was_not_looked_at_is_refused(cast, table):
    from sqlalchemy import literal_column

    with entered(cast.public), pytest.raises(Unscoped):
        db.session.execute(select(Network.id).order_by(literal_column(table)))


# -- its price -------------------------------------------------------------------------------------------------------


def test_the_guard_costs_little(cast, unit):
    """Warm, and for a statement of a page. The limit is far above what it takes, for slow machines."""
    given: list[Any] = []
    with entered(cast.as_hugo):
        event.listen(db.engine, "before_cursor_execute", listener := lambda *args: given.append(args))
        try:
            db.session.execute(select(Case.id, Case.title).where(Case.state == "received").limit(20))
        finally:
            event.remove(db.engine, "before_cursor_execute", listener)
        check = next(iter(db.engine.dispatch.before_cursor_execute))
        best = min(_time(check, given[-1]) for _ in range(5))
    assert best < 50e-6


def _time(check: Any, args: Any, times: int = 500) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        check(*args)
    return (time.perf_counter() - begin) / times


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no other connections for the worker")
def test_the_system_works_over_its_own_connections(cast):
    for scope, role in ((Scope.system(), "daylight_worker"), (cast.public, "daylight_app")):
        with entered(scope):
            assert db.session.execute(text("SELECT current_user")).scalar() == role
