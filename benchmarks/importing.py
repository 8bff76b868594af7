"""The import of the real complaints, as a person would run it: lines a second and the most memory it took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measuring import Figure

LINES = 8738
"""Complaints in the file."""


def import_rate(file: Path, environment: dict[str, str], goal: int) -> Figure:
    """Import `file` into the seeded portal; `goal` in lines a second."""
    argv = [sys.executable, "-m", "portal", "import", str(file), "--historic", "--network", "bench"]
    started = time.monotonic()
    done = subprocess.run(argv, env={**os.environ, **environment}, capture_output=True, text=True, timeout=900)
    seconds = time.monotonic() - started
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rate = LINES / seconds
    name = f"import of {LINES:,} real complaints through the verb"
    return Figure(name, f"≥ {goal} lines/s", f"{rate:,.0f} lines/s (peak {peak:.0f} MiB)", rate >= goal)
