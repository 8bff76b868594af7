"""The part of a case's page that moves: made from the timeline and the promises, and kept by its version.

What is kept is the same for everybody of one audience, so it holds no token and no name of a reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template

from portal import languages
from portal.build import BUILD
from portal.cases.came_back import who_came_back
from portal.cases.folding import folded
from portal.cases.handling import SILENCE
from portal.cases.looks import Look, appeal_is_open, looks_of, rounds_of, since_of
from portal.cases.parts import parts_shown
from portal.cases.path import path_of
from portal.cases.promises import is_owed
from portal.cases.reading import next_of, promises_of
from portal.cases.states import OPEN
from portal.cases.titles import LONGEST_HEADING, title_of
from portal.cases.understanding import wish_of
from portal.cases.words import as_written
from portal.directory import Directory
from portal.events.timeline import Entry, timeline
from portal.files.reading import files_in
from portal.kept import Kept
from portal.languages import gettext as _
from tenants import clock, door

POLL = 20
"""Seconds between two looks of an open page."""
QUOTED = 140
"""Characters of the answer that a closed case begins with."""
ASKS = ("case.handoff.offered", "case.host.assigned")
STOPS = " ，。；、！？,.;!?"


@dataclass(frozen=True)
class CaseFacts:
    """What a page says of a case beside its row: read from its events."""

    wish: str
    happened: str
    closed_how: str | None
    answer: str
    source: dict[str, Any] | None
    question: str = ""
    """What the customer was asked last."""
    findings: tuple[Entry, ...] = ()
    """What was checked in this round, in order; else what the decision that stands rests on."""
    looks: tuple[Look, ...] = ()
    """What was checked and decided: the look that counts, and the one that was appealed against below it."""
    appealing: bool = False
    """Whether an appeal is open: there is no second answer yet."""
    since: tuple[str, datetime] | None = None
    """The state that the events lead to, and since when."""
    title: str = ""
    """The first sentence as this reader may see it: whole, where the title of the lists had to be cut."""
    covered: bool = False
    """Whether others see what was reported with personal data covered."""
    own_words: tuple[Entry, ...] = ()
    """What the customer wrote, the newest first."""
    merged_into: str | None = None
    """The public reference of the case that is worked on instead; empty when that one is private."""
    handed: bool = False
    """Whether another business was ever asked: only then can something of the customer be open to one."""


NO_FACTS = CaseFacts(wish="", happened="", closed_how=None, answer="", source=None)


@dataclass(frozen=True)
class Live:
    html: str
    facts: CaseFacts
    etag: str


def etag_of(row: Any, view: str, card: door.NetworkCard, others: int | None = None) -> str:
    """Names everything that the fragment depends on: also the day, because it says "today", and the next due time.

    The whole page of a public case also depends on how many `others` the case happened to; the fragment does not.
    """
    version = row.public_version if view == "public" else row.customer_version
    today = clock.now().astimezone(ZoneInfo(card.zone)).date()
    late = row.next_due_at is not None and clock.now() > row.next_due_at
    parts = [BUILD, languages.current().locale, view, version, card.version, f"{today:%y%m%d}"]
    parts += ["late"] if late else []
    parts += [f"{others}others"] if others is not None else []
    return '"' + "-".join(str(part) for part in parts) + '"'


def live(row: Any, view: str, card: door.NetworkCard, names: Directory) -> Live:
    """The fragment of a case for `view` (`public` or `owner`), from what is kept or made anew."""
    etag = etag_of(row, view, card)
    kept: Kept[Live] = current_app.extensions["fragments"]
    known = kept.get((row.id, etag))
    if known is None:
        known = _make(row, view, names, etag)
        kept.put((row.id, etag), known, len(known.html))
    return known


def _make(row: Any, view: str, names: Directory, etag: str) -> Live:
    entries, promises = as_written(timeline(row.id)), promises_of(row.id)
    facts, parts = facts_of(entries), parts_shown(row.id)
    way = path_of(row, entries, parts, names)
    html = render_template(
        "cases/_live.html",
        case=case_view(row, facts, names),
        next=next_of([*promises, *way.agreed]),
        way=way,
        came_back=who_came_back(entries),
        entries=folded(entries),
        businesses=names.names(),
        promises=in_order(promises),
        rounds=rounds_of(entries, promises),
        parts=parts,
        files=files_in(entries, row),
        view=view,
        newest=row.state in OPEN,
        etag=etag,
        poll=POLL if row.state in OPEN else 0,
    )
    return Live(html, facts, etag)


def facts_of(entries: list[Entry]) -> CaseFacts:
    first: dict[str, Entry] = {entry.kind: entry for entry in entries}
    reported = first.get("case.reported")
    published = first.get("case.published")
    closed = next((entry for entry in entries if entry.kind == "case.closed"), None)
    answered = next((entry for entry in entries if entry.kind == "case.answered"), None)
    looks = looks_of(entries)
    return CaseFacts(
        wish=wish_of(entries),
        happened=reported.facts.get("happened", "") if reported else "",
        closed_how=closed.facts.get("how") if closed else None,
        answer=beginning(answered.text or "") if answered else "",
        source={"name": published.facts.get("source"), "url": None} if published else None,
        question=next((entry.text or "" for entry in entries if entry.kind == "case.question.asked"), ""),
        findings=looks[0].findings if looks else (),
        looks=looks,
        appealing=appeal_is_open(entries),
        since=since_of(entries),
        title=title_of(reported.text, "", LONGEST_HEADING) if reported and reported.text else "",
        covered=bool(reported and reported.facts.get("covered")),
        own_words=tuple(entry for entry in entries if entry.actor == "customer" and entry.text),
        merged_into=_merged_into(entries),
        handed=any(entry.kind in ASKS for entry in entries),
    )


def _merged_into(entries: list[Entry]) -> str | None:
    last = next((entry for entry in entries if entry.kind in ("case.merged", "case.unmerged")), None)
    return str(last.facts.get("into", "")) if last is not None and last.kind == "case.merged" else None


def beginning(text: str) -> str:
    """The first words of a longer text, cut where a reader would pause."""
    line = " ".join(text.split())
    if len(line) <= QUOTED:
        return line
    cut = max(line.rfind(stop, QUOTED - 50, QUOTED) for stop in STOPS)
    return line[: cut if cut > 0 else QUOTED - 1].rstrip(STOPS) + "…"


def in_order(promises: Iterable[Any]) -> list[Any]:
    """What the customer still waits for, the earliest first; then what is settled, the newest first."""
    known = list(promises)
    owed = sorted((each for each in known if is_owed(each)), key=lambda each: (each.due_at, each.id))
    settled = [each for each in known if not is_owed(each)]
    return owed + sorted(settled, key=lambda each: (each.due_at, each.id), reverse=True)


def case_view(row: Any, facts: CaseFacts, names: Directory) -> dict[str, Any]:
    """What templates know as `case`."""
    place, category = names.places.get(row.touchpoint_id), names.categories.get(row.category_id)
    lead = names.businesses[row.lead_tenant_id]
    silent_since = row.waiting_since or row.answered_at
    return {
        "reference": row.reference,
        "title": facts.title or row.title or _("Text removed"),
        "covered": facts.covered,
        "public": row.visibility == "public",
        "state": row.state,
        "kind": row.kind,
        "lead": lead,
        "reported_at": row.reported_at,
        "since": facts.since[1] if facts.since and facts.since[0] == row.state else None,
        "appealing": facts.appealing,
        "where": place.name if place else None,
        "category": category.name if category else None,
        "wish": facts.wish,
        "happened": facts.happened,
        "language": row.language,
        "lang": languages.html_lang(row.language),
        "closed_how": facts.closed_how,
        "closed_at": row.closed_at,
        "closes_at": silent_since + SILENCE if silent_since else None,
        "answer": facts.answer,
        "question": facts.question,
        "waiting_since": row.waiting_since,
        "findings": facts.findings,
        "looks": facts.looks,
        "merged_into": facts.merged_into,
        "handed": facts.handed,
        "round": row.round,
        "urgent": row.customer_urgent,
        "important": row.customer_important,
        "departure_at": row.departure_at,
        "historic": row.origin == "import",
        "source": facts.source,
        "version": row.state_version,
    }
