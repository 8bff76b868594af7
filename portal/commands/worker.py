"""`portal worker`: the process that does what happens after a request (mail, webhooks, timers, search)."""

import signal
import threading
from types import FrameType

import click

needs = "portal.worker.main"


@click.command("worker")
def command() -> None:
    """Do the work that follows events, until SIGTERM or Ctrl-C; the task in hand is finished first.

    `portal serve --with-worker` starts one by itself. Exit codes: 0 stopped on request, 1 failed, 2 wrong settings.
    """
    from portal import logs
    from portal.config import Settings
    from portal.suggesting.starting import start_if_due
    from portal.web import create_app
    from portal.worker.main import run

    settings = Settings.load()  # wrong settings are told before anything is started
    logs.configure(settings)
    run(create_app(settings), _stop_event(), beside=start_if_due)


def _stop_event() -> threading.Event:
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask_to_stop)
    signal.signal(signal.SIGINT, ask_to_stop)
    return stop
