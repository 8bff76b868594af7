"""What an act promised, and which promise it kept, told with the act instead of as entries of their own.

What was promised in a person's own words, and what the clock or a press settled, stays an entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from portal.events import kinds
from portal.events.timeline import Entry

ONE_ACT = timedelta(seconds=5)
"""Events of one verb are recorded within one transaction; so far apart they may be, by the clock."""
MADE_BY: dict[str, tuple[kinds.Kind, ...]] = {
    "acknowledge": (kinds.ROUTED, kinds.REPORTED, kinds.REOPENED, kinds.APPEALED),
    "answer": (kinds.ACKNOWLEDGED, kinds.TAKEN_UP, kinds.CUSTOMER_WROTE),
    "update": (kinds.ACKNOWLEDGED, kinds.TAKEN_UP, kinds.REPLIED),
    "remedy": (kinds.REMEDY_ACCEPTED,),
}
"""Which acts promise something by themselves."""
KEPT_BY: dict[str, tuple[kinds.Kind, ...]] = {
    "acknowledge": (kinds.ACKNOWLEDGED, kinds.TAKEN_UP, kinds.ANSWERED),
    "answer": (kinds.ANSWERED,),
    "update": (kinds.REPLIED, kinds.QUESTION_ASKED, kinds.ANSWERED),
    "remedy": (kinds.REMEDY_DELIVERED,),
}
"""Which acts keep a promise by being done."""


def folded(entries: Sequence[Entry]) -> list[Entry]:
    """The timeline (newest first), where each act carries in `told` what it promised and kept, in their order.

    The new promise of a moved one is left out: the entry of the move says both dates.
    """
    acts: dict[int, list[Entry]] = {}
    gone: set[int] = set()
    for at, entry in enumerate(entries):
        act = _act_of(entry, entries[at + 1 :])
        if act is not None:
            gone.add(entry.seq)
            if act.kind != kinds.PROMISE_MOVED.name:
                acts.setdefault(act.seq, []).insert(0, entry)
    return [
        replace(entry, told=tuple(acts[entry.seq])) if entry.seq in acts else entry
        for entry in entries
        if entry.seq not in gone
    ]


def _act_of(entry: Entry, before: Sequence[Entry]) -> Entry | None:
    """The act to which a promise made or kept belongs: of those before it in the same transaction, the nearest."""
    if entry.kind == kinds.PROMISE_MADE.name:
        acts = {each.name for each in MADE_BY.get(entry.facts.get("what", ""), ())} | {kinds.PROMISE_MOVED.name}
    elif entry.kind == kinds.PROMISE_KEPT.name:
        acts = {each.name for each in KEPT_BY.get(entry.facts.get("what", ""), ())}
    else:
        return None
    for each in before:
        if entry.at - each.at > ONE_ACT:
            return None
        if each.kind in acts and (each.kind != kinds.PROMISE_MOVED.name or _is_new_date(entry, each)):
            return each
    return None


def _is_new_date(made: Entry, moved: Entry) -> bool:
    return bool(
        made.facts.get("what") == moved.facts.get("what") and made.facts.get("due") == moved.facts.get("new_due")
    )
