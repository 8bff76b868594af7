"""One command of the `portal` program in each module, as its `command`. To add one, copy a neighbour.

A command imports what it runs inside its function, so that `portal --help` stays quick and one broken part does not
take the others with it. A module may state `needs`, the module that does its work: without that, it is left out.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from importlib.util import find_spec

import click


def found() -> Iterator[click.Command]:
    """Every command of this folder whose implementation is installed."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        loaded = importlib.import_module(module.name)
        if _is_installed(getattr(loaded, "needs", "portal")):
            yield loaded.command


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:  # of a package above it
        return False
