"""How often the suggested topic is the one that people gave, on complaints that it was not learned from.

The labelled complaints are those about airlines (`reason`). One in five is held back, chosen by the hash of its words,
so that the same text is never on both sides; each business learns from its own, as in the portal.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from portal.search import analysis
from portal.suggesting.guessing import LIKELY, likeliest
from portal.suggesting.learning import Example, fit

HELD_BACK = 5
"""One in so many is asked and not learned from."""


def accuracy(complaints: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Sentences for the page; none where there are no labelled complaints."""
    labelled: dict[str, list[Example]] = defaultdict(list)
    labels: dict[str, int] = {}
    for row in complaints:
        if row["lang"] == "en" and row.get("reason"):
            labels.setdefault(row["reason"], len(labels))
            labelled[row["business"]].append((row["text"], labels[row["reason"]]))
    asked, right, shown, right_shown, commonest = 0, 0, 0, 0, 0
    for examples in labelled.values():
        learned, held = _split(examples)
        if not held:
            continue
        _hits, content = fit(learned)
        usual = Counter(label for _text, label in learned).most_common(1)[0][0]
        for text, label in held:
            guess, share = likeliest(text, content)
            asked, right, commonest = asked + 1, right + (guess == label), commonest + (usual == label)
            if share >= LIKELY:
                shown, right_shown = shown + 1, right_shown + (guess == label)
    if not asked:
        return ()
    return (
        f"{asked:,} held-back complaints of {len(labelled)} airlines, {len(labels)} topics: the likeliest topic is "
        f"right for {right / asked:.0%} (always naming the commonest: {commonest / asked:.0%})",
        f"shown as a suggestion, being likely enough, for {shown / asked:.0%} of them; of those "
        f"{right_shown / max(shown, 1):.0%} are right",
    )


def _split(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    learned: list[Example] = []
    held: list[Example] = []
    for text, label in examples:
        words = " ".join(analysis.words(text))
        bucket = hashlib.sha256(words.encode()).digest()[0] % HELD_BACK
        (held if bucket == 0 else learned).append((text, label))
    return learned, held
