"""The second wall, on PostgreSQL: what a connection tells the database about its scope, and the roles it works under.

Policies themselves stand in the migrations beside the tables they protect. Three roles: the owner migrates, the worker
may see everything, the application sees what `announce` says and nothing before that.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from tenants.scope import Scope

APP_ROLE = "daylight_app"
WORKER_ROLE = "daylight_worker"

_SET = (
    "SELECT set_config('app.scope', %s, true), set_config('app.network_id', %s, true),"
    " set_config('app.tenant_id', %s, true), set_config('app.person_id', %s, true),"
    " set_config('app.case_id', %s, true)"
)
_SET_AND_GO_ON = f"{_SET}, set_config('synchronous_commit', 'off', true)"
"""For a transaction that does not wait for the disk at its end."""


def announce(connection: Connection, scope: Scope, *, lasting: bool = True) -> None:
    """Tell this transaction whose it is, in one round trip together with its BEGIN."""
    raw: Any = connection.connection.driver_connection
    with raw.pipeline():
        raw.execute(_SET if lasting else _SET_AND_GO_ON, [scope.kind.value, *(_text(value) for value in _ids(scope))])


def _ids(scope: Scope) -> tuple[int | None, ...]:
    return scope.network_id, scope.tenant_id, scope.person_id, scope.case_id


def _text(value: int | None) -> str:
    return "" if value is None else str(value)


# -- policies, for the migrations ----------------------------------------------------------------------------------
#
# A released migration means what these functions said on its day: add new ones, do not change what they produce.

NETWORK = "(SELECT nullif(current_setting('app.network_id', true), '')::bigint)"
TENANT = "(SELECT nullif(current_setting('app.tenant_id', true), '')::bigint)"
PERSON = "(SELECT nullif(current_setting('app.person_id', true), '')::bigint)"
CASE = "(SELECT nullif(current_setting('app.case_id', true), '')::bigint)"
SAME_NETWORK = f"network_id = {NETWORK}"
SAME_TENANT = f"{SAME_NETWORK} AND tenant_id = {TENANT}"


def scope_is(*kinds: str) -> str:
    """SQL that holds when the transaction's scope is of one of `kinds`."""
    return f"(SELECT coalesce(current_setting('app.scope', true), '')) IN ({', '.join(repr(kind) for kind in kinds)})"


FOR_TENANT = scope_is("staff", "remote")
INSIDE = scope_is("public", "customer", "staff", "remote")
AT_DOOR = scope_is("door")


def protect(
    table: str, *, read: str, insert: str = "false", change: str = "false", changed: str | None = None
) -> list[str]:
    """Statements that close a table to the application's role but for what the conditions say.

    `change` is about a row before its change, `changed` about what it becomes (as for a new one unless said).
    """
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY owner_all ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)",
        f"CREATE POLICY worker_all ON {table} TO {WORKER_ROLE} USING (true) WITH CHECK (true)",
        f"CREATE POLICY app_read ON {table} FOR SELECT TO {APP_ROLE} USING ({read})",
        f"CREATE POLICY app_insert ON {table} FOR INSERT TO {APP_ROLE} WITH CHECK ({insert})",
        f"CREATE POLICY app_update ON {table} FOR UPDATE TO {APP_ROLE} USING ({change}) "
        f"WITH CHECK ({insert if changed is None else changed})",
        f"CREATE POLICY app_delete ON {table} FOR DELETE TO {APP_ROLE} USING ({change})",
    ]


def network_shared(table: str) -> list[str]:
    """Everybody in the network reads; the application does not write."""
    return protect(table, read=f"{SAME_NETWORK} AND {INSIDE}")


def tenant_owned(table: str) -> list[str]:
    """Everybody in the network reads; its tenant's people write."""
    return protect(
        table,
        read=f"{SAME_NETWORK} AND {INSIDE}",
        insert=f"{SAME_TENANT} AND {FOR_TENANT}",
        change=f"{SAME_TENANT} AND {FOR_TENANT}",
    )


def tenant_private(table: str) -> list[str]:
    mine = f"{SAME_TENANT} AND {FOR_TENANT}"
    return protect(table, read=mine, insert=mine, change=mine)


def door_only(table: str, *, insert: str = "false") -> list[str]:
    """Read and changed at the door; `insert` widens who may add a row."""
    at_door = f"{SAME_NETWORK} AND {AT_DOOR}"
    return protect(table, read=at_door, insert=f"({at_door}) OR ({SAME_NETWORK} AND {insert})", change=at_door)


def worker_only(table: str, *, insert: str = "false") -> list[str]:
    """Read by the worker alone; `insert` says who may add a row."""
    return protect(table, read="false", insert=f"{SAME_NETWORK} AND {insert}")
