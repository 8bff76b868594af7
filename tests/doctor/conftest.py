from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.config import Settings
from portal.doctor.findings import Check, Finding, State
from tenants.scope import Scope, entered
from tests.ideas.conftest import proposed
from tests.pages.conftest import _forget_what_processes_keep, browser, report

__all__ = ["_forget_what_processes_keep", "browser", "proposed", "report"]


@pytest.fixture
def look(app) -> Callable[[Check], list[Finding]]:
    """What a check says of the tests' own installation, asked as the system."""

    def ask(check: Check, **changed: object) -> list[Finding]:
        settings: Settings = app.config["SETTINGS"].model_copy(update=changed)
        with entered(Scope.system()):
            return list(check(settings))

    return ask


def is_well(found: list[Finding]) -> bool:
    return all(each.state is State.OK for each in found)


def only(found: list[Finding], state: State) -> Finding:
    """The one finding that is not well, which also says how to mend it."""
    [finding] = [each for each in found if each.state is not State.OK]
    assert finding.state is state, finding
    assert finding.mend
    return finding
