"""Whether two copies hold the same: rows and sums of each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from portal.copies.rows import Sum, sum_of
from portal.copies.shapes import Shape


@dataclass(frozen=True)
class Compared:
    """One table on both sides."""

    table: str
    here: Sum
    there: Sum

    @property
    def is_same(self) -> bool:
        return self.here == self.there


class Differs(RuntimeError):
    """A copy is not what it was made from; `tables` are those that differ."""

    def __init__(self, compared: Sequence[Compared]) -> None:
        self.tables = [each for each in compared if not each.is_same]
        super().__init__("; ".join(_told(each) for each in self.tables))


def compared(shapes: Sequence[Shape], here: Mapping[str, Sum], there: Connection) -> Iterator[Compared]:
    """Each table as its sum says, and as it stands in a database."""
    for shape in shapes:
        yield Compared(shape.name, here[shape.name], sum_of(there, shape))


def checked(every: Sequence[Compared]) -> list[Compared]:
    """The same, if all are. Raises Differs."""
    if not all(each.is_same for each in every):
        raise Differs(every)
    return list(every)


def _told(one: Compared) -> str:
    if one.here.rows != one.there.rows:
        return f"{one.table}: {one.here.rows:,} rows became {one.there.rows:,}"
    return f"{one.table}: {one.here.rows:,} rows on both sides, with other contents"
