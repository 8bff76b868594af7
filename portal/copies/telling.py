"""How the commands that copy say how far they are, what they compared, and why they cannot go on."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
from sqlalchemy.exc import DBAPIError

from portal.copies.archive import NoBackup
from portal.copies.comparing import Compared, Differs
from portal.copies.filling import NotEmpty, Tell
from portal.copies.moving import Unfinished
from portal.copies.source import OtherVersion
from portal.files.storage import StorageAway

PAUSE = 1.0
"""Seconds between two lines about one table."""


@contextmanager
def told() -> Iterator[Tell]:
    """Gives what a copy tells its progress to, and turns what it refuses into one line for a person."""
    last: tuple[str, float] = "", 0.0

    def tell(table: str, rows: int) -> None:
        nonlocal last
        now = time.monotonic()
        if table == last[0] and now - last[1] < PAUSE:
            return
        last = table, now
        click.echo(f"  {table}: {rows:,}", err=True)

    try:
        yield tell
    except NotEmpty:
        raise click.ClickException("the database to fill is not empty; name an empty one") from None
    except Unfinished:
        raise click.ClickException("the database of the settings is itself an unfinished copy") from None
    except OtherVersion as found:
        raise click.ClickException(
            f"it is of another version ({found}): run `portal setup`, or take the version it was made by"
        ) from None
    except NoBackup as problem:
        raise click.ClickException(f"not a whole backup: {problem}") from None
    except Differs as problem:
        raise click.ClickException(f"the copy differs and is not to be used: {problem}") from None
    except (OSError, StorageAway, DBAPIError) as problem:
        reason = getattr(problem, "orig", None) or problem
        raise click.ClickException(f"stopped: {reason}") from None


def show(compared: Sequence[Compared]) -> None:
    """Each table that holds anything, with its rows and the beginning of its sum."""
    width = max(len(each.table) for each in compared)
    for each in compared:
        if each.here.rows:
            click.echo(f"  {each.table:<{width}} {each.here.rows:>12,}  {each.here.digest[:12]}  equal")
    click.echo(
        f"  {sum(each.here.rows for each in compared):,} rows in {len(compared)} tables are equal on both sides."
    )
