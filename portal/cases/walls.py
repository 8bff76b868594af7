"""The rules of `reach.py` once more, as policies of PostgreSQL, for the migrations of tables that hang on a case.

A released migration means what these functions said on its day: add new ones, do not change what they produce.
"""

from __future__ import annotations

from tenants.rls import CASE, FOR_TENANT, SAME_NETWORK, TENANT, protect, scope_is

OWN_CASE = f"({scope_is('customer')} AND case_id = {CASE})"


def _access(table: str, *, lead: bool = False) -> str:
    """The scope's business has access to the case that a row names."""
    level = " AND a.level = 'lead'" if lead else ""
    row = f"SELECT 1 FROM access a WHERE a.case_id = {table}.case_id AND a.tenant_id = {TENANT}{level}"  # noqa: S608
    return f"({FOR_TENANT} AND EXISTS ({row}))"


def of_case(table: str) -> list[str]:
    """Everybody who may read the case reads it, those who take part write it."""
    mine = f"({OWN_CASE} OR {_access(table)})"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND EXISTS ({seen}))"
    return protect(
        table,
        read=f"{SAME_NETWORK} AND ({mine} OR {public})",
        insert=f"{SAME_NETWORK} AND {mine}",
        change=f"{SAME_NETWORK} AND {mine}",
    )


def of_parties(table: str) -> list[str]:
    """The customer and the businesses involved."""
    mine = f"{SAME_NETWORK} AND ({OWN_CASE} OR {_access(table)})"
    return protect(table, read=mine, insert=mine, change=mine)


def personal(table: str) -> list[str]:
    """The customer and the business that leads."""
    mine = f"{SAME_NETWORK} AND ({OWN_CASE} OR {_access(table, lead=True)})"
    return protect(table, read=mine, insert=mine, change=mine)


def of_history(table: str) -> list[str]:
    """Rows with an audience of their own: seen by the smaller of it and the case's visibility."""
    customer = f"({OWN_CASE} AND audience IN ('public', 'customer'))"
    staff = (
        f"((audience IN ('public', 'shared') AND {_access(table)}) "
        f"OR (audience = 'customer' AND {_access(table, lead=True)}) "
        f"OR (audience = 'internal' AND tenant_id = {TENANT} AND {_access(table)}))"
    )
    mine = f"{SAME_NETWORK} AND ({customer} OR {staff})"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND audience = 'public' AND EXISTS ({seen}))"
    return protect(table, read=f"{SAME_NETWORK} AND ({customer} OR {staff} OR {public})", insert=mine, change=mine)


def unprotect(table: str) -> list[str]:
    """Takes the policies of a table away, before the table goes."""
    names = ("owner_all", "worker_all", "app_read", "app_insert", "app_update", "app_delete")
    return [f"DROP POLICY {name} ON {table}" for name in names]
