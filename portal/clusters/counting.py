"""When so many cases are too many: the rule by which a spike is told from chance. Numbers only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

BASE = timedelta(weeks=8)
"""What the usual rate is taken from: long enough for weekdays and a holiday, short enough to follow a season."""
KNOWN = timedelta(days=7)
"""A network that is younger has no usual rate yet, so nothing in it stands out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The settings that say what a spike is (`portal/config.py`)."""

    window: timedelta
    least: int
    factor: float
    alpha: float

    @property
    def hours(self) -> int:
        return round(self.window / timedelta(hours=1))

    def stands_out(self, seen: int, usual: float) -> bool:
        """Enough cases, clearly more than usual, and hardly by chance."""
        return seen >= self.least and seen >= self.factor * usual and tail(seen, usual) < self.alpha


def tail(seen: int, usual: float) -> float:
    """How likely chance alone brings `seen` or more where `usual` are expected: P(X >= seen) of a Poisson variable.

    The smaller side is summed, so that a tiny probability is not lost in 1 - almost 1.
    """
    if seen <= 0:
        return 1.0
    if usual <= 0:
        return 0.0
    if seen <= usual:
        return 1.0 - math.fsum(_exactly(count, usual) for count in range(seen))
    total, term, count = 0.0, _exactly(seen, usual), seen
    while term > total * 1e-17:
        total += term
        count += 1
        term *= usual / count
    return total


def _exactly(count: int, usual: float) -> float:
    return math.exp(count * math.log(usual) - usual - math.lgamma(count + 1))
