"""The loop of the worker process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from sqlalchemy.exc import OperationalError

from portal import logs
from portal.clusters import spikes
from portal.followers.base import catch_up
from portal.followers.registry import FOLLOWERS
from portal.logs import fields
from portal.search import keeping
from portal.worker.deliveries import send_due
from portal.worker.heart import Heart
from portal.worker.sequencer import sequence
from portal.worker.sweep import sweep
from portal.worker.timers import fire_due
from tenants import clock

LOG = logging.getLogger(__name__)
IDLE = 0.4
"""Seconds to wait when there was nothing to do."""
PAUSE_AFTER_TROUBLE = 3.0
SWEEP_EVERY, BESIDE_EVERY = 3600.0, 600.0
"""Seconds between two times that what is over is cleared away, and that other processes are looked after."""


def run(
    app: Flask,
    stop: threading.Event,
    beside: Callable[[], object] = lambda: None,
    make: Callable[[], int] = keeping.make_here,
) -> None:
    """Work until asked to stop. A database that is away is waited for; nothing is lost meanwhile.

    `beside` is called every ten minutes, and not at once: it starts what runs in processes of its own, and a machine
    that has just started has enough to do. `make` is what is done when a search index is to be made.
    """
    swept, looked, heart = 0.0, None, Heart()
    cared = time.monotonic()
    with app.app_context(), logs.about(run=heart.run):
        LOG.info("the worker begins", extra=fields("worker.started"))
        while not stop.is_set():
            try:
                heart.beat()
                if time.monotonic() - swept > SWEEP_EVERY:
                    sweep()
                    swept = time.monotonic()
                if time.monotonic() - cared > BESIDE_EVERY:
                    beside()
                    cared = time.monotonic()
                if looked is None or not timedelta(0) <= clock.now() - looked < spikes.EVERY:
                    looked = clock.now()
                    _look()
                stop.wait(0 if turn(make=make) else IDLE)
            except OperationalError as problem:
                LOG.warning("the database did not answer", extra=fields("database.away", problem=problem.orig))
                stop.wait(PAUSE_AFTER_TROUBLE)
            except Exception:
                # Whatever it was has been rolled back: trying again is right, and dying would stop everything else.
                LOG.exception("a turn of the worker failed", extra=fields("worker.failed"))
                stop.wait(PAUSE_AFTER_TROUBLE)
        _end(heart)


def _end(heart: Heart) -> None:
    try:
        heart.stop()
    except OperationalError as problem:
        LOG.warning("the database did not answer", extra=fields("database.away", problem=problem.orig))
    LOG.info("the worker stops", extra=fields("worker.stopped"))


def turn(*, searching: bool = True, make: Callable[[], int] = keeping.make_here) -> int:
    """One round of everything. Returns how much there was to do; 0 means that all is done for now.

    Without `searching` the index is left behind; it catches up at the next turn with it.
    """
    done = sequence()
    for follower in FOLLOWERS:
        done += _one_follower(follower)
    if searching:
        done += _search(make)
    return done + fire_due() + send_due()


def until_idle(limit: int = 10_000, *, searching: bool = True) -> None:
    """Work until nothing is left: for tests, the demo and the command line."""
    for _ in range(limit):
        if not turn(searching=searching):
            return
    raise RuntimeError("the worker never came to an end")


def _search(make: Callable[[], int]) -> int:
    try:
        return keeping.turn(make)
    except OperationalError:
        raise
    except Exception:
        # The index can always be made again; what cannot must not wait for it.
        LOG.exception("the search index was not kept up", extra=fields("search.failed"))
        return 0


def _look() -> None:
    try:
        spikes.look()
    except OperationalError:
        raise
    except Exception:
        # It looks again soon; nothing else may wait for it.
        LOG.exception("clusters were not looked for", extra=fields("clusters.failed"))


def _one_follower(follower: object) -> int:
    try:
        return catch_up(follower)  # type: ignore[arg-type]
    except OperationalError:
        raise
    except Exception:
        # One follower that fails must not hold up the others; its cursor stays, so it loses nothing.
        LOG.exception("a follower failed", extra=fields("follower.failed", follower=getattr(follower, "name", "")))
        return 0
