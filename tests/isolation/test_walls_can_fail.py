"""Each wall of the application taken away: the same probes that find nothing elsewhere find something here."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, true, update

from tenants import guard, proof, scope
from tenants.guard import ReadOnly, Unscoped
from tenants.models import Tenant, Unit
from tenants.ownership import PARTIES
from tenants.registry import owned
from tenants.scope import ForeignWrite, Scope, db, entered, writing
from tests.conftest import ON_POSTGRESQL
from tests.isolation.test_reading import TABLES, letters
from tests.isolation.ways_to_read import core, entities
from tests.isolation.world import World

pytestmark = pytest.mark.database

NOTHING = "" if not ON_POSTGRESQL else None


class Undone(Exception):
    """Takes a write back."""


@pytest.fixture
def without_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_names", lambda _sql: frozenset())


@pytest.fixture
def without_second_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL the application's own walls are looked at by themselves, over the worker's connections."""
    monkeypatch.setattr(scope.ScopedSession, "get_bind", lambda *_a, **_o: db.engines.get("worker") or db.engine)


@pytest.fixture
def without_criteria(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "criteria", lambda *_a, **_o: [])


@pytest.fixture
def without_predicate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scope, "predicate", lambda *_a, **_o: true())


@pytest.mark.parametrize("table", TABLES)
def test_criteria(world: World, table: str, without_criteria: None, without_second_wall: None, monkeypatch) -> None:
    cls, lead = owned()[table], world.scope("lead")
    with entered(lead), pytest.raises(Unscoped):
        entities(cls, [])
    monkeypatch.setattr(guard, "_names", lambda _sql: frozenset())
    with entered(lead):
        assert letters(world, table, entities(cls, [])) == "MHN"


@pytest.mark.parametrize("table", TABLES)
def test_predicate(world: World, table: str, without_predicate: None, without_second_wall: None, monkeypatch) -> None:
    cls, lead = owned()[table], world.scope("lead")
    with entered(lead), pytest.raises(Unscoped):
        core(cls, [])
    monkeypatch.setattr(guard, "_names", lambda _sql: frozenset())
    with entered(lead):
        assert letters(world, table, core(cls, [])) == "MHN"


@pytest.mark.parametrize("table", TABLES)
def test_the_look_at_the_text(world: World, table: str, without_second_wall: None, monkeypatch) -> None:
    statement = select(*owned()[table].__table__.primary_key)
    with entered(world.scope("lead")):
        with pytest.raises(Unscoped):
            db.session.execute(statement)
        monkeypatch.setattr(guard, "work_out", lambda *_given: proof.Plan(table))
        monkeypatch.setattr(guard, "_plans", {})
        assert letters(world, table, db.session.execute(statement).all()) == "MHN"


def test_the_look_at_the_values(world: World, without_second_wall: None, monkeypatch) -> None:
    """The text is right, the network in it is another's."""
    units, far = Unit.__table__, world.homes["N"]
    stolen = select(units.c.id).where(units.c.network_id == far.network_id, units.c.tenant_id == far.tenant_id)
    with entered(world.scope("lead")):
        with pytest.raises(Unscoped):
            db.session.execute(stolen)
        monkeypatch.setattr(guard, "_check_values", lambda *_given: None)
        assert letters(world, "units", db.session.execute(stolen).all()) == "N"


def test_the_refusal_of_text(world: World, without_second_wall: None, monkeypatch) -> None:
    home = world.homes["M"]
    spelled = text("SELECT units.id FROM units WHERE units.network_id = :n AND units.tenant_id = :t")
    with entered(world.scope("lead")):
        with pytest.raises(Unscoped):
            db.session.execute(spelled, {"n": home.network_id, "t": home.tenant_id})
        monkeypatch.setattr(guard, "TEXT", ())
        assert len(db.session.execute(spelled, {"n": home.network_id, "t": home.tenant_id}).all()) == 1


