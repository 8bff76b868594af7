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
@click.option("--mend", "mends", is_flag=True, help="Set counters that are wrong to what their rows say.")
def check(mends: bool) -> None:
    """Hold the counters of votes, cases and comments against the rows that they count. Changes nothing by itself.

    Exit codes: 0 all are equal (or were mended), 1 some are not.
    """
    from portal import installation
    from portal.ideas.counters import differences, mend
    from tenants.scope import Scope, entered

    wrong = 0
    if mends:
        with installation.opened(), entered(Scope.system()):
            click.echo(f"{mend():,} counters were mended.")
    with installation.opened(), entered(Scope.system()):
        for each in differences():
            wrong += 1
            if wrong <= MOST:
                click.echo(f"{each.reference}: {each.counter} says {each.kept:,}, its rows say {each.counted:,}")
    if wrong:
        raise click.ClickException(f"{wrong:,} counters differ from what they count")
    click.echo("All counters are equal to what they count.")
