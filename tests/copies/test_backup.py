"""A backup holds everything, comes back to either database, and says nothing twice."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import inspect

from portal.config import Settings
from portal.copies import archive
from portal.copies.archive import NoBackup, Reader
from portal.copies.backup import Made, back_up
from portal.copies.filling import NotEmpty
from portal.copies.restore import HELD, restore
from portal.copies.rows import Sum, line_of, row_of
from portal.copies.shapes import shapes
from portal.copies.source import OtherVersion
from portal.database import owner_engine
from portal.files.storage import storage_of
from portal.followers.base import Nature
from portal.followers.registry import FOLLOWERS
from portal.migrating import HalfCopied, migrate, setup
from tests.architecture.test_migrations import differences
from tests.copies.conftest import Place
from tests.copies.test_moving import everything, run

pytestmark = pytest.mark.database
OLDER = "0025"
SESSIONS = {"browser_sessions", "session_keys"}


def backed_up(settings: Settings, path: Path) -> Made:
    return back_up(settings, path, tell=lambda *_: None)


def restored(settings: Settings, path: Path, *, keeps_sending: bool = True) -> None:
    restore(settings, path, keeps_sending=keeps_sending, tell=lambda *_: None)


def contents(settings: Settings) -> dict[str, bytes]:
    kept: Any = storage_of(settings)
    found = {}
    for key in kept.keys():  # noqa: SIM118 (it is no dictionary)
        with kept.open(key) as file:
            found[key] = file.read()
    return found


@pytest.fixture
def saved(filled: Settings, tmp_path: Path) -> Path:
    path = tmp_path / "saved.zip"
    backed_up(filled, path)
    return path


def test_only_its_owner_can_read_it(saved: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert [each.name for each in saved.parent.glob("saved*")] == ["saved.zip"]


@pytest.mark.parametrize("other", [False, True])
def test_everything_comes_back_to_either_database(filled: Settings, saved: Path, place: Place, other: bool) -> None:
    there = place(other=other)
    restored(there, saved)
    assert everything(there) == everything(filled)
    assert contents(there) == contents(filled) and contents(there)


def test_any_program_can_read_it(filled: Settings, saved: Path) -> None:
    with zipfile.ZipFile(saved) as opened:
        manifest = json.loads(opened.read("manifest.json"))
        for table in manifest["tables"]:
            rows = [json.loads(line) for line in opened.read(f"tables/{table['name']}.jsonl").splitlines()]
            assert len(rows) == table["rows"] and all(len(row) == len(table["columns"]) for row in rows)
    assert manifest["format"] == 1


def test_what_may_have_been_said_is_not_said_again(filled: Settings, saved: Path, place: Place) -> None:
    there = place()
    waiting = run(filled, "SELECT effect_id FROM deliveries WHERE state = 'queued' AND channel = 'mail'")
    assert waiting
    restored(there, saved, keeps_sending=False)
    ended = run(there, "SELECT effect_id, problem FROM deliveries WHERE state = 'dead'")
    assert sorted(each[:1] for each in ended if each.problem == HELD) == sorted(map(tuple, waiting))
    assert set(run(there, "SELECT CAST(message AS text) FROM deliveries WHERE secret")) <= {("{}",)}
    assert not any(everything(there)[name] for name in SESSIONS)


def test_effects_begin_with_the_first_event_after_it(filled: Settings, saved: Path, place: Place) -> None:
    there = place()
    run(filled, "INSERT INTO heads (name, value) SELECT 'positions', max(position) FROM event_positions")
    counted = run(filled, "SELECT count(*) FROM new_events")[0]
    assert counted[0]
    backed_up(filled, saved)
    restored(there, saved, keeps_sending=False)
    (given,), (waiting,) = run(there, "SELECT value FROM heads WHERE name = 'positions'")[0], counted
    at = dict(run(there, "SELECT follower, position FROM cursors"))
    for follower in FOLLOWERS:
        if follower.nature is Nature.EFFECT:
            assert at[follower.name] == given + waiting, follower.name
    before = dict(run(filled, "SELECT follower, position FROM cursors"))
    assert at.get("log", 0) == before.get("log", 0)


def test_an_interrupted_restore_goes_on(filled: Settings, saved: Path, place: Place) -> None:
    there = place()

    def tell(name: str, rows: int) -> None:
        if name == "events":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(there, saved, keeps_sending=True, tell=tell)
    with pytest.raises(HalfCopied):
        setup(there)
    restored(there, saved)
    assert everything(there) == everything(filled)


def test_a_backup_of_an_older_version_is_brought_to_this_one(saved: Path, tmp_path: Path, place: Place) -> None:
    """As it would have been made before ideas knew the votes of those merged into them."""
    old, there = place(), place()
    migrated_to(old, OLDER)
    older = as_of(saved, tmp_path / "older.zip", old)
    restored(there, older)
    assert differences_of(there) == []
    (votes,) = run(there, "SELECT count(*) FROM idea_votes")[0]
    assert votes == Reader(saved).manifest.sums["idea_votes"].rows


def test_a_portal_is_never_written_over(filled: Settings, saved: Path) -> None:
    before = everything(filled)
    with pytest.raises(NotEmpty):
        restored(filled, saved)
    assert everything(filled) == before


@pytest.mark.parametrize("changed", [{"format": 2}, {"tables": 3}])
def test_another_format_is_refused(saved: Path, tmp_path: Path, place: Place, changed: dict[str, Any]) -> None:
    with pytest.raises(NoBackup):
        restored(place(), rewritten(saved, tmp_path / "changed.zip", lambda said: said | changed))


def test_a_version_from_the_future_is_refused(saved: Path, tmp_path: Path, place: Place) -> None:
    future = rewritten(saved, tmp_path / "changed.zip", lambda said: said | {"revision": "9999"})
    with pytest.raises(OtherVersion):
        restored(place(), future)


def test_a_damaged_file_is_refused(saved: Path, place: Place, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.zip"
    content = bytearray(saved.read_bytes())
    content[len(content) // 3] ^= 255
    damaged.write_bytes(content)
    with pytest.raises(NoBackup):
        restored(place(), damaged)
    (tmp_path / "cut.zip").write_bytes(saved.read_bytes()[:-200])
    with pytest.raises(NoBackup):
        restored(place(), tmp_path / "cut.zip")


def test_no_space_leaves_no_file(filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        backed_up(filled, tmp_path / "saved.zip")
    assert list(tmp_path.glob("saved*")) == []


def test_a_file_removed_meanwhile_is_counted_and_no_failure(filled: Settings, tmp_path: Path, place: Place) -> None:
    kept: Any = storage_of(filled)
    gone = next(iter(kept.keys()))
    kept.delete(gone)
    made = backed_up(filled, tmp_path / "saved.zip")
    assert made.gone == 1
    reader = Reader(tmp_path / "saved.zip")
    assert gone not in reader.manifest.files and len(reader.manifest.files) == made.files


def test_lines_say_every_value_of_every_kind(filled: Settings) -> None:
    """A line read back is the row it was made of; so sums compare rows and not their spelling."""
    engine = owner_engine(filled)
    with engine.connect() as connection:
        for shape in shapes():
            for row in connection.execute(shape.table.select()):
                line = line_of(shape, row)
                assert line_of(shape, list(row_of(shape, line).values())) == line
    engine.dispose()


def test_sums_do_not_depend_on_the_order_but_on_every_line() -> None:
    def of(*lines: str) -> Sum:
        total = Sum()
        for line in lines:
            total.add(line)
        return total

    assert of("a", "b") == of("b", "a") != of("a", "a") != of("a")
    assert len(of("a").digest) == 64


def migrated_to(settings: Settings, revision: str) -> None:
    engine = owner_engine(settings)
    with engine.connect().execution_options(writes=True) as connection:
        migrate(connection, command.downgrade, revision)
        connection.commit()
    engine.dispose()


def differences_of(settings: Settings) -> list[Any]:
    engine = owner_engine(settings)
    with engine.connect() as connection:
        found = differences(connection)
    engine.dispose()
    return found


def as_of(path: Path, to: Path, old: Settings) -> Path:
    """The same backup with the tables and columns that the database of `old` has."""
    engine = owner_engine(old)
    columns = {
        name: {each["name"] for each in inspect(engine).get_columns(name)} for name in inspect(engine).get_table_names()
    }
    engine.dispose()
    with zipfile.ZipFile(path) as new, zipfile.ZipFile(to, "w") as made:
        manifest = json.loads(new.read("manifest.json"))
        manifest["revision"], manifest["tables"] = (
            OLDER,
            [each for each in manifest["tables"] if each["name"] in columns],
        )
        for table in manifest["tables"]:
            names, there = list(table["columns"]), columns[table["name"]]
            rows = map(json.loads, new.read(f"tables/{table['name']}.jsonl").decode().splitlines())
            kept = [[value for name, value in zip(names, row, strict=True) if name in there] for row in rows]
            lines, total = (
                [json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True) for row in kept],
                Sum(),
            )
            for line in lines:
                total.add(line)
            table["columns"] = {name: kind for name, kind in table["columns"].items() if name in there}
            table["sum"] = total.digest
            made.writestr(f"tables/{table['name']}.jsonl", "".join(f"{line}\n" for line in lines))
        for key in manifest["files"]:
            made.writestr(f"files/{key}", new.read(f"files/{key}"))
        made.writestr("manifest.json", json.dumps(manifest))
    return to


def rewritten(path: Path, to: Path, change: Any) -> Path:
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, json.dumps(change(json.loads(content))) if name == "manifest.json" else content)
    return to