def test_stamps(world: World, without_second_wall: None, monkeypatch) -> None:
    far = world.homes["N"]
    stranger: dict[str, Any] = {"network_id": far.network_id, "tenant_id": far.tenant_id, "slug": "new", "name": {}}

    def planted() -> int:
        with entered(world.scope("lead")), writing():
            db.session.add(Unit(**stranger))
            db.session.flush()
            raise Undone

    with pytest.raises(ForeignWrite, match="Unit belongs to another"):
        planted()
    monkeypatch.setattr(scope, "_stamp_one", lambda *_given: None)
    with pytest.raises(ForeignWrite, match="another scope"):
        planted()
    monkeypatch.setattr(guard, "_check_values", lambda *_given: None)
    with pytest.raises(Undone):
        planted()


def test_the_owner_of_what_core_inserts(world: World, without_second_wall: None, monkeypatch) -> None:
    far = world.homes["N"]
    statement = insert(Unit.__table__).values(
        network_id=far.network_id, tenant_id=far.tenant_id, slug="new", name={"en": "New"}
    )

    def planted() -> None:
        with entered(world.scope("lead")), writing():
            db.session.execute(statement)
            raise Undone

    with pytest.raises(ForeignWrite):
        planted()
    monkeypatch.setattr(guard, "_check_values", lambda *_given: None)
    with pytest.raises(Undone):
        planted()


def test_writing_is_announced(world: World, without_second_wall: None, monkeypatch) -> None:
    with entered(world.scope("lead")):
        with pytest.raises(ReadOnly):
            db.session.execute(update(Unit).values(slug="x"))
        monkeypatch.setattr(guard, "_check_write", lambda *_given: None)
        assert db.session.execute(update(Unit).values(slug="x")).rowcount == 1  # type: ignore[attr-defined]
        db.session.rollback()


def test_who_may_write(world: World, without_second_wall: None, monkeypatch) -> None:
    def renamed() -> None:
        with entered(world.scope("lead")), writing():
            found = db.session.execute(update(Tenant).values(slug=Tenant.slug + "-x"))
            assert found.rowcount == 5  # type: ignore[attr-defined]
            raise Undone

    with pytest.raises(ForeignWrite):
        renamed()
    monkeypatch.setattr(Tenant, "writers", PARTIES)
    with pytest.raises(Undone):
        renamed()


def test_who_may_change_a_row(world: World, without_second_wall: None, monkeypatch) -> None:
    """Everybody reads touchpoints; without the finer rule for changes everybody of a tenant would change them."""
    touchpoints = owned()["touchpoints"]

    def changed() -> int:
        with entered(world.scope("lead")):
            try:
                with writing():
                    count = db.session.execute(update(touchpoints).values(name={})).rowcount  # type: ignore[attr-defined]
                    raise Undone
            except Undone:
                return int(count)

    own = changed()
    monkeypatch.setattr(touchpoints, "changeable", touchpoints.readable)
    for kept in ("_rules", "_criteria"):
        monkeypatch.setattr(f"tenants.narrowing.{kept}", {})
    monkeypatch.setattr(guard, "_plans", {})
    monkeypatch.setattr(proof, "_written", {})
    assert changed() > own


def test_the_refusal_of_strangers(world: World, without_second_wall: None, monkeypatch) -> None:
    """An object that was never loaded names a row of Harbor's, with Meridian's own stamps on it."""
    from sqlalchemy import event
    from sqlalchemy.orm import make_transient_to_detached

    home, (unit_id,) = world.homes["M"], world.rows["units"]["H"]

    def forged() -> None:
        with entered(world.scope("lead")), writing():
            unit = Unit(id=unit_id, network_id=home.network_id, tenant_id=home.tenant_id, slug="desk", name={})
            make_transient_to_detached(unit)
            db.session.add(unit)
            unit.slug = "forged"
            db.session.flush()
            raise Undone

    with pytest.raises(ForeignWrite):
        forged()
    event.remove(scope.ScopedSession, "detached_to_persistent", scope._refuse_strangers)
    try:
        with pytest.raises(Undone):
            forged()
    finally:
        event.listen(scope.ScopedSession, "detached_to_persistent", scope._refuse_strangers)


def test_the_second_wall_alone(world: World, without_guard: None, without_criteria: None) -> None:
    """With the first wall gone, PostgreSQL still shows nothing that is not the scope's; SQLite has no second one."""
    with entered(world.scope("lead")):
        count = db.session.scalar(select(func.count()).select_from(Unit))
    assert count == (1 if ON_POSTGRESQL else 3)
