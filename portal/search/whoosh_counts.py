"""How often words stand in the embedded index, kept for some minutes."""

from __future__ import annotations

import time


class Counts:
    """How often words were found to stand in the index: asking costs a look into each of its segments.

    They are told "about", so some minutes make no difference; that a word stands nowhere is never kept.
    """

    LONGEST = 300.0
    MOST = 200_000

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._of: tuple[str, float] = ("", 0.0)

    def belong_to(self, folder: str) -> None:
        """Forget everything that is of another edition, too old, or too much."""
        if self._of[0] != folder or time.monotonic() > self._of[1] or len(self._counts) > self.MOST:
            self._counts, self._of = {}, (folder, time.monotonic() + self.LONGEST)

    def get(self, term: str) -> int:
        return self._counts.get(term, 0)

    def update(self, found: dict[str, int]) -> None:
        self._counts.update(found)
