"""Reads the SQL that SQLAlchemy writes: which tables every single SELECT, UPDATE, DELETE and INSERT in it touches,
and which conditions stand beside them.

Not a parser of all SQL. What it does not recognise it does not vouch for: the guard refuses a statement in which a
table's name stands anywhere that was not understood here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tenants.sql_tokens import Group, Item, Items, Unreadable

SETS = {"UNION", "INTERSECT", "EXCEPT"}
AFTER_FROM = {"WHERE", "GROUP", "HAVING", "WINDOW", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", "RETURNING"} | SETS
JOINS = {"JOIN", "LEFT", "OUTER", "INNER", "FULL", "CROSS", "LATERAL", "RIGHT", "NATURAL"}


@dataclass
class Source:
    """A table in one FROM, under the name by which the statement speaks of it, and what restricts its rows there."""

    table: str
    name: str
    conditions: list[Items]


@dataclass
class Statement:
    """One SELECT, or one change. `inner` is what may hold further statements inside it."""

    act: str
    sources: list[Source] = field(default_factory=list)
    target: Source | None = None
    columns: list[str] = field(default_factory=list)
    """Of an INSERT, those that it fills; of an UPDATE, those that it sets."""
    rows: list[list[Items]] = field(default_factory=list)
    """Of an INSERT, the values of each row in the order of `columns`."""
    upsert: tuple[list[str], list[Items]] | None = None
    """Of an INSERT, the columns that ON CONFLICT sets, and the conditions under which it does."""
    items: Items = ()


def statements(items: Items) -> list[Statement]:
    """The statements that stand side by side at this level: more than one with UNION, or after WITH."""
    found: list[Statement] = []
    for part in _split(_without_ctes(items), lambda item: item in SETS):
        part = part[1:] if part and part[0] == "ALL" else part
        head = part[0] if part else None
        if head == "SELECT":
            found.append(_select(part))
        elif head == "INSERT":
            found.append(_insert(part))
        elif head in ("UPDATE", "DELETE"):
            found.append(_change(str(head), part))
    return found


def conjuncts(condition: Items) -> list[Items]:
    """What must hold for the whole to hold: the parts between AND, or nothing where an OR stands beside them."""
    if "OR" in condition:
        return []
    return _split(condition, lambda item: item == "AND")


def groups(items: Items) -> list[Group]:
    return [item for item in items if isinstance(item, Group)]


# -- statements ----------------------------------------------------------------------------------------------------


def _select(items: Items) -> Statement:
    start = _from(items)
    if start is None:
        return Statement("SELECT", items=items)
    end = _next(items, AFTER_FROM, start)
    sources = _sources(items[start + 1 : end])
    where = _clause(items, "WHERE", end)
    for source in sources:
        source.conditions += where
    return Statement("SELECT", sources, items=items)


def _change(act: str, items: Items) -> Statement:
    """`UPDATE t SET … FROM … WHERE …` or `DELETE FROM t USING … WHERE …`."""
    at = 1 if act == "UPDATE" else 2
    if act == "DELETE" and items[1] != "FROM":
        raise Unreadable("a DELETE of another shape")
    target, at = _named(items, at)
    columns: list[str] = []
    if act == "UPDATE":
        if at >= len(items) or items[at] != "SET":
            raise Unreadable("an UPDATE of another shape")
        end = _next(items, {"FROM", "WHERE", "RETURNING"}, at)
        columns = [_set_column(part) for part in _split(items[at + 1 : end], _is_comma)]
        at = end
    sources: list[Source] = []
    if at < len(items) and items[at] in ("FROM", "USING"):
        end = _next(items, {"WHERE", "RETURNING"}, at)
        sources, at = _sources(items[at + 1 : end]), end
    where = _clause(items, "WHERE", at)
    for source in [target, *sources]:
        source.conditions += where
    return Statement(act, sources, target, columns, items=items)


def _insert(items: Items) -> Statement:
    """`INSERT INTO t (columns) VALUES (…), (…)` or `… SELECT …`, and what ON CONFLICT does."""
    if items[1] != "INTO":
        raise Unreadable("INSERT OR REPLACE removes rows that nobody asked about")
    at = 3
    statement = Statement("INSERT", target=Source(str(items[2]), str(items[2]), []), items=items)
    if at < len(items) and isinstance(items[at], Group):
        statement.columns = [str(item) for item in groups(items)[0].items if item != ","]
        at += 1
    conflict = _next(items, {"CONFLICT"}, at)
    end = min(conflict - (conflict < len(items)), _next(items, {"RETURNING"}, at))
    if at < len(items) and items[at] == "VALUES":
        statement.rows = [_split(row.items, _is_comma) for row in groups(items[at:end])]
    elif at < len(items) and items[at] == "SELECT":
        query = _select(items[at:end])
        statement.sources, statement.rows = query.sources, _selected_rows(items[at:end])
    if "UPDATE" in items[conflict:]:
        begin = _next(items, {"UPDATE"}, conflict)
        end = _next(items, {"WHERE", "RETURNING"}, begin)
        setting = _split(items[begin + 2 : end], _is_comma)
        statement.upsert = [_set_column(part) for part in setting], _clause(items, "WHERE", end)
    return statement


def _selected_rows(items: Items) -> list[list[Items]]:
    """The values that an INSERT takes from a SELECT; from `(VALUES …) AS name(columns)`, row by row."""
    start = _from(items)
    selected = _split(items[1 : len(items) if start is None else start], _is_comma)
    if start is None:
        return [selected]
    values, rest = items[start + 1], items[start + 2 :]
    if not isinstance(values, Group) or not values.items or values.items[0] != "VALUES" or not groups(rest):
        return [selected]
    names = [str(item) for item in groups(rest)[0].items if item != ","]
    rows = [_split(row.items, _is_comma) for row in groups(values.items)]
    return [[row[names.index(str(one[0]))] if str(one[0]) in names else one for one in selected] for row in rows]


# -- parts ---------------------------------------------------------------------------------------------------------


def _sources(items: Items) -> list[Source]:
    """The tables of a FROM. What an ON says restricts the table it joins; in an inner join, those before it too."""
    found: list[Source] = []
    for listed in _split(items, _is_comma):
        found += _joined(listed)
    return found


def _joined(items: Items) -> list[Source]:
    found: list[Source] = []
    at = 0
    while at < len(items):
        begin, at = at, next((n for n in range(at, len(items)) if items[n] not in JOINS), len(items))
        words = {str(word) for word in items[begin:at]}
        kind = "outer" if "LEFT" in words else "full" if words & {"FULL", "RIGHT"} else "inner"
        new, at = _one_source(items, at)
        if at < len(items) and items[at] == "ON":
            end = _next(items, JOINS, at)
            on = conjuncts(items[at + 1 : end])
            for source in {"inner": [*found, *new], "outer": new, "full": ()}[kind]:
                source.conditions += on
            at = end
        found += new
    return found


def _one_source(items: Items, at: int) -> tuple[list[Source], int]:
    item = items[at]
    if not isinstance(item, Group):
        source, after = _named(items, at)
        return [source], after
    is_query = not item.items or item.items[0] in ("SELECT", "WITH", "VALUES") or SETS & set(map(str, item.items))
    return [] if is_query else _joined(item.items), _after_alias(items, at + 1)


def _named(items: Items, at: int) -> tuple[Source, int]:
    table = items[at] if at < len(items) else None
    if not isinstance(table, str):
        raise Unreadable("a table is missing")
    after = _after_alias(items, at + 1)
    alias = items[at + 2] if after >= at + 3 and items[at + 1] == "AS" else table
    return Source(table, str(alias), []), after


def _after_alias(items: Items, at: int) -> int:
    """Past `AS name`, and past the parentheses of a function or of an alias's columns."""
    if at < len(items) and isinstance(items[at], Group):
        at += 1
    if at + 1 < len(items) and items[at] == "AS":
        at += 2
        if at < len(items) and isinstance(items[at], Group):
            at += 1
    return at


def _set_column(part: Items) -> str:
    if len(part) < 2 or not isinstance(part[0], str) or part[1] != "=":
        raise Unreadable("a SET of another shape")
    return part[0].rpartition(".")[2]


def _clause(items: Items, word: str, start: int) -> list[Items]:
    at = _next(items, {word}, start)
    return conjuncts(items[at + 1 : _next(items, AFTER_FROM, at + 1)]) if at < len(items) else []


def _without_ctes(items: Items) -> Items:
    if not items or items[0] != "WITH":
        return items
    return items[_next(items, {"SELECT", "INSERT", "UPDATE", "DELETE"}, 0) :]


def _from(items: Items) -> int | None:
    """Where the FROM of a SELECT stands: not the one of IS DISTINCT FROM."""
    for at, item in enumerate(items):
        if item == "FROM" and items[at - 1] != "DISTINCT":
            return at
    return None


def _next(items: Items, words: set[str], start: int) -> int:
    return next((at for at in range(start, len(items)) if items[at] in words), len(items))


def _is_comma(item: Item) -> bool:
    return item == ","


def _split(items: Items, at: Callable[[Item], bool]) -> list[Items]:
    parts: list[list[Item]] = [[]]
    for item in items:
        if at(item):
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]
