"""A portal moves to the other database and back, whole, whatever interrupts it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from portal.config import Settings
from portal.copies import filling
from portal.copies.comparing import Differs
from portal.copies.filling import NotEmpty, is_unfinished
from portal.copies.moving import Unfinished, destination, move
from portal.copies.rows import lines
from portal.copies.shapes import shapes
from portal.copies.source import OtherVersion
from portal.database import owner_engine
from portal.migrating import HalfCopied, setup
from tests.copies.conftest import Place

pytestmark = pytest.mark.database


def everything(settings: Settings) -> dict[str, list[str]]:
    engine = owner_engine(settings)
    with engine.connect() as connection:
        found = {shape.name: sorted(lines(connection, shape)) for shape in shapes()}
    engine.dispose()
    return found


def run(settings: Settings, statement: str) -> Any:
    engine = owner_engine(settings)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            result = connection.execute(text(statement))
            return result.all() if result.returns_rows else None
    finally:
        engine.dispose()


def moved(here: Settings, there: Settings) -> list[str]:
    said: list[str] = []
    move(here, there, tell=lambda table, rows: said.append(f"{table} {rows}"), say=said.append)
    return said


@pytest.mark.parametrize("other", [False, True])
def test_everything_arrives_and_the_triggers_work(filled: Settings, place: Place, other: bool) -> None:
    there, before = place(other=other), everything(filled)
    assert all(before[name] for name in ("events", "cases", "ideas", "files", "deliveries", "log_entries"))
    said = moved(filled, there)
    assert f"events {len(before['events'])}" in said
    assert everything(there) == before == everything(filled)
    with pytest.raises(Exception, match="append-only"):
        run(there, "UPDATE events SET kind = 'other'")
    setup(there)


def test_there_and_back_again(filled: Settings, place: Place) -> None:
    before, there, back = everything(filled), place(other=True), place()
    moved(filled, there)
    moved(there, back)
    assert everything(back) == before


def test_ids_go_on_where_they_stopped(filled: Settings, place: Place) -> None:
    there = place()
    moved(filled, there)
    (last,) = run(filled, "SELECT max(id) FROM tenants")[0]
    made = "INSERT INTO tenants (network_id, slug, name, is_host) SELECT network_id, 'new', name, false FROM tenants"
    (found,) = run(there, f"{made} LIMIT 1 RETURNING id")[0]
    assert found == last + 1


@pytest.mark.parametrize("table", ["tenants", "cases", "events", "idea_votes"])
def test_an_interrupted_move_goes_on(
    filled: Settings, place: Place, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    there, before = place(), everything(filled)
    monkeypatch.setattr(filling, "AT_ONCE", 2)

    def tell(name: str, rows: int) -> None:
        if name == table:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(filled, there, tell=tell, say=lambda _words: None)
    with pytest.raises(HalfCopied):
        setup(there)
    with pytest.raises(Unfinished):
        moved(there, place())
    said = moved(filled, there)
    assert said[0].startswith("Going on") and "tenants 2" not in said
    assert everything(there) == before
    setup(there)


def test_what_was_written_meanwhile_is_noticed(filled: Settings, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    there = place()

    def tell(name: str, rows: int) -> None:
        if name == "cases":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(filled, there, tell=tell, say=lambda _words: None)
    run(filled, "UPDATE users SET name = 'Another name'")
    said = moved(filled, there)
    assert any("starting over" in line for line in said)
    assert everything(there) == everything(filled)


def test_a_copy_that_differs_is_said_to(filled: Settings, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(self: Any, shape: Any, every: Any, tell: Any) -> None:
        if shape.name != "moods":
            put(self, shape, every, tell)

    put = filling.Filling.put
    monkeypatch.setattr(filling.Filling, "put", forgetful)
    with pytest.raises(Differs, match="moods: "):
        moved(filled, place())


def test_a_portal_is_never_written_over(filled: Settings, place: Place) -> None:
    there, before = place(), everything(filled)
    moved(filled, there)
    with pytest.raises(NotEmpty):
        moved(filled, there)
    assert everything(there) == before
    engine = owner_engine(there)
    with engine.connect() as connection:
        assert not is_unfinished(connection)
    engine.dispose()


def test_a_database_of_another_version_is_not_moved(filled: Settings, place: Place) -> None:
    run(filled, "UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(OtherVersion):
        moved(filled, place())


def test_the_destination_is_the_same_portal_elsewhere(filled: Settings) -> None:
    there = destination(filled, "postgresql://owner:secret@db.example/portal")
    assert there.on_postgresql and there.owner_url == there.worker_url == there.database_url
    assert (there.data_dir, there.secret_key) == (filled.data_dir, filled.secret_key)
