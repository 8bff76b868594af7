"""Where the files that are not Python lie.

In the source tree they are at the top, where people look for them; in a wheel they travel inside the package
(see `tool.hatch` in pyproject.toml). Everything else asks here and never builds such a path itself.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def templates() -> Path:
    """The folder of Jinja templates."""
    return _installed_or_source("templates")


def static() -> Path:
    """The folder of styles, scripts and icons."""
    return _installed_or_source("static")


def migrations() -> Path:
    """The folder of Alembic migrations."""
    return _installed_or_source("migrations")


def wsgi() -> Path:
    """The module that web servers load; it lies beside the package in both places."""
    return PACKAGE.parent / "wsgi.py"


def _installed_or_source(name: str) -> Path:
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name
