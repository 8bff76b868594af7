"""The load: wrk for a few seconds, on loopback only, with the answers counted."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

LUA = Path(__file__).parent / "lua"
CONNECTIONS = 16
THREADS = 2


class NoWrk(RuntimeError):
    """wrk is not installed."""


@dataclass(frozen=True)
class Load:
    """One kind of request. `script` is a Lua file in benchmarks/lua, told `arguments` (paths of files it reads)."""

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    script: str = ""
    arguments: tuple[str, ...] = ()


def rate(port: int, load: Load, seconds: float, *, connections: int = CONNECTIONS) -> float:
    """Good answers a second (2xx and 3xx, where a row expects them). Raises when some were bad."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise NoWrk("wrk is not installed (Debian: apt-get install wrk)")
    argv = [wrk, f"-t{THREADS}", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout=10s"]
    for name, value in load.headers.items():
        argv += ["-H", f"{name}: {value}"]
    if load.script:
        argv += ["-s", str(LUA / load.script)]
    argv += [f"http://127.0.0.1:{port}{load.path}", *(["--", *load.arguments] if load.arguments else [])]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=seconds * 4 + 30)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", done.stdout)
    if bad or (errors and any(int(number) for number in errors.groups())):
        raise RuntimeError(f"{load.path}: bad answers\n{done.stdout}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    if not found:
        raise RuntimeError(done.stdout)
    return float(found[1])
