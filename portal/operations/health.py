"""Whether this process can do its work: the database answers and is at this code's migration, files can be kept, and
nobody has asked it to stop.

Load balancers ask every few seconds, and so may anybody: the answer holds for a second, and says only what is checked
and whether that is well.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from portal import run_folder
from portal.config import Settings
from portal.logs import fields
from portal.operations import probing

LOG = logging.getLogger(__name__)
HOLDS = 1.0
"""Seconds for which an answer is given again."""
LEAST_FREE = 64 * 1024 * 1024
"""Bytes that must be free where files are kept: a few uploads, and the database's own log."""


@dataclass(frozen=True)
class Health:
    """What was checked, and whether it is well."""

    checks: dict[str, bool]

    @property
    def is_ready(self) -> bool:
        return all(self.checks.values())


class Readiness:
    """Checks, and remembers for a second what came out."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._kept: tuple[float, dict[str, bool]] = (0.0, {})

    def ask(self) -> Health:
        with self._lock:
            until, checks = self._kept
            if time.monotonic() >= until:
                checks = self._check()
                self._kept = time.monotonic() + HOLDS, checks
        return Health({**checks, "not stopping": not run_folder.is_draining()})

    def _check(self) -> dict[str, bool]:
        at = _revision(self._settings)
        return {
            "database": at is not None,
            "migrations": at == probing.newest_revision(),
            "files": all(has_room(folder) for folder in written_folders(self._settings)),
        }


def _revision(settings: Settings) -> str | None:
    """None when the database does not answer; empty when nothing was ever set up in it."""
    try:
        return probing.revision(settings) or ""
    except (sqlite3.Error, psycopg.Error) as problem:
        LOG.warning("the database did not answer", extra=fields("database.away", problem=problem))
        return None


def written_folders(settings: Settings) -> list[Path]:
    """Folders of this machine that the portal writes to."""
    files = urlsplit(settings.files_url)
    own = [Path(unquote(files.path))] if files.scheme == "file" and files.path else []
    return [settings.data_dir, *own]


def has_room(folder: Path) -> bool:
    """Whether files can be made there, now. A folder that is not there yet is made in the first one above it."""
    there = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK) and shutil.disk_usage(there).free >= LEAST_FREE
