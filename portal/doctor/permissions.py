"""What others on this machine can read, what we cannot write, and how much room is left."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok, warning
from portal.operations.health import LEAST_FREE, written_folders

MEAGRE = 1024 * 1024 * 1024
"""Bytes: below this somebody should begin to think."""
MOST = 2_000
"""Files that are looked at."""


def modes(settings: Settings) -> Iterator[Finding]:
    """Folders with the data of people are their owner's alone."""
    open_to_all = [
        folder
        for folder in written_folders(settings)
        if folder.exists() and stat.S_IMODE(folder.stat().st_mode) & 0o077
    ]
    for folder in open_to_all:
        yield warning("modes", f"Others on this machine can look into {folder}.", f"chmod 700 {folder}")
    if not open_to_all:
        yield ok("modes", "Nobody else on this machine can look into the data.")


def owners(settings: Settings) -> Iterator[Finding]:
    """Nothing was made by another user, such as root at the command line: the portal could not change it."""
    folder = settings.data_dir
    if not folder.exists():
        yield failing("owners", f"{folder} is not there.", "portal setup")
        return
    owner = folder.stat().st_uid
    foreign = [path for path in islice(folder.rglob("*"), MOST) if path.lstat().st_uid != owner]
    if foreign:
        words = f"{foreign[0]} belongs to another user than {folder}, and {len(foreign) - 1} others do."
        yield failing("owners", words, f"chown -R --reference={folder} {folder}")
    elif not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield failing(
            "owners", f"This user cannot write to {folder}.", f"Run as its owner, or: chown -R $USER {folder}"
        )
    else:
        yield ok("owners", f"{folder} and what is in it belong to one user.")


def room(settings: Settings) -> Iterator[Finding]:
    """Space for the database, the files and the index."""
    for folder in written_folders(settings):
        there: Path = next(each for each in (folder, *folder.parents) if each.exists())
        free = shutil.disk_usage(there).free
        words = f"{free // 1024**2:,} MiB are free at {folder}."
        mend = f"Make room on the disk of {folder}; `du -xh --max-depth=2 {folder} | sort -h` shows what takes it."
        if free < LEAST_FREE:
            yield failing("room", words, mend)
        else:
            yield warning("room", words, mend) if free < MEAGRE else ok("room", words)
