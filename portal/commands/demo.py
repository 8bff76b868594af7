"""`portal demo`: fills an installation with a story to look around in."""

import click

needs = "portal.demo"


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database holds a network already.")
def command(if_empty: bool) -> None:
    """Tell the demo story: some businesses, their customers and cases, as if weeks had passed.

    For a database that is set up and empty. Exit codes: 0 told, 1 failed, 2 wrong settings.
    """
    from portal.config import Settings
    from portal.demo import is_empty, tell
    from portal.web import create_app

    Settings.load()
    app = create_app()
    if if_empty and not is_empty(app):
        return
    tell(app)
