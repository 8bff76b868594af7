"""Runs the migrations over the connection that `portal.database` hands in."""

from alembic import context

import portal.tables  # noqa: F401
from tenants.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
