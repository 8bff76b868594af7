"""The rules of `reach.py` once more, as policies of PostgreSQL, for the migrations of tables that hang on a case.

A released migration means what these functions said on its day: add new ones, do not change what they produce.
"""

from __future__ import annotations

from tenants.rls import CASE, FOR_TENANT, PERSON, SAME_NETWORK, TENANT, protect, scope_is

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


def of_parts(table: str) -> list[str]:
    """As `of_case`, but what is internal is read and written by its business alone."""
    own = f"{_access(table)} AND (NOT is_internal OR tenant_id = {TENANT})"
    mine = f"(({OWN_CASE} AND NOT is_internal) OR ({own}))"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND NOT is_internal AND EXISTS ({seen}))"
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


def of_history(table: str, *, change: bool = True) -> list[str]:
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
    return protect(
        table,
        read=f"{SAME_NETWORK} AND ({customer} OR {staff} OR {public})",
        insert=mine,
        change=mine if change else "false",
    )


def _sees(table: str, column: str) -> str:
    """The scope's business works on the case that a row names, and the column of its access says that it may see it."""
    row = (
        f"SELECT 1 FROM access a WHERE a.case_id = {table}.case_id AND a.tenant_id = {TENANT} "  # noqa: S608
        f"AND a.level <> 'past' AND a.{column}"
    )
    return f"({FOR_TENANT} AND EXISTS ({row}))"


def seeing_words(table: str) -> list[str]:
    """The customer, and the businesses to which what they told is open."""
    mine = f"{SAME_NETWORK} AND ({OWN_CASE} OR {_sees(table, 'sees_words')})"
    return protect(table, read=mine, insert=mine, change=mine)


OWN_ADDRESS = (
    f"({scope_is('customer')} AND channel = 'email' AND confirmed_at IS NOT NULL AND EXISTS (SELECT 1 FROM users u "  # noqa: S608
    f"WHERE u.id = {PERSON} AND u.email = contacts.address AND u.confirmed_at IS NOT NULL))"
)
"""An account sees where its own address is a contact, once both have been confirmed (`reach.own_address`)."""


def seeing_addresses(table: str) -> list[str]:
    """The customer, the businesses to which this kind of address is open, and the account of the address itself."""
    email, mobile = (f"(channel = '{each}' AND {_sees(table, f'sees_{each}')})" for each in ("email", "mobile"))
    mine = f"{SAME_NETWORK} AND ({OWN_CASE} OR {email} OR {mobile})"
    return protect(table, read=f"({mine}) OR ({SAME_NETWORK} AND {OWN_ADDRESS})", insert=mine, change=mine)


def led_addresses(table: str) -> list[str]:
    """The customer, the business that leads, and the account of the address itself."""
    mine = f"{SAME_NETWORK} AND ({OWN_CASE} OR {_access(table, lead=True)})"
    return protect(table, read=f"({mine}) OR ({SAME_NETWORK} AND {OWN_ADDRESS})", insert=mine, change=mine)


def seeing_history(table: str) -> list[str]:
    """As `of_history`, but what is for customer and business is read by those to which the words are open."""
    customer = f"({OWN_CASE} AND audience IN ('public', 'customer'))"
    staff = (
        f"((audience IN ('public', 'shared') AND {_access(table)}) "
        f"OR (audience = 'customer' AND {_sees(table, 'sees_words')}) "
        f"OR (audience = 'internal' AND tenant_id = {TENANT} AND {_access(table)}))"
    )
    mine = f"{SAME_NETWORK} AND ({customer} OR {staff})"
    # Who may not see what was said before may still say something to the customer alone.
    told = f"{SAME_NETWORK} AND ({customer} OR {staff} OR (audience = 'customer' AND {_access(table)}))"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND audience = 'public' AND EXISTS ({seen}))"
    read = f"{SAME_NETWORK} AND ({customer} OR {staff} OR {public})"
    return protect(table, read=read, insert=told, change=mine, changed=mine)


