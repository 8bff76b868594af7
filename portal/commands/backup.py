"""`portal backup`: everything in one file."""

from __future__ import annotations

from pathlib import Path

import click

needs = "portal.copies.backup"


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def command(file: Path | None) -> None:
    """Write all data and files, as they are at this moment, into FILE, which only you can read.

    Safe while everything runs.

    Without FILE it gets a name of its own in DATA_DIR/backups. It holds everything that customers and businesses
    wrote: keep it like the database itself, and SECRET_KEY, which it does not hold, beside it.

    Exit codes: 0 done, 1 failed (no file is left), 2 called wrongly or with wrong settings.
    """
    from portal.config import Settings
    from portal.copies import telling
    from portal.copies.backup import back_up
    from tenants import clock

    settings = Settings.load()
    if file is None:
        folder = settings.data_dir / "backups"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = folder / f"daylight-{clock.now():%Y%m%d-%H%M%S}.zip"
    with telling.told() as tell:
        made = back_up(settings, file, tell=tell)
    gone = f"; {made.gone:,} more were removed while it was made" if made.gone else ""
    click.echo(f"{file}: {made.rows:,} rows and {made.files:,} files{gone}.")
