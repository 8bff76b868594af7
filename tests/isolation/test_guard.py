# ruff: noqa: PT012 - what is refused may be refused at the flush or at the commit
"""What could confuse the guard: other scopes before, sessions that outlive theirs, savepoints, threads."""

from __future__ import annotations

import contextvars
import threading
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.cases.directory_models import Touchpoint
from portal.cases.models import Case
from tenants.guard import ReadOnly, Unscoped
from tenants.models import BrowserSession, Tenant, Unit
from tenants.scope import ForeignWrite, NoScope, Scope, current, db, entered, writing

pytestmark = pytest.mark.database


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
