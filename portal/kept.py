"""A bounded memory of rendered things: the least recently used go first when it is full. Safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Kept(Generic[Thing]):
    """Keeps up to `most` things and `limit` bytes in all, as their `weight` says; a limit of 0 keeps nothing."""

    def __init__(self, limit: int, most: int | None = None) -> None:
        self.limit, self._most = limit, most
        self._things: OrderedDict[Hashable, tuple[Thing, int]] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Thing | None:
        with self._lock:
            found = self._things.get(key)
            if found is None:
                return None
            self._things.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, thing: Thing, weight: int) -> None:
        """Keep a thing of `weight` bytes in the place of what was there."""
        with self._lock:
            self._remove(key)
            self._things[key] = (thing, weight)
            self._bytes += weight
            while self._things and (self._bytes > self.limit or (self._most and len(self._things) > self._most)):
                self._remove(next(iter(self._things)))

    def drop(self, key: Hashable) -> None:
        with self._lock:
            self._remove(key)

    def clear(self) -> None:
        with self._lock:
            self._things.clear()
            self._bytes = 0

    @property
    def bytes(self) -> int:
        return self._bytes

    def _remove(self, key: Hashable) -> None:
        found = self._things.pop(key, None)
        if found is not None:
            self._bytes -= found[1]
