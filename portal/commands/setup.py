"""`portal setup`: makes the database ready for this version of the code."""

import click

needs = "portal.database"


@click.command("setup")
def command() -> None:
    """Create the database, or bring an existing one to this version. Safe to repeat.

    Adds no data. Uses DATABASE_OWNER_URL when it is set. Exit codes: 0 ready, 1 failed, 2 wrong settings.
    """
    from portal.config import Settings
    from portal.migrating import HalfCopied, setup

    try:
        setup(Settings.load())
    except HalfCopied:
        raise click.ClickException(
            "a copy into this database was begun and not finished: run the same `portal move` or `portal restore` again"
        ) from None
    click.echo("The database is ready.")
