"""Which build this is: a short hash of everything that a rendered page depends on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from portal import languages, paths


def _build() -> str:
    digest = hashlib.sha256()
    folders = [paths.templates(), paths.static(), languages.FOLDER]
    for path in sorted(path for folder in folders for path in Path(folder).rglob("*") if path.is_file()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


BUILD = _build()
"""Read once: a process serves what it started with."""
