"""The second wall, on PostgreSQL: the roles that the processes work under, and row-level security on every table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portal.config import Settings
from portal.doctor.findings import Finding, failing, ok, warning
from portal.operations import probing
from tenants.registry import owned
from tenants.rls import APP_ROLE, WORKER_ROLE

POLICIES = {"owner_all", "worker_all", "app_read"}
"""What every owned table has at least."""


def roles(settings: Settings) -> Iterator[Finding]:
    """The web processes work as a role that owns nothing and is bound by every policy, and cannot become another."""
    if not settings.on_postgresql:
        return
    with probing.connected(settings) as connection:
        role, login = connection.execute("SELECT current_user, session_user").fetchone()
        free = {name for name in (role, login) if _is_free(connection, name)}
    if role != APP_ROLE or role in free:
        words = f"The web processes work as {role}, which no policy binds."
        yield failing(
            "roles", words, f"As an administrator: ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS; then: portal setup"
        )
    elif login in free:
        words = (
            f"The login of DATABASE_URL, {login}, may do everything: a hole in the program could step over the walls."
        )
        mend = (
            "As an administrator: CREATE ROLE daylight_web LOGIN PASSWORD '…'; name it in DATABASE_URL, the owner in "
            "DATABASE_OWNER_URL and another login in DATABASE_WORKER_URL; then: portal setup"
        )
        yield warning("roles", words, mend)
    else:
        yield ok("roles", f"{login} works as {role}, and every policy binds it.")


def _is_free(connection: Any, name: str) -> bool:
    """Whether a role is above the policies: by its own rights, or because it owns tables."""
    above = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"
    owns = (
        "SELECT EXISTS (SELECT 1 FROM pg_class c WHERE c.relkind = 'r' "
        "AND c.relnamespace = current_schema()::regnamespace "
        "AND pg_has_role(%s, c.relowner, 'MEMBER'))"
    )
    return any(bool(connection.execute(query, [name]).fetchone()[0]) for query in (above, owns))


def row_level_security(settings: Settings) -> Iterator[Finding]:
    """On, forced and with its policies, on every table that has owners."""
    if not settings.on_postgresql:
        return
    secured = (
        "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class "
        "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
    )
    with probing.connected(settings) as connection:
        stands = dict(connection.execute(secured).fetchall())
        rows = connection.execute("SELECT tablename, policyname FROM pg_policies").fetchall()
    have: dict[str, set[str]] = {}
    for table, policy in rows:
        have.setdefault(table, set()).add(policy)
    down = sorted(table for table in owned() if not stands.get(table, False))
    for table in down:
        mend = f"As the owner: ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
        yield failing("walls", f"Row-level security is not forced on {table}.", mend)
    lacking = sorted((table, name) for table in owned() for name in POLICIES - have.get(table, set()))
    for table, policy in lacking:
        yield failing("walls", f"The policy {policy} of {table} is missing.", _again(table, policy))
    if not down and not lacking:
        yield ok("walls", f"Row-level security is forced on all {len(owned())} tables, with its policies.")


def _again(table: str, policy: str) -> str:
    role = {"owner_all": "CURRENT_USER", "worker_all": WORKER_ROLE}.get(policy)
    if role is None:
        return "As the owner, run the statement of the migration that made the table (folder migrations/versions)."
    return f"As the owner: CREATE POLICY {policy} ON {table} TO {role} USING (true) WITH CHECK (true);"
