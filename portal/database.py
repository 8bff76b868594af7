"""Opening the database for each of its three users.

The owner migrates (`portal/migrating.py`); the worker and the application work under roles of their own on PostgreSQL
(`tenants/rls.py`). On SQLite they are one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine

from portal.config import Settings
from tenants.db import PLAN_ONCE, configure_sqlite

UNFINISHED = "unfinished_copy"
"""The table that marks a database into which a copy is being put (`portal/copies/filling.py`)."""


def owner_engine(settings: Settings) -> Engine:
    if settings.on_postgresql:
        # Said here and not left to the database: of one that keeps no Unicode its owner is to find out in words.
        return create_engine(settings.owner_url, connect_args={"client_encoding": "utf8"})
    engine = create_engine(settings.owner_url)
    configure_sqlite(engine, synchronous=settings.sqlite_synchronous)
    return engine


def engine_options(settings: Settings, role: str) -> dict[str, Any]:
    """What SQLAlchemy is told about the connections of `role`."""
    # What a statement was given may be words of people, which no error is to repeat.
    if not settings.on_postgresql:
        return {"pool_size": 20, "max_overflow": 20, "hide_parameters": True}
    return {
        "hide_parameters": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_pre_ping": False,
        "pool_use_lifo": True,  # the connection that was used last knows most statements
        "connect_args": {"options": f"-c role={role} {PLAN_ONCE}", "prepare_threshold": 1},
    }
