"""`portal ideas`: the counters of ideas."""

from __future__ import annotations

import click

needs = "portal.ideas.counters"
MOST = 20
"""Lines about what is wrong: more would not help anybody."""


@click.group("ideas")
def command() -> None:
    """Look after ideas.

    Exit codes: 0 done, 1 something is wrong, 2 called wrongly or with wrong settings.
    """


@command.command("check")
def check() -> None:
    """Hold the counters of votes, cases and comments against the rows that they count. Changes nothing.

    Exit codes: 0 all are equal, 1 some are not.
    """
    from portal import installation
    from portal.ideas.counters import differences
    from tenants.scope import Scope, entered

    wrong = 0
    with installation.opened(), entered(Scope.system()):
        for each in differences():
            wrong += 1
            if wrong <= MOST:
                click.echo(f"{each.reference}: {each.counter} says {each.kept:,}, its rows say {each.counted:,}")
    if wrong:
        raise click.ClickException(f"{wrong:,} counters differ from what they count")
    click.echo("All counters are equal to what they count.")
