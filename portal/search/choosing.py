"""Which engine this installation searches with."""

from __future__ import annotations

from flask import Flask

from portal.config import Settings
from portal.search.engine import Engine


def init_search(app: Flask, settings: Settings) -> None:
    """Choose by SEARCH_ENGINE; `auto` takes the one that goes with the database."""
    app.extensions["search"] = _engine(settings)


def _engine(settings: Settings) -> Engine:
    # Imported here: each brings its library along, and an installation needs one of them.
    if settings.on_postgresql:
        from portal.search.postgresql_engine import PostgresqlEngine

        return PostgresqlEngine()
    from portal.search.whoosh_engine import WhooshEngine

    return WhooshEngine(settings.data_dir / "search")
