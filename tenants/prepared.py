"""Statements that are built once for each shape of scope, for reads that happen on every page.

Building a SELECT costs more than SQLite needs to answer it. The scope's own values are parameters that are asked for
when the statement runs, so one statement serves every scope of its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from tenants.scope import Scope, current

Statement = TypeVar("Statement")


def prepared(build: Callable[[Scope], Statement]) -> Callable[[], Statement]:
    """Decorates a function that builds a narrowed statement with `bindparam`s for everything else that varies."""
    made: dict[tuple[Any, ...], Statement] = {}

    @wraps(build)
    def statement() -> Statement:
        scope = current()
        known = made.get(scope.shape)
        if known is None:
            known = made[scope.shape] = build(scope)
        return known

    return statement
