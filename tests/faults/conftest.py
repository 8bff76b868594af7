"""An installation of its own for each test: a copy of one that was left with a lot of work to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from portal.cases.handling import acknowledge
from portal.config import Settings
from portal.followers.models import Delivery
from portal.web import create_app
from portal.worker.main import until_idle
from tenants import clock, door
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered, writing
from tests import programs
from tests.cast import Cast, assemble
from tests.places import copied
from tests.play import SOON, answered, reported
from tests.worker.invariants import check_all, rows


@dataclass
class Installation:
    """A database and a data folder that a worker process can be started on."""

    settings: Settings
    cast: Cast | None = None

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "DATA_DIR": str(self.settings.data_dir),
            "DATABASE_URL": self.settings.database_url,
            "SECRET_KEY": self.settings.secret_key,
            "LOG_LEVEL": "ERROR",
        }
        return {**os.environ, **own}

    def start(self, *arguments: str) -> programs.Program:
        return programs.start(*arguments, environment=self.environment)

    @contextmanager
    def opened(self, later: timedelta = timedelta()) -> Iterator[None]:
        """Inside the application, with the clock held so much later (or earlier) than now."""
        app = create_app(self.settings)
        door.forget_networks()
        with clock.held(clock._machine_time() + later), app.app_context():
            try:
                yield
            finally:
                for engine in db.engines.values():
                    engine.dispose()
        door.forget_networks()

    def leave_work(self, cases: int) -> list[int]:
        """Cases of three weeks ago: promises have broken since, and answers have met silence. Returns their ids."""
        assert self.cast is not None
        made = []
        with self.opened(-timedelta(days=21)):
            for number in range(cases):
                if number % 3 == 0:
                    made.append(answered(self.cast).case_id)
                else:
                    made.append(reported(self.cast).case_id)
                if number % 3 == 1:
                    with entered(self.cast.as_ada):
                        acknowledge(made[-1], 1, plan="Plan", answer_by=clock.now() + SOON, author="Ada")
        return made

    def finish(self) -> None:
        """A worker that nobody disturbs does what is left, after every lease has ended; then all must be well."""
        with self.opened(timedelta(hours=1)):
            until_idle()
            check_all()
            self._check_outbox()
        self._check_database()

    def _check_outbox(self) -> None:
        """Each effect is there once, under its own id."""
        deliveries = rows(Delivery, "id")
        assert {delivery.state for delivery in deliveries} == {"sent"}
        files = sorted(path.name for path in (self.settings.data_dir / "outbox").iterdir())
        assert files == sorted(f"{delivery.effect_id.replace(':', '-')}.eml" for delivery in deliveries)

    def _check_database(self) -> None:
        if not self.settings.on_postgresql:
            with sqlite3.connect(self.settings.data_dir / "daylight.sqlite3") as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            connection.close()


@pytest.fixture(scope="session")
def left_alone(blank, tmp_path_factory, worker_id) -> Iterator[Installation]:
    """The original, on which no worker has ever run."""
    with copied(blank, tmp_path_factory.mktemp("faults"), f"faults_{worker_id}") as settings:
        yield _prepared(settings)


def _prepared(settings: Settings) -> Installation:
    installation = Installation(settings)
    with installation.opened():
        installation.cast = assemble()
        tenants = Tenant.__table__
        with entered(Scope.system()), writing():
            db.session.execute(current().update(tenants).values(desk_email="desk@example.com"))
    installation.leave_work(9)
    return installation


@pytest.fixture
def installation(left_alone: Installation, tmp_path: Path, worker_id: str) -> Iterator[Installation]:
    with copied(left_alone.settings, tmp_path, f"fault_{worker_id}") as settings:
        yield Installation(settings, left_alone.cast)
