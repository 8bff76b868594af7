"""The projection behind "what is usual here": the newest answers and settled remedies by topic, place and network.

A case counts where it belongs when this reads its event; told everything again, one whose topic was settled later moves
to that topic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from portal.cases.models import Case
from portal.cases.usual import NEWEST
from portal.cases.usual_models import UsualFigure
from portal.events import kinds
from portal.events.models import EventContent
from portal.followers.answers import first_of_their_cases
from portal.followers.base import Follower, Nature, Told
from tenants.scope import current, db

Subject = tuple[int, str, int]
"""Network, what it is about, and the id of that (0 for the network)."""


class UsualFigures(Follower):
    """Keeps durations of first answers, and kinds of accepted remedies."""

    name = "usual"
    nature = Nature.PROJECTION

    def follow(self, events: Sequence[Told]) -> None:
        answers = [event for event in events if event.kind == kinds.ANSWERED.name]
        accepted = [event for event in events if event.kind == kinds.REMEDY_ACCEPTED.name]
        if not answers and not accepted:
            return
        cases = _cases({event.case_id for event in [*answers, *accepted]})
        new: dict[Subject, dict[str, list[Any]]] = defaultdict(lambda: {"answers": [], "settled": []})
        for event in first_of_their_cases(answers):
            seconds = int((event.at - cases[event.case_id].reported_at).total_seconds())
            for subject in _subjects(cases[event.case_id]):
                new[subject]["answers"].append([int(event.at.timestamp()), max(seconds, 0)])
        remedies = _kinds_of_remedies(accepted)
        for event in accepted:
            for subject in _subjects(cases[event.case_id]) if event.event_id in remedies else ():
                new[subject]["settled"].append([int(event.at.timestamp()), remedies[event.event_id]])
        for subject, figures in sorted(new.items()):
            _add(subject, figures)

    def clear(self) -> None:
        db.session.execute(current().delete(UsualFigure.__table__))


def _subjects(case: Any) -> list[Subject]:
    known = [("category", case.category_id), ("touchpoint", case.touchpoint_id), ("network", 0)]
    return [(case.network_id, about, subject) for about, subject in known if subject is not None]


def _cases(ids: set[int]) -> dict[int, Any]:
    cases = Case.__table__
    query = current().select(
        cases.c.id, cases.c.network_id, cases.c.category_id, cases.c.touchpoint_id, cases.c.reported_at
    )
    return {row.id: row for row in db.session.execute(query.where(cases.c.id.in_(ids)))}


def _kinds_of_remedies(accepted: Sequence[Told]) -> dict[int, str]:
    """Event → kind of remedy; without those whose content has been erased."""
    if not accepted:
        return {}
    contents = EventContent.__table__
    query = current().select(contents.c.event_id, contents.c.facts)
    rows = db.session.execute(query.where(contents.c.event_id.in_({event.event_id for event in accepted})))
    return {row.event_id: str(row.facts["kind"]) for row in rows if row.facts and "kind" in row.facts}


def _add(subject: Subject, figures: dict[str, list[Any]]) -> None:
    network_id, about, subject_id = subject
    query = select(UsualFigure).where(
        UsualFigure.network_id == network_id, UsualFigure.about == about, UsualFigure.subject_id == subject_id
    )
    kept = db.session.scalars(query).one_or_none()
    if kept is None:
        kept = UsualFigure(network_id=network_id, about=about, subject_id=subject_id, answers=[], settled=[])
        db.session.add(kept)
    kept.answers = [*kept.answers, *figures["answers"]][-NEWEST:]
    kept.settled = [*kept.settled, *figures["settled"]][-NEWEST:]
    db.session.flush()
