"""`portal restore`: a backup into an empty portal."""

from __future__ import annotations

from pathlib import Path

import click

needs = "portal.copies.restore"


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keep-sending",
    is_flag=True,
    help="Mail what waited to be mailed, and keep everybody signed in: only when the old portal is gone for good.",
)
def command(file: Path, keep_sending: bool) -> None:
    """Put the backup FILE into the empty database of the settings, SQLite or PostgreSQL, and compare both.

    An older backup is brought to this version afterwards. Interrupted, the same command goes on. What was waiting to
    be mailed is marked as not sent, since it may have been sent after the backup was made, and everybody signs in
    anew. The search index is made again by `portal worker`.

    Exit codes: 0 done and equal, 1 failed, 2 called wrongly or with wrong settings.
    """
    from portal.config import Settings
    from portal.copies import telling
    from portal.copies.restore import restore

    with telling.told() as tell:
        compared = restore(Settings.load(), file, keeps_sending=keep_sending, tell=tell)
    telling.show(compared)
    click.echo("Restored. Start `portal worker`: it makes the search index again.")
