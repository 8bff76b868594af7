"""The words and parameters of a text of SQL, as groups within groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_CAST = r"(?:::[A-Z]+(?: (?:WITH|WITHOUT) TIME ZONE| PRECISION| VARYING)?(?:\(\d+(?:, ?\d+)?\))?(?:\[\])?)*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<param>\?|%\((?P<name>\w+)\)s){_CAST}"
    r"|(?P<text>'(?:[^']|'')*')"
    r'|(?P<word>(?:\w+|"(?:[^"]|"")+")(?:\.(?:\w+|"(?:[^"]|"")+"|\*))*)'
    r"|(?P<mark>--|/\*|::|<>|(?:[<>!=|@#&~-]|%(?!\())+|.))",
    re.S,
)
Key = int | str
"""Which parameter: its position, or its name."""


class Unreadable(ValueError):
    """The text is not of a shape that SQLAlchemy writes for our statements."""


@dataclass(frozen=True)
class Param:
    key: Key

    def __str__(self) -> str:
        return "?"


@dataclass(eq=False)
class Group:
    """What stands between two parentheses, or between CASE and END."""

    items: list[Item] = field(default_factory=list)

    def __str__(self) -> str:
        return f"({' '.join(map(str, self.items))})"


Item = str | Param | Group
Items = Sequence[Item]


def tokens(sql: str) -> Iterator[str | Param]:
    position = 0
    for found in _TOKEN.finditer(sql.rstrip()):
        if found["param"]:
            yield Param(found["name"] or position)
            position += 1
        elif found["word"]:
            yield found["word"].replace('"', "")
        else:
            yield found["text"] or found["mark"]


def read(sql: str) -> Group:
    """The text as groups within groups."""
    top = Group()
    stack = [top]
    for token in tokens(sql):
        if token in ("(", "CASE"):
            stack.append(Group())
            stack[-2].items.append(stack[-1])
        elif token in (")", "END"):
            stack.pop()
            if not stack:
                raise Unreadable("a parenthesis too many")
        elif token in ("--", "/*", ";"):
            raise Unreadable(f"{token} has no place in a statement")
        else:
            stack[-1].items.append(token)
    if len(stack) != 1:
        raise Unreadable("a parenthesis is missing")
    return top
