"""`portal move`: from one database to another."""

from __future__ import annotations

import click

needs = "portal.copies.moving"


@click.command("move")
@click.option(
    "--to", "url", required=True, help="The empty database: postgresql://owner:password@host/name or sqlite:////path."
)
def command(url: str) -> None:
    """Copy everything from the database of the settings into another, and compare both.

    Stop the web processes and the worker first; whoever writes meanwhile is made to wait. Interrupted, the same
    command goes on where it stopped. Nothing changes in the old database. Files stay where FILES_URL says.

    Exit codes: 0 done and equal, 1 failed, 2 called wrongly or with wrong settings.
    """
    from portal.config import Settings
    from portal.copies import telling
    from portal.copies.moving import destination, move

    here = Settings.load()
    with telling.told() as tell:
        compared = move(here, destination(here, url), tell=tell, say=lambda words: click.echo(words, err=True))
    telling.show(compared)
    click.echo("Moved. Set DATABASE_URL to the new database, run `portal setup`, and start everything again.")
