"""What commands that work on the data share: the application, and refusals told as one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def opened() -> Iterator[None]:
    """Run a block inside the application. What it refuses is told in one line, with exit code 1."""
    from portal import logs
    from portal.config import Settings
    from portal.web import create_app
    from tenants.administration import Refused
    from tenants.scope import db

    settings = Settings.load()
    logs.configure(settings)
    app = create_app(settings)
    with app.app_context():
        try:
            yield
        except Refused as reason:
            raise click.ClickException(str(reason)) from None
        finally:
            for engine in db.engines.values():
                engine.dispose()
