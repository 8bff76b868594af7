"""`portal deliveries`: letters that did not arrive."""

from __future__ import annotations

import click

needs = "portal.worker.redelivery"
MOST = 50


@click.group("deliveries")
def command() -> None:
    """Look after deliveries that failed or were given up. Addresses and words are not shown.

    Exit codes: 0 done, 1 failed, 2 called wrongly or with wrong settings.
    """


@command.command("list")
def show() -> None:
    """Print deliveries that failed, the newest first, and why.

    Exit code: 0.
    """
    from portal import installation
    from portal.worker.redelivery import troubled

    with installation.opened():
        rows = troubled(MOST)
    for row in rows:
        click.echo(
            f"{row.id}  {row.channel}  {row.state}  {row.tries} tries  {row.next_at:%Y-%m-%d %H:%M}  {row.problem}"
        )
    click.echo(f"{len(rows)} deliveries." if len(rows) < MOST else f"These are the newest {MOST}.")


@command.command("retry")
def retry() -> None:
    """Have the worker try those again that were given up in the last 14 days.

    Letters that opened something were wiped when they were given up: who needs one asks for another.

    Exit code: 0.
    """
    from portal import installation
    from portal.worker.redelivery import try_again

    with installation.opened():
        again, lost = try_again()
    click.echo(f"{again} deliveries are tried again; {lost} had been wiped and are let go.")
