"""Where contents of files lie: a folder of this machine, or a bucket. Nothing here knows of cases or readers.

Keys are random and made here; a content is written once and never changed.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from urllib.parse import parse_qs, unquote, urlsplit

from flask import current_app

if TYPE_CHECKING:
    from portal.config import Settings

KEY = re.compile(r"[0-9a-f]{40}")


class StorageAway(RuntimeError):
    """The place where files are kept does not answer, or is full (503)."""


class ContentGone(LookupError):
    """There is no content under this key (404)."""


class Storage(Protocol):
    """The one interface of both. Everything but ContentGone is raised as StorageAway."""

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Keep a content for good before returning."""

    def open(self, key: str) -> BinaryIO:
        """The content, to be read and closed. Raises ContentGone."""

    def delete(self, key: str) -> None:
        """Forget a content; one that is not there is no error."""


def new_key() -> str:
    """The name of a content that does not exist yet: 160 random bits."""
    return secrets.token_hex(20)


def storage() -> Storage:
    """The storage of this installation."""
    return cast(Storage, current_app.extensions["files"])


def storage_of(settings: Settings) -> Storage:
    """What FILES_URL names. Nothing is opened or connected yet."""
    parts = urlsplit(settings.files_url)
    if parts.scheme == "s3":
        from portal.files.s3 import Bucket

        query = parse_qs(parts.query)
        prefix = parts.path.strip("/")
        return Bucket(
            parts.netloc, prefix, endpoint=query.get("endpoint", [""])[0], region=query.get("region", [""])[0]
        )
    return Folder(Path(unquote(parts.path)) if parts.path else settings.data_dir / "files")


class Folder:
    """Files in a folder of this machine, in 256 folders by the beginning of their key."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes, media_type: str) -> None:
        path = self._path(key)
        draft = path.with_name(f"{key}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(draft, content)
                draft.replace(path)
            finally:
                draft.unlink(missing_ok=True)
            _settle(path.parent)
        except OSError as problem:
            raise StorageAway(str(problem)) from problem

    def open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise ContentGone(key) from None
        except OSError as problem:
            raise StorageAway(str(problem)) from problem

    def delete(self, key: str) -> None:
        try:
            self._path(key).unlink(missing_ok=True)
        except OSError as problem:
            raise StorageAway(str(problem)) from problem

    def keys(self) -> Iterator[str]:
        """Every key that there is, for tests."""
        return (path.name for path in self.root.glob("??/*"))

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ContentGone(key)
        return self.root / key[:2] / key


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Make a new name in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
