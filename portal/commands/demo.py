"""`portal demo`: fills an installation with a story to look around in."""

import click

needs = "portal.demo"


@click.command("demo")
@click.option("--if-empty", is_flag=True, help="Do nothing when the database holds a network already.")
@click.option("--introduce", is_flag=True, help="Only print what to open and who may sign in, if it has been told.")
def command(if_empty: bool, introduce: bool) -> None:
    """Tell the demo story: some businesses, their customers and cases, as if weeks had passed.

    For a database that is set up and empty. Everybody in it signs in with DEMO_PASSWORD from the environment, which
    production demands; in development with a password that is printed. Exit codes: 0 told, 1 failed, 2 wrong settings.
    """
    from portal.config import Settings
    from portal.demo import introduction, is_empty, tell
    from portal.web import create_app

    # Waiting for the disk after each of a thousand acts would buy nothing: a telling that breaks off is begun anew.
    app = create_app(Settings.load().model_copy(update={"sqlite_synchronous": "NORMAL"}))
    if if_empty and not is_empty(app):
        return
    if not introduce:
        tell(app)
    if not if_empty:  # `portal serve` says it after its address
        for line in introduction(app):
            click.echo(line)
