"""`portal serve`: everything that one machine needs to answer requests."""

import click

needs = "portal.web"


@click.command("serve")
@click.option("--setup", "set_up", is_flag=True, help="Create or migrate the database first, like `portal setup`.")
@click.option("--demo-if-empty", is_flag=True, help="Tell the demo story first if the database holds no network yet.")
@click.option("--with-worker", is_flag=True, help="Run one `portal worker` beside it, restarted when it dies.")
def command(set_up: bool, demo_if_empty: bool, with_worker: bool) -> None:
    """Serve the portal on HOST and PORT until SIGTERM or Ctrl-C.

    Prints the address once the portal answers there.

    Exit codes: 0 stopped on request, 1 it could not start, 2 wrong settings.
    """
    from portal import logs, serving
    from portal.config import Settings

    settings = Settings.load()
    logs.configure(settings)
    serving.refuse_busy_port(settings)
    if set_up:
        serving.run_command("setup")
    if demo_if_empty:
        serving.run_command("demo", "--if-empty")
    raise SystemExit(serving.serve(settings, with_worker=with_worker))
