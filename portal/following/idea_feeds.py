"""Feeds of ideas for other programs, as Atom (RFC 4287): all ideas, the roadmap, what was done, and one idea.

They hold what everybody may read and nothing else, whoever asks. They belong to the blueprint of following.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from portal.answers import revalidated
from portal.directory import directory
from portal.events import kinds
from portal.events.models import Event, EventContent
from portal.events.timeline import timeline_of_idea
from portal.followers.letters import base_url
from portal.following.routes import blueprint
from portal.ideas.models import Idea
from portal.ideas.reading import find_idea
from portal.kept_notes import kept_while_unchanged
from portal.languages import gettext as _
from tenants.scope import Scope, current, db, entered

MOST = 50
NEW = (kinds.IDEA_PROPOSED, kinds.IDEA_MOVED, kinds.IDEA_SHIPPED)
PLANNED = (kinds.IDEA_SCHEDULED, kinds.IDEA_PROMISE_MADE, kinds.IDEA_PROMISE_KEPT, kinds.IDEA_PROMISE_BROKEN)
ROADMAP = (*PLANNED, kinds.IDEA_PROMISE_MOVED)
DONE = (kinds.IDEA_SHIPPED, kinds.IDEA_FELL_SHORT)
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold at all, however they are written."""


@dataclass(frozen=True)
class Told:
    """One entry of a feed."""

    reference: str
    seq: int
    at: datetime
    title: str
    author: str
    text: str


@blueprint.get("/ideas/feed.atom")
@kept_while_unchanged()
def ideas_feed() -> AnyResponse:
    """New ideas, and what businesses say to them."""
    return _feed("/ideas", _("Ideas"), lambda: _newest(NEW))


@blueprint.get("/roadmap/feed.atom")
@kept_while_unchanged()
def roadmap_feed() -> AnyResponse:
    """What is planned when, and the promises that go with it."""
    return _feed("/roadmap", _("Roadmap"), lambda: _newest(ROADMAP))


@blueprint.get("/changelog/feed.atom")
@kept_while_unchanged()
def changelog_feed() -> AnyResponse:
    """What was done."""
    return _feed("/changelog", _("What was done"), lambda: _newest(DONE))


@blueprint.get("/ideas/<reference>/feed.atom")
@kept_while_unchanged()
def idea_feed(reference: str) -> AnyResponse:
    """What happens to one idea. One that is not public has no feed."""
    with entered(Scope.public(g.network.id)):
        row = find_idea(reference)
        title = f"{row.reference}: {row.title or _('Text removed')}"
    return _feed(f"/ideas/{row.reference}", title, lambda: _of_one(row))


def _feed(path: str, title: str, read: Any) -> AnyResponse:
    with entered(Scope.door(g.network.id)):
        base = base_url(g.network.id)
    with entered(Scope.public(g.network.id)):
        entries: list[Told] = read()
        page = render_template("following/idea_feed.xml", path=path, title=_xml(title), entries=entries, base=base)
    response: Response = make_response(page)
    response.headers["Content-Type"] = "application/atom+xml; charset=utf-8"
    # Named by what it says: words that were removed leave it, though nothing new has happened.
    return revalidated(response, f'"{hashlib.sha256(page.encode()).hexdigest()[:32]}"')


def _newest(named: tuple[kinds.Kind, ...]) -> list[Told]:
    """Of each kind the newest walk its own part of an index; together they are cut to one feed."""
    events, contents, ideas = Event.__table__, EventContent.__table__, Idea.__table__
    tables = events.join(contents, contents.c.event_id == events.c.id).join(ideas, ideas.c.id == events.c.idea_id)
    rows: list[Any] = []
    for kind in named:
        query = current().select(
            events.c.id, events.c.case_seq, events.c.at, events.c.kind, events.c.tenant_id, contents.c.text,
            contents.c.facts, ideas.c.reference, ideas.c.title,
        )  # fmt: skip
        query = query.select_from(tables).where(events.c.idea_id.is_not(None), events.c.kind == kind.name)
        query = query.where(events.c.network_id == g.network.id)
        rows += db.session.execute(query.order_by(events.c.id.desc()).limit(MOST))
    businesses = directory(g.network).names()
    rows = sorted(rows, key=lambda row: row.id, reverse=True)[:MOST]
    return [_told(row, row.reference, row.case_seq, f"{_title(row)}: {row.title or ''}", businesses) for row in rows]


def _of_one(row: Any) -> list[Told]:
    businesses = directory(g.network, knows_business=row.tenant_id).names()
    entries = timeline_of_idea(row.id, limit=MOST)
    return [_told(entry, row.reference, entry.seq, _title(entry), businesses) for entry in entries]


def _told(row: Any, reference: str, seq: int, title: str, businesses: Any) -> Told:
    author = businesses.get(row.tenant_id) or (row.facts or {}).get("by") or _("Somebody")
    return Told(reference, seq, row.at, _xml(title), _xml(author), _xml(row.text or ""))


def _title(row: Any) -> str:
    """What a feed calls what happened."""
    facts = row.facts or {}
    steps = {
        "review": _("Under review"),
        "plan": _("Planned, with an answer"),
        "start": _("Work has begun"),
        "decline": _("Declined, with a reason"),
        "reopen": _("Taken up again"),
        "update": _("How it stands"),
    }
    if row.kind == kinds.IDEA_MOVED.name:
        return steps.get(facts.get("act", ""), _("An answer"))
    return _titles().get(row.kind, _("Something happened"))


def _titles() -> dict[str, str]:
    return {
        "idea.proposed": _("A new idea"),
        "idea.revised": _("A new version"),
        "idea.commented": _("A comment"),
        "idea.shipped": _("Done"),
        "idea.fell_short": _("Complaints have not fallen"),
        "idea.scheduled": _("Moved on the roadmap"),
        "idea.promise.made": _("A promise was made"),
        "idea.promise.kept": _("A promise was kept"),
        "idea.promise.broken": _("A promise was broken"),
        "idea.promise.moved": _("A promise was moved"),
        "idea.merged": _("Merged into another idea"),
        "idea.unmerged": _("Stands for itself again"),
        "idea.part.asked": _("A business was asked for its part"),
        "idea.part.moved": _("A business answered for its part"),
    }


def _xml(text: str) -> str:
    return _NO_XML.sub("", text)
