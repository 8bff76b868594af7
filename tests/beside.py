"""Programs beside the worker that are noted instead of being started."""

from __future__ import annotations

import pytest

from portal import beside


class Noted:
    """One that was started. It runs until a test says that it has ended."""

    ended = False

    def __init__(self, argv: list[str], **_options: object) -> None:
        self.argv = argv

    def poll(self) -> int | None:
        return 0 if self.ended else None


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[Noted]:
    """From now on every program that would be started beside this process, in their order."""
    started: list[Noted] = []

    def start(argv: list[str], **options: object) -> Noted:
        started.append(Noted(argv, **options))
        return started[-1]

    monkeypatch.setattr(beside.subprocess, "Popen", start)
    return started
