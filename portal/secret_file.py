"""The secret that a development installation makes for itself, so that starting it needs no settings at all.

Web and worker may start in the same moment: the file appears complete or not at all, and both read the same one.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

_may_be_made: ContextVar[bool] = ContextVar("secret_may_be_made", default=True)


@contextmanager
def never_made() -> Iterator[None]:
    """While somebody only looks: a secret that is not there is a wrong setting."""
    token = _may_be_made.set(False)
    try:
        yield
    finally:
        _may_be_made.reset(token)


def read_or_make(path: Path) -> str:
    """Return the secret kept in this file (mode 0600), making it first if it is not there.

    Raises ValueError when the folder cannot be written, so that it is reported like any other wrong setting.
    """
    try:
        if not path.exists():
            if not _may_be_made.get():
                raise ValueError(f"is not there yet; `portal setup` makes one in {path}")
            _make(path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ValueError(f"cannot be kept in {path}: {error.strerror}") from error


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first: its secret holds
    finally:
        draft.unlink()
