"""The worker as a process of its own: reads the settings, and works until it is asked to stop."""

from __future__ import annotations

import signal
import threading
from types import FrameType

from portal import logs
from portal.config import Settings
from portal.search.keeping import make_beside
from portal.suggesting.starting import start_if_due
from portal.web import create_app
from portal.worker.main import run
from tenants.db import map_nothing
from tenants.scope import db


def work() -> None:
    """Work until SIGTERM or Ctrl-C. Raises SettingsError."""
    settings = Settings.load()  # wrong settings are told before anything is started
    logs.configure(settings)
    app = create_app(settings)
    with app.app_context():
        for engine in db.engines.values():
            map_nothing(engine)
    run(app, _stop_event(), beside=start_if_due, make=make_beside)


def _stop_event() -> threading.Event:
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop
