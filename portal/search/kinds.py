"""Every kind of thing that the index holds. To add one: a class like `cases.Cases`, and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.followers.base import Told
from portal.search.cases import Cases
from portal.search.documents import Document
from portal.search.ideas import Ideas


class Indexed(Protocol):
    """A kind of thing with so many of them that they need an index."""

    name: str

    def changed_by(self, events: Sequence[Told]) -> list[int]:
        """Ids of the things that these events say something new of."""

    def total(self) -> int:
        """How many there are."""

    def after(self, last: int, most: int) -> list[int]:
        """The next ids after `last`."""

    def documents(self, ids: Sequence[int]) -> list[Document]:
        """What each reader may see of these things now; nothing for a thing that is gone."""


KINDS: dict[str, Indexed] = {kind.name: kind for kind in (Cases(), Ideas())}
