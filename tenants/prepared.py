"""Statements that are built once for each shape of scope, for reads that happen on every page.

Building a SELECT costs more than SQLite needs to answer it. The scope's own values are parameters that are asked for
when the statement runs, so one statement serves every scope of its shape.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from tenants.scope import Scope, current

Statement = TypeVar("Statement")
Given = ParamSpec("Given")


def prepared(build: Callable[Concatenate[Scope, Given], Statement]) -> Callable[Given, Statement]:
    """Decorates a function that builds a narrowed statement with `bindparam`s for everything else that varies.

    What it is given besides the scope decides how the statement is written (an order, which filters). It is kept for
    each, so that has to be one of a few words of ours, never a value that somebody chose.
    """
    made: dict[tuple[Any, ...], Statement] = {}

    @wraps(build)
    def statement(*given: Given.args, **named: Given.kwargs) -> Statement:
        scope = current()
        key = (scope.shape, given, *named.items())
        known = made.get(key)
        if known is None:
            known = made[key] = build(scope, *given, **named)
        return known

    return statement
