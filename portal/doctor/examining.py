"""All checks in their order. What needs the application waits until the database is known to be there and to fit."""

from __future__ import annotations

from collections.abc import Iterator

from portal import installation, secret_file
from portal.config import Settings, SettingsError
from portal.doctor import clocks, configuration, counters, database, languages, ledger, permissions, queues, searching
from portal.doctor import walls as on_postgresql
from portal.doctor.findings import Check, Finding, State, failing, ok
from portal.withholding import safely
from tenants.scope import Scope, entered

OUTSIDE: tuple[Check, ...] = (
    configuration.secret,
    configuration.address,
    configuration.proxies,
    configuration.mail,
    configuration.limits,
    permissions.modes,
    permissions.owners,
    permissions.room,
    languages.catalogues,
    clocks.zone_data,
    database.answers,
)
"""What can be looked at without the application."""
ABOUT_THE_DATABASE: tuple[Check, ...] = (
    database.migrations,
    database.durability,
    database.integrity,
    on_postgresql.roles,
    on_postgresql.row_level_security,
)
INSIDE: tuple[Check, ...] = (
    configuration.hosts,
    configuration.files,
    clocks.of_database,
    clocks.of_events,
    clocks.zones_of_networks,
    queues.worker,
    queues.sequencer,
    queues.followers,
    queues.timers,
    queues.deliveries,
    searching.index,
    searching.sample,
    ledger.heads,
    ledger.sample,
    counters.of_ideas,
)
"""What is asked as the system, through the application."""
NEEDED = {"database", "migrations", "durability"}
"""Without these the rest would fail for their reason, or change something."""


def examine() -> Iterator[Finding]:
    """Every finding, as it is made."""
    with secret_file.never_made():
        try:
            settings = Settings.load()
        except SettingsError as wrong:
            mend = "Set it as the line says and start again; `portal settings` explains each variable."
            yield from (failing("settings", problem, mend) for problem in wrong.problems)
            return
    yield ok("settings", "Every variable can be read.")
    wrong_with: set[str] = set()
    for check in (*OUTSIDE, *ABOUT_THE_DATABASE):
        if check in ABOUT_THE_DATABASE and "database" in wrong_with:
            continue
        for finding in _asked(check, settings):
            if finding.state is State.FAILING:
                wrong_with.add(finding.check)
            yield finding
    if wrong_with & NEEDED:
        yield Finding("the rest", State.SKIPPED, "Looked at once the database is well.")
        return
    with installation.opened(), entered(Scope.system()):
        for check in INSIDE:
            yield from _asked(check, settings)


def _asked(check: Check, settings: Settings) -> Iterator[Finding]:
    """A check that fails is a finding by itself, and stops no other."""
    try:
        yield from check(settings)
    except Exception as problem:
        name = f"{check.__module__.rpartition('.')[2]}.{check.__name__}"
        yield failing(name, f"Could not be looked at ({safely(problem)}).", "Mend what is named above, and ask again.")
