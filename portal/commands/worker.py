"""`portal worker`: the process that does what happens after a request (mail, webhooks, timers, search)."""

import click

needs = "portal.worker_process"


@click.command("worker")
def command() -> None:
    """Do the work that follows events, until SIGTERM or Ctrl-C; the task in hand is finished first.

    `portal serve --with-worker` starts one by itself. Exit codes: 0 stopped on request, 1 failed, 2 wrong settings.
    """
    from portal.worker_process import work

    work()
