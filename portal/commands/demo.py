"""`portal demo`: fills an installation with a story to look around in."""

import click

needs = "portal.demo"


@click.command("demo")
def command() -> None:
    """Tell the demo story: some businesses, their customers and cases, as if weeks had passed.

    For a database that is set up and empty. Exit codes: 0 told, 1 failed, 2 wrong settings.
    """
    from portal.config import Settings
    from portal.demo import tell
    from portal.web import create_app

    Settings.load()
    tell(create_app())
