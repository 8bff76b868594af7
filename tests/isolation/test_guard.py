# ruff: noqa: PT012 - what is refused may be refused at the flush or at the commit
"""What could confuse the guard: other scopes before, sessions that outlive theirs, savepoints, threads, odd SQL."""

from __future__ import annotations

import contextvars
import threading
import time
from typing import Any

import pytest
from sqlalchemy import event, exists, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from portal.cases.models import Case, Touchpoint
from tenants.guard import ReadOnly, Unscoped
from tenants.models import BrowserSession, Membership, Network, Tenant, Unit, User
from tenants.registry import owned
from tenants.scope import ForeignWrite, NoScope, Scope, current, db, entered, writing
from tenants.sql_text import statements
from tenants.sql_tokens import Unreadable, read
from tests.conftest import ON_POSTGRESQL

pytestmark = pytest.mark.database


@pytest.fixture
def unit(cast):
    """Harbor's own unit."""
    with entered(cast.as_hugo), writing():
        db.session.add(thing := Unit(slug="ramp", name={}))
        db.session.flush()
        return thing.id


# -- one scope after the other ---------------------------------------------------------------------------------------


def test_a_statement_of_one_scope_serves_the_next_with_its_own_values(cast, unit):
    """Statements are compiled once for all scopes of a shape; the values are those of the moment."""
    with entered(cast.as_ada):
        kept = current().select(Unit.__table__.c.slug)
        assert db.session.execute(kept).all() == []
    with entered(cast.as_hugo):
        assert db.session.execute(kept).all() == [("ramp",)]
    with entered(cast.as_otto):
        assert db.session.execute(kept).all() == []


def test_a_statement_of_another_kind_of_scope_is_refused(cast, unit):
    with entered(cast.as_hugo):
        of_staff = current().select(Case.__table__.c.id)
    for scope in (cast.public, Scope.door(cast.riverside), cast.customer(7)):
        with entered(scope), pytest.raises(Unscoped):
            db.session.execute(of_staff)


def test_a_statement_of_the_system_is_refused_to_everybody_else(cast, unit):
    with entered(Scope.system()):
        everywhere = current().select(Tenant.__table__.c.id)
    with entered(Scope.system(cast.riverside)):
        one_network = current().select(Unit.__table__.c.id)
    with entered(cast.as_ada):
        for statement in (everywhere, one_network):
            with pytest.raises(Unscoped):
                db.session.execute(statement)


def test_the_text_of_a_right_statement_does_not_let_a_wrong_one_through(cast, unit):
    units = Unit.__table__
    with entered(cast.as_ada):
        right = select(units.c.slug).where(current().predicate(units))
        assert db.session.execute(right).all() == []
        for network_id, tenant_id in ((cast.riverside, cast.harbor), (cast.northport, cast.elsewhere), (0, 0)):
            wrong = select(units.c.slug).where(units.c.network_id == network_id, units.c.tenant_id == tenant_id)
            with pytest.raises(Unscoped):
                db.session.execute(wrong)


def test_a_filter_that_reads_like_a_rule_is_allowed_beside_it(cast, unit):
    units = Unit.__table__
    with entered(cast.as_hugo):
        twice = current().select(units.c.slug).where(units.c.tenant_id == cast.meridian)
        assert db.session.execute(twice).all() == []
        assert db.session.scalars(select(Unit).where(Unit.tenant_id == cast.meridian)).all() == []


def test_a_person_leaves_a_tenant_between_two_statements(cast, unit):
    with entered(cast.as_hugo):
        assert db.session.get(Unit, unit)
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.hugo, "agent")):
        assert db.session.get(Unit, unit) is None


# -- sessions and scopes ---------------------------------------------------------------------------------------------


def test_a_session_does_not_outlive_its_scope(cast, unit):
    with entered(cast.as_hugo):
        kept = db.session()
        found = db.session.get(Unit, unit)
    with pytest.raises(NoScope):
        kept.execute(select(Unit))
    with entered(cast.as_ada), pytest.raises(NoScope):
        kept.execute(select(Unit))
    with entered(cast.as_ada), pytest.raises(ForeignWrite), writing():
        db.session.add(found)
        db.session.flush()


def test_a_context_that_was_copied_does_not_outlive_its_scope(cast):
    with entered(cast.public):
        copied = contextvars.copy_context()
    with pytest.raises(NoScope):
        copied.run(current)


def test_a_thread_has_no_scope(cast):
    raised: list[Exception] = []

    def ask() -> None:
        try:
            current()
        except NoScope as error:
            raised.append(error)

    with entered(cast.public):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert len(raised) == 1


def test_scopes_nest_with_sessions_of_their_own(cast, unit):
    with entered(cast.as_ada):
        outer = db.session()
        with entered(cast.as_hugo):
            assert db.session() is not outer
            assert db.session.scalar(select(func.count(Unit.id))) == 1
        assert db.session() is outer
        assert db.session.scalar(select(func.count(Unit.id))) == 0