def seeing_envelopes(table: str) -> list[str]:
    """The envelopes of a history, which never change. Content is behind `seeing_history`; whoever adds an event for
    customer and business needs to read back its number, so the lead and those to which anything was opened may."""
    customer = f"({OWN_CASE} AND audience IN ('public', 'customer'))"
    opened = (
        f"SELECT 1 FROM access a WHERE a.case_id = {table}.case_id AND a.tenant_id = {TENANT} AND a.level <> 'past' "  # noqa: S608
        "AND (a.level = 'lead' OR a.sees_words OR a.sees_email OR a.sees_mobile)"
    )
    staff = (
        f"((audience IN ('public', 'shared') AND {_access(table)}) "
        f"OR (audience = 'customer' AND {FOR_TENANT} AND EXISTS ({opened})) "
        f"OR (audience = 'internal' AND tenant_id = {TENANT} AND {_access(table)}))"
    )
    mine = f"{SAME_NETWORK} AND ({customer} OR {staff})"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND audience = 'public' AND EXISTS ({seen}))"
    return protect(table, read=f"{SAME_NETWORK} AND ({customer} OR {staff} OR {public})", insert=mine)


def _shared(table: str, key: str = "") -> str:
    """What businesses say to each other: read by its author, by whoever leads, and by those whom `shared_with` names.

    `key` is the column with the event's number; a file has none, and nobody is named for it.
    """
    ours = f"tenant_id = {TENANT} OR {_access(table, lead=True)}"
    if key:
        named = f"SELECT 1 FROM shared_with s WHERE s.event_id = {table}.{key} AND s.tenant_id = {TENANT}"  # noqa: S608
        ours = f"{ours} OR EXISTS ({named})"
    return f"(audience = 'shared' AND {_access(table)} AND ({ours}))"


def named_history(table: str, key: str = "") -> list[str]:
    """As `seeing_history`, but what businesses say to each other is read by those that it is for."""
    customer = f"({OWN_CASE} AND audience IN ('public', 'customer'))"
    staff = (
        f"((audience = 'public' AND {_access(table)}) OR {_shared(table, key)} "
        f"OR (audience = 'customer' AND {_sees(table, 'sees_words')}) "
        f"OR (audience = 'internal' AND tenant_id = {TENANT} AND {_access(table)}))"
    )
    mine = f"{SAME_NETWORK} AND ({customer} OR {staff})"
    told = f"{SAME_NETWORK} AND ({customer} OR {staff} OR (audience = 'customer' AND {_access(table)}))"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND audience = 'public' AND EXISTS ({seen}))"
    read = f"{SAME_NETWORK} AND ({customer} OR {staff} OR {public})"
    return protect(table, read=read, insert=told, change=mine, changed=mine)


def named_envelopes(table: str) -> list[str]:
    """As `seeing_envelopes`, but what businesses say to each other is read by those that it is for."""
    customer = f"({OWN_CASE} AND audience IN ('public', 'customer'))"
    opened = (
        f"SELECT 1 FROM access a WHERE a.case_id = {table}.case_id AND a.tenant_id = {TENANT} AND a.level <> 'past' "  # noqa: S608
        "AND (a.level = 'lead' OR a.sees_words OR a.sees_email OR a.sees_mobile)"
    )
    staff = (
        f"((audience = 'public' AND {_access(table)}) OR {_shared(table, 'id')} "
        f"OR (audience = 'customer' AND {FOR_TENANT} AND EXISTS ({opened})) "
        f"OR (audience = 'internal' AND tenant_id = {TENANT} AND {_access(table)}))"
    )
    mine = f"{SAME_NETWORK} AND ({customer} OR {staff})"
    seen = f"SELECT 1 FROM cases c WHERE c.id = {table}.case_id AND c.visibility = 'public'"  # noqa: S608
    public = f"({scope_is('public')} AND audience = 'public' AND EXISTS ({seen}))"
    return protect(table, read=f"{SAME_NETWORK} AND ({customer} OR {staff} OR {public})", insert=mine)


def unprotect(table: str) -> list[str]:
    """Takes the policies of a table away, before the table goes."""
    names = ("owner_all", "worker_all", "app_read", "app_insert", "app_update", "app_delete")
    return [f"DROP POLICY {name} ON {table}" for name in names]
