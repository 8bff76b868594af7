from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.config import Settings
from portal.database import owner_engine
from portal.doctor.findings import Check, Finding, State
from tenants.scope import Scope, entered
from tests.ideas.conftest import proposed
from tests.pages.conftest import browser, report
from tests.places import copied

KEY = "0123456789abcdef" * 4
__all__ = ["KEY", "browser", "proposed", "report"]


@pytest.fixture
def fresh(blank: Settings, tmp_path: Path, worker_id: str) -> Iterator[Settings]:
    """An installation of its own, set up."""
    with copied(blank, tmp_path / "data", f"doctor_{worker_id}", secret_key=KEY) as settings:
        settings.data_dir.chmod(0o700)
        yield settings


def change(settings: Settings, *statements: str) -> None:
    """As its owner."""
    engine = owner_engine(settings)
    with engine.connect().execution_options(writes=True) as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.commit()
    engine.dispose()


@pytest.fixture
def look(app) -> Callable[[Check], list[Finding]]:
    """What a check says of the tests' own installation, asked as the system."""

    def ask(check: Check, **changed: object) -> list[Finding]:
        settings: Settings = app.config["SETTINGS"].model_copy(update=changed)
        with entered(Scope.system()):
            return list(check(settings))

    return ask


def is_well(found: list[Finding]) -> bool:
    return all(each.state is State.OK for each in found)


def only(found: list[Finding], state: State) -> Finding:
    """The one finding that is not well, which also says how to mend it."""
    [finding] = [each for each in found if each.state is not State.OK]
    assert finding.state is state, finding
    assert finding.mend
    return finding
