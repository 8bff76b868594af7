"""Many combinations in one test: all of them are tried, and each that fails is shown by name.

Thousands of small tests cost more in being told apart than in what they look at; and one after the other the same
statements are found compiled, whoever asks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest

Test = Callable[..., None]


def for_every(name: str, values: Iterable[Any]) -> Callable[[Test], Test]:
    """Call the test with each of the values as its argument `name`; fail at the end, with all failures."""
    kept = list(values)
    assert kept, f"nothing to try as {name}"

    def decorate(test: Test) -> Test:
        signature = inspect.signature(test)

        @wraps(test)
        def tried(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for value in kept:
                try:
                    test(**fixtures, **{name: value})
                except (Exception, pytest.fail.Exception, BaseExceptionGroup) as failure:
                    failure.add_note(f"{name}: {value}")
                    failures.append(failure)
            if failures:
                raise BaseExceptionGroup(f"{len(failures)} of {len(kept)} fail", failures)

        rest = [parameter for parameter in signature.parameters.values() if parameter.name != name]
        assert len(rest) == len(signature.parameters) - 1, f"{test.__name__} takes no {name}"
        vars(tried)["__signature__"] = signature.replace(parameters=rest)
        return tried

    return decorate
