"""Memory of a server: the proportional set size of every process that listens on a port, and of their children."""

from __future__ import annotations

from pathlib import Path

import psutil


def pss_mib(port: int) -> float:
    """Summed PSS in MiB of the server that listens on `port` and all its processes."""
    return sum(_pss(process) for process in _processes(port)) / 1024


def pss_of(pid: int) -> tuple[int, int]:
    """Summed PSS in KiB of a process and all that it has started: of those that stay, and of those that run beside the
    worker (`portal.beside`) until they have done one thing."""
    process = psutil.Process(pid)
    stays, passes = 0, 0
    for each in [process, *process.children(recursive=True)]:
        if "--beside" in each.cmdline():
            passes += _pss(each)
        else:
            stays += _pss(each)
    return stays, passes


def _processes(port: int) -> list[psutil.Process]:
    for process in psutil.process_iter(["cmdline"]):
        line = process.info["cmdline"] or []
        if any(part == f"--port={port}" for part in line):
            return [process, *process.children(recursive=True)]
    return []


def _pss(process: psutil.Process) -> int:
    try:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)
