"""What a text of SQL must satisfy under a kind of scope: the work that the guard does once for each text.

The rule of a table is taken from its class, written as SQL for the name that the table has in the statement, and
looked for beside it. It must stand there whole, joined by AND, with parameters where the scope's values belong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, literal_column, select

from tenants.narrowing import IDS, written_rule
from tenants.registry import owned, owners
from tenants.scope import ForeignWrite, Scope
from tenants.sql_text import Source, Statement, statements
from tenants.sql_tokens import Group, Items, Key, Param, Unreadable, read


class Unscoped(PermissionError):
    """A statement on an owned table that no scope has narrowed."""


Comparison = tuple[Key, str | None, Any, type[Exception]]
"""A parameter; the scope's value that it must equal, by name, or a constant; and the error if it does not."""

_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass
class Plan:
    """What to compare, whenever this text is sent under a scope of this shape."""

    about: str
    comparisons: list[list[list[Comparison]]] = field(default_factory=list)
    """Of each entry one alternative must hold whole: a rule's text may stand there twice, with other values."""
    writes: list[str] = field(default_factory=list)
    unproven: str | None = None
    """The table of an UPDATE or DELETE that does not carry its rule: only a flush may do that."""


@dataclass(frozen=True)
class Rule:
    """One conjunct of a table's rule: its text, and the value of each parameter in it."""

    text: str
    values: tuple[tuple[str | None, Any], ...]


def tables_in(sql: str) -> frozenset[str]:
    """Names of mapped tables that occur anywhere in the text, in whatever case."""
    return frozenset(word.lower() for word in _WORD.findall(sql)) & owners().keys()


def work_out(sql: str, scope: Scope, dialect: Dialect) -> Plan:
    """The plan of a text. Raises Unscoped where no parameter could make it right."""
    about = ", ".join(sorted(tables_in(sql)))
    reader = _Reader(Plan(about), scope, dialect)
    try:
        top = read(sql)
        reader.walk(top.items)
    except (Unreadable, IndexError) as problem:
        raise Unscoped(f"a statement on {about} that cannot be read: {problem}") from None
    if reader.understood != _mentions(top.items):
        raise Unscoped(f"one of {about} stands where no rule was looked for")
    return reader.plan


class _Reader:
    def __init__(self, plan: Plan, scope: Scope, dialect: Dialect) -> None:
        self.plan, self.scope, self.dialect = plan, scope, dialect
        self.understood = 0
        """How often a table's name stood where we looked for its rule."""
        self.settled: set[int] = set()
        """Groups that are part of a rule, and need none themselves."""

    def walk(self, items: Items) -> None:
        for statement in statements(items):
            self._check(statement)
        for item in items:
            if isinstance(item, Group) and id(item) not in self.settled:
                self.walk(item.items)

    def _check(self, statement: Statement) -> None:
        self.understood += _locked(statement)
        for source in statement.sources:
            if self._is_known(source) and not self._proved(source.table, source.name, source.conditions):
                raise Unscoped(f"{source.name} is read without the rule of {source.table}")
        target = statement.target
        if target is None or not self._is_known(target):
            return
        self.plan.writes.append(target.table)
        if statement.act == "INSERT":
            self._check_insert(statement, target.table)
        elif not self._proved(target.table, target.name, target.conditions, to_change=True):
            if len(self.plan.writes) > 1 or statement.sources:
                raise Unscoped(f"{target.table} is changed without its rule")
            self.plan.unproven = target.table
        if statement.act == "UPDATE":
            self._refuse_new_owner(target.table, statement.columns)

    def _is_known(self, source: Source) -> bool:
        if source.table.lower() not in owners():
            return False
        if source.table not in owners():
            raise Unscoped(f"{source.table} is spelled in another case than the table")
        self.understood += 1
        return True

    # -- reading ---------------------------------------------------------------------------------------------------

    def _proved(self, table: str, name: str, conditions: list[Items], *, to_change: bool = False) -> bool:
        """Whether the whole rule stands among the conditions; what to compare is noted."""
        if self.scope.everywhere or table not in owned():
            return True
        standing: dict[str, list[Items]] = {}
        for condition in conditions:
            standing.setdefault(_text(condition), []).append(condition)
        for rule in _rules(table, name, to_change, self.scope, self.dialect):
            if rule.text not in standing:
                return False
            alternatives: list[list[Comparison]] = []
            for condition in standing[rule.text]:
                self._settle(condition)
                pairs = zip(_params(condition), rule.values, strict=True)
                alternatives.append([(key, attribute, value, Unscoped) for key, (attribute, value) in pairs])
            self.plan.comparisons.append(alternatives)
        return True

    def _settle(self, items: Items) -> None:
        for item in items:
            if isinstance(item, Group) and id(item) not in self.settled:
                self.settled.add(id(item))
                self.understood += _mentions(item.items)

    # -- writing ---------------------------------------------------------------------------------------------------

    def _check_insert(self, statement: Statement, table: str) -> None:
        owner = owners()[table]
        for column, name in self.scope.stamped_by(owner).items():
            if column not in statement.columns or not statement.rows:
                raise ForeignWrite(f"a row of {table} without its {column}")
            at = statement.columns.index(column)
            for row in statement.rows:
                self._stamped(row[at] if at < len(row) else (), column, name, table)
        if statement.upsert is not None:
            columns, conditions = statement.upsert
            self._refuse_new_owner(table, columns)
            if not self._proved(table, table, conditions, to_change=True):
                raise Unscoped(f"ON CONFLICT would change rows of {table} without its rule")

    def _stamped(self, value: Items, column: str, name: str, table: str) -> None:
        if len(value) != 1 or not isinstance(value[0], Param):
            raise ForeignWrite(f"{column} of a row of {table} is not the scope's own")
        self.plan.comparisons.append([[(value[0].key, name, None, ForeignWrite)]])

    def _refuse_new_owner(self, table: str, columns: list[str]) -> None:
        if not self.scope.everywhere and (moved := set(columns) & set(owners()[table].stamped)):
            raise ForeignWrite(f"{', '.join(sorted(moved))} of {table} never changes")


