"""A Redis of one's own on loopback, which can be stopped, frozen and started again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.front import free_port

SERVER = shutil.which("redis-server") or shutil.which("valkey-server")
with_redis = pytest.mark.skipif(SERVER is None, reason="no redis-server (Debian: apt-get install redis-server)")


class Store:
    """Where it listens does not change when it is started again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self, *options: str) -> None:
        assert SERVER is not None
        argv = [SERVER, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", *options]
        self._process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        for _glance in range(200):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("redis does not listen")

    def stop(self) -> None:
        """At once, with everything that it holds."""
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """It takes connections, and never answers."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@contextmanager
def storing() -> Iterator[Store]:
    store = Store()
    store.start()
    try:
        yield store
    finally:
        store.stop()
