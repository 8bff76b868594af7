"""`portal search`: the search index."""

from __future__ import annotations

import time

import click

from portal.beside import ends_with_its_starter

needs = "portal.search.editions"
PAUSE = 0.5
"""Seconds between two looks at how far it is."""


@click.group("search")
def command() -> None:
    """Look after the search index. It is kept, and mended, by `portal worker`.

    Exit codes: 0 done, 1 not done, 2 called wrongly or with wrong settings.
    """


@command.command("status")
def status() -> None:
    """Say which index answers, how far it is behind, and whether another is being made.

    Exit codes: 0 an index answers and is whole, 1 there is none that can be asked.
    """
    from portal import installation
    from portal.search import editions
    from portal.search.engine import NotReady, search_engine
    from tenants.scope import Scope, entered

    with installation.opened(), entered(Scope.system()):
        edition, making = editions.whole(), editions.unfinished()
        if making is not None:
            click.echo(f"Being made: {making.done:,} of {making.total:,} ({making.reason}).")
        try:
            if edition is None:
                raise NotReady
            behind = editions.last_position() - search_engine().position(edition)
        except NotReady:
            raise click.ClickException("no index can be asked; `portal worker` makes one") from None
        made = f"{edition.finished_at:%Y-%m-%d %H:%M} UTC"
        click.echo(f"The {edition.made_by} index of {made} answers, {behind:,} events behind.")


@command.command("rebuild")
@click.option("--wait/--no-wait", default=True, help="Show how far it is until it is done, or only ask for it.")
@click.option("--patience", default=120, show_default=True, help="Seconds without any progress after which to give up.")
def rebuild(wait: bool, patience: int) -> None:
    """Ask the worker to make the index again from nothing, and show how far it is. The old one answers meanwhile.

    Exit codes: 0 done (or asked for, with --no-wait), 1 no worker makes it.
    """
    from portal import installation
    from portal.search import editions
    from tenants.scope import Scope, entered

    with installation.opened():
        with entered(Scope.system()):
            asked = editions.ask_for("asked").id
        if not wait:
            click.echo("Asked for. `portal worker` makes it; `portal search status` says how far it is.")
            return
        _watch(asked, patience)


@command.command("make")
@click.option("--quiet", is_flag=True, help="Say nothing.")
@ends_with_its_starter
def make(quiet: bool) -> None:
    """Make the index that was asked for, in this process. The worker starts this by itself when there is much to find.

    Stopped, it goes on from there the next time. Exit code: 0, also when there was nothing to make or another process
    is at it.
    """
    from portal import installation
    from portal.search import keeping

    with installation.opened():
        alone = keeping.make_all()
    if not quiet:
        click.echo("The index is made." if alone else "Another process is making it.")


@command.command("learn")
@click.option("--quiet", is_flag=True, help="Say nothing.")
@ends_with_its_starter
def learn(quiet: bool) -> None:
    """Learn from confirmed cases which topic, place and business a text is about. The worker does it once a day.

    Exit code: 0, also when too little was confirmed to learn from.
    """
    from portal import installation
    from portal.suggesting.learning import learn_all

    with installation.opened():
        lines = learn_all()
    if not quiet:
        click.echo("\n".join(lines) or "Too few confirmed cases to learn from.")


def _watch(edition_id: int, patience: int) -> None:
    from portal.search.models import Edition
    from tenants.scope import Scope, db, entered

    before, moved = (-1, -1), time.monotonic()
    while True:
        with entered(Scope.system()):
            edition = db.session.get_one(Edition, edition_id)
            now, finished = (edition.done, edition.total), edition.finished_at
        if finished is not None:
            click.echo(f"The index is made again: {now[0]:,} cases.")
            return
        if now != before:
            click.echo(f"{now[0]:,} of {now[1]:,}" if now[1] else "Waiting for the worker …", err=True)
            before, moved = now, time.monotonic()
        elif time.monotonic() - moved > patience:
            raise click.ClickException("nothing moves: is `portal worker` running?")
        time.sleep(PAUSE)
