"""A clock that jumps under running processes: how far it is off stands in a file that they read at every look."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.front import free_port

LIBRARY = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
with_jumps = pytest.mark.skipif(LIBRARY is None, reason="there is no libfaketime (Debian: apt-get install libfaketime)")


class JumpingClock:
    """What the time is for processes with one of its environments (see `jumped/`). The steady clock goes on."""

    def __init__(self, folder: Path) -> None:
        self.off = timedelta()
        self._file = folder / "clock"
        self.jump(timedelta())
        every = {"PYTHONPATH": str(Path(__file__).parent / "jumped"), "TZ": "Europe/Vienna"}
        self.of_worker = every | {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }
        self.of_web = every | {"CLOCK_FILE": str(self._file)}

    def jump(self, by: timedelta) -> None:
        self.off += by
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.off.total_seconds():+.0f}")
        os.replace(new, self._file)


class Mailbox:
    """A mail server that counts what it takes by Message-ID."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return "250 taken"


@contextmanager
def taking_mail() -> Iterator[tuple[Mailbox, str]]:
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
