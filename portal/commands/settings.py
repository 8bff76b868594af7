"""`portal settings`: what can be set, as the table that the README shows."""

import click


@click.command("settings")
def command() -> None:
    """Print every setting, its default and its meaning as a Markdown table.

    Needs no valid settings itself. Exit code: 0.
    """
    from portal import settings_table

    click.echo(settings_table.markdown())