def test_an_error_inside_leaves_no_scope_behind(cast):
    with pytest.raises(ZeroDivisionError), entered(cast.public):
        _ = 1 / 0
    with pytest.raises(NoScope):
        current()


def test_a_request_leaves_no_scope_behind(app, cast):
    client = app.test_client()
    for path in ("/sign-in", "/nowhere", "/desk/"):
        client.get(path, base_url="http://riverside.example")
        with pytest.raises(NoScope):
            current()


def test_a_plain_session_of_sqlalchemy_reads_nothing(cast):
    with entered(cast.public), Session(db.engine) as session, pytest.raises(NoScope):
        session.execute(select(Tenant))


def test_a_connection_that_goes_back_forgets_whose_it_was(cast):
    with entered(cast.public):
        db.session.execute(select(Tenant))
        db.session.rollback()
        with db.engine.connect() as connection, pytest.raises(NoScope):
            connection.execute(current().select(Tenant.__table__))


# -- writing ---------------------------------------------------------------------------------------------------------


def test_a_verb_inside_a_verb_is_one_transaction(cast):
    with entered(cast.as_hugo):
        with pytest.raises(ZeroDivisionError), writing():
            with writing():
                db.session.add(Unit(slug="inner", name={}))
            _ = 1 / 0
        assert db.session.scalar(select(func.count(Unit.id))) == 0


def test_after_a_rollback_inside_a_verb_nothing_more_is_written(cast):
    with entered(cast.as_hugo), pytest.raises(ReadOnly), writing():
        db.session.rollback()
        db.session.add(Unit(slug="late", name={}))
        db.session.flush()


def test_a_flush_that_fails_in_a_savepoint_leaves_the_guard_awake(cast, unit):
    with entered(cast.as_hugo), writing():
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(Unit(slug="ramp", name={}))
        assert db.session().flushing is False
        with pytest.raises(Unscoped):
            db.session.execute(update(Unit.__table__).values(slug="x"))
        db.session.add(Unit(slug="after", name={}))


def test_what_is_asked_during_a_flush_is_narrowed_too(cast, unit):
    units = Unit.__table__

    def ask(_mapper: Any, connection: Any, _target: Any) -> None:
        connection.execute(select(units.c.slug))

    event.listen(Unit, "before_insert", ask)
    try:
        with entered(cast.as_ada), pytest.raises(Unscoped), writing():
            db.session.add(Unit(slug="curious", name={}))
            db.session.flush()
    finally:
        event.remove(Unit, "before_insert", ask)


def test_a_flush_that_finds_nothing_leaves_the_guard_awake(cast, unit):
    with entered(cast.as_hugo), writing():
        found = db.session.get(Unit, unit)
        found.slug = found.slug
        db.session.flush()
        assert db.session().flushing is False


def test_a_row_is_not_moved_to_another_owner(cast, unit):
    for column, value in (("tenant_id", "meridian"), ("network_id", "northport")):
        with entered(cast.as_hugo), pytest.raises(ForeignWrite), writing():
            setattr(db.session.get(Unit, unit), column, getattr(cast, value))
            db.session.flush()


def test_the_touchpoint_of_another_business_is_seen_and_not_changed(cast):
    with entered(cast.as_ada):
        for change in (lambda t: setattr(t, "code", "mine"), db.session.delete):
            with pytest.raises(ForeignWrite), writing():
                change(db.session.get_one(Touchpoint, cast.belt))
                db.session.flush()


def test_a_public_reader_writes_nothing(cast):
    with entered(cast.public):
        for thing in (Unit(tenant_id=cast.harbor, slug="x", name={}), BrowserSession(token_hash=b"x")):
            with pytest.raises(ForeignWrite), writing():
                db.session.add(thing)
                db.session.flush()


def test_a_customer_adds_to_no_case_but_their_own(cast):
    from portal.cases.models import Contact
    from tenants import clock
    from tests.play import reported, words

    mine, other = reported(cast), reported(cast, text="Another matter altogether, with more words.")
    assert words(cast)
    row = {"id": 9, "channel": "email", "address": "x@example.com", "given_at": clock.now()}
    with entered(cast.customer(mine.case_id)):
        with pytest.raises(ForeignWrite), writing():
            db.session.execute(current().insert(Contact.__table__).values(case_id=other.case_id, **row))
        with pytest.raises(ForeignWrite), writing():
            db.session.add(Contact(case_id=other.case_id, **row))
            db.session.flush()
        with writing():
            db.session.add(Contact(**row))
    with entered(Scope.customer(cast.riverside, person_id=cast.ada)), pytest.raises(ForeignWrite), writing():
        db.session.execute(current().insert(Contact.__table__).values(case_id=other.case_id, **{**row, "id": 10}))


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
