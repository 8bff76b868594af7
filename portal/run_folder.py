"""The folder in which the processes of one `portal serve` tell each other what they need to know.

It is made anew at each start and named in the environment: who is asked for `/metrics` finds the counts of the others
there, and a mark says that the portal is about to stop.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from portal.config import Settings

VARIABLE = "DAYLIGHT_RUN"
COUNTS = "PROMETHEUS_MULTIPROC_DIR"
"""Where `prometheus_client` writes its counts. It looks when it is loaded, so this has to be said before."""
DRAINING = "draining"


def make(settings: Settings) -> Path:
    """Make it, empty, for this process and its children. Two servers on one data folder have different ports."""
    folder = settings.data_dir / "run" / f"{settings.host}-{settings.port}".replace(":", "_")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "counts").mkdir(mode=0o700, parents=True)
    os.environ[VARIABLE] = str(folder)
    os.environ[COUNTS] = str(folder / "counts")
    return folder


def begin_to_drain() -> None:
    (Path(os.environ[VARIABLE]) / DRAINING).touch()


def is_draining() -> bool:
    """Whether the portal was asked to stop: it finishes what it has, and wants nothing new."""
    folder = os.environ.get(VARIABLE)
    return folder is not None and (Path(folder) / DRAINING).exists()
