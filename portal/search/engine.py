"""What the two engines have in common: the question, the answer, and what the worker does with an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from flask import current_app

from portal.search.documents import Document, Thing

if TYPE_CHECKING:
    from portal.search.models import Edition

MOST = 1000
"""Hits that a question gives at most. Facets are counted among these."""


class NotReady(RuntimeError):
    """There is no index to ask: it is being made, or it has just been found broken."""


class Busy(RuntimeError):
    """Another worker writes to the index: it is left to that one."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to find. Each group must be met by one of its words; with `any_group`, the more groups the better.

    `kind` is of what things; all of them unless said.
    `weights` say how much a word tells; they order the hits where the engine does not know better.
    `expected` is how many documents may meet it at most, if known. `since` is the smallest id of a thing (ids sort by
    time); an engine may be generous there by a week, whoever asks has the rows.
    """

    groups: tuple[tuple[str, ...], ...]
    kind: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    any_group: bool = False
    expected: int = 0
    since: int = 0
    most: int = MOST


@dataclass(frozen=True, slots=True)
class Hit:
    thing: Thing
    score: float


class Reading(Protocol):
    """An index as one reader sees it: nothing of anybody else's enters any answer."""

    def size(self) -> int:
        """How many documents this reader has, about."""

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """In how many of this reader's documents each word stands, about; 0 for none."""

    def similar(self, word: str) -> list[str]:
        """Words of this reader's documents that are a slip or two away, the closest first."""

    def find(self, question: Question) -> list[Hit]:
        """The best hits first."""


class Engine(Protocol):
    """One way of keeping an index. An *edition* is one making of it, from nothing; the newest whole one is asked."""

    name: str
    slice_size: int
    """Things that one step of making an edition takes in. The worker does nothing else meanwhile, not even stop."""

    def read(self, edition: Edition, reader: str) -> Reading:
        """The index for this reader, who must be the one that the present scope is. Raises NotReady."""

    def begin(self, edition: Edition) -> None:
        """Make room for a new edition."""

    def write(self, edition: Edition, things: Sequence[Thing], documents: Sequence[Document], position: int) -> None:
        """Put these documents in the place of all that there is of `things`, and remember `position` with them."""

    def position(self, edition: Edition) -> int:
        """The position that the edition has taken in. Raises NotReady when it cannot be used."""

    def documents(self, edition: Edition) -> int:
        """How many documents the edition holds, about. Raises NotReady when it cannot be used."""

    def finish(self, edition: Edition) -> None:
        """The edition is whole: drop what belongs to older ones."""

    def close(self) -> None:
        """Let go of what is held open, at the end of a process."""


def search_engine() -> Engine:
    """The one that this installation is configured for."""
    chosen: Engine = current_app.extensions["search"]
    return chosen