_written: dict[tuple[Any, ...], tuple[Rule, ...]] = {}
KEPT_RULES = 4096


def _rules(table: str, name: str, to_change: bool, scope: Scope, dialect: Dialect) -> tuple[Rule, ...]:
    """The rule of a table under the name it has in a statement: many statements call a table by the same name."""
    key = (table, name, to_change, scope.shape, dialect.name)
    rules = _written.get(key)
    if rules is None:
        rules = _write_out(table, name, to_change, scope, dialect)
        if len(_written) >= KEPT_RULES:
            _written.clear()
        _written[key] = rules
    return rules


def _write_out(table: str, name: str, to_change: bool, scope: Scope, dialect: Dialect) -> tuple[Rule, ...]:
    """The rule as SQL, conjunct by conjunct."""
    row = owned()[table].__table__
    row = row if name == table else row.alias(name)
    always: ColumnElement[Any] = literal_column("'rule'")
    rule = written_rule(row, scope, to_change=to_change)
    query: Select[Any] = select(always).select_from(row).where(always, rule)
    compiled = query.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    names = compiled.positiontup if compiled.positional else None
    (statement,) = statements(read(str(compiled)).items)
    values = {value: attribute for attribute, value in IDS.items()}
    rules = []
    for condition in statement.sources[0].conditions[1:]:
        given = [compiled.params[names[key] if names else key] for key in _params(condition)]
        rules.append(Rule(_text(condition), tuple((values.get(value), value) for value in given)))
    return tuple(rules)


def _text(items: Items) -> str:
    return " ".join(map(str, items))


def _params(items: Items) -> list[Any]:
    found: list[Any] = []
    for item in items:
        if isinstance(item, Param):
            found.append(item.key)
        elif isinstance(item, Group):
            found += _params(item.items)
    return found


def _mentions(items: Items) -> int:
    """How often the name of a mapped table stands by itself, not before the name of a column."""
    count = 0
    for item in items:
        if isinstance(item, Group):
            count += _mentions(item.items)
        elif isinstance(item, str) and not item.startswith("'"):
            count += item.rpartition(".")[2].lower() in owners()
    return count


def _locked(statement: Statement) -> int:
    """Names that stand after FOR UPDATE OF."""
    items = statement.items
    if statement.act != "SELECT" or "OF" not in items:
        return 0
    return _mentions(items[list(items).index("OF") + 1 :])
