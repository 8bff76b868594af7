"""The page on which words of an idea are removed: one's own, or any by the team that answers it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template
from sqlalchemy import or_

from portal.answers import private
from portal.events.timeline import Entry, timeline_of_idea
from portal.ideas.models import Idea
from portal.ideas.page import names_of
from portal.ideas.redaction import WHOLE, WITH_FREE_FACTS
from portal.ideas.revising import revisions_of
from portal.ideas.talk_models import IdeaAmendment, IdeaComment
from portal.ideas.voices import Voice
from portal.ideas.writing import Place
from portal.languages import gettext as _
from portal.languages import html_lang
from tenants.scope import current, db

MOST = 300


@dataclass(frozen=True)
class Words:
    """Versions, amendments, comments, and entries of the history, whose words somebody may remove."""

    versions: Sequence[Any]
    amendments: Sequence[Any]
    comments: Sequence[Any]
    entries: Sequence[Entry] = ()


def of_voice(row: Any, voice: Voice) -> Words:
    """What this person wrote, as far as it is there."""
    return Words(
        [each for each in _versions(row) if voice.wrote(row.id, each.author_id, each.author_hash)],
        [each for each in _rows(IdeaAmendment, row) if voice.wrote(row.id, each.person_id, each.voter_hash)],
        [each for each in _rows(IdeaComment, row) if voice.wrote(row.id, each.person_id, each.voter_hash)],
    )


def of_all(row: Idea) -> Words:
    """Everything, for the team."""
    others = [each for each in timeline_of_idea(row.id) if each.kind not in WHOLE]
    told = [each for each in others if each.text or (each.kind in WITH_FREE_FACTS and each.facts)]
    return Words(_versions(row), _rows(IdeaAmendment, row), _rows(IdeaComment, row), told)


def page(row: Any, place: Place, words: Words, *, sent: str = "", **more: Any) -> Response:
    done = {
        "removed": _("Removed. The history says that something stood here, and why it is gone."),
        "hidden": _("Taken down. Only your team sees it now."),
        "shown": _("Everybody reads it again."),
        "published": _("Published. Everybody reads it, with its history."),
    }
    page = render_template(
        "ideas/words.html",
        **place.frame,
        layout=place.layout,
        place=place,
        idea=row,
        lang=html_lang(row.language),
        words=words,
        businesses=names_of(row.tenant_id).names(),
        notice=done.get(sent, ""),
        **more,
    )
    return private(make_response(page))


def _versions(row: Any) -> list[Any]:
    return [each for each in revisions_of(row.id) if each.removed_at is None][::-1]


def _rows(model: Any, row: Any) -> list[Any]:
    table = model.__table__
    words = ("text",) if model is IdeaComment else ("before", "after", "why", "reason", "credit")
    left = or_(*(table.c[name].is_not(None) for name in words))
    query = current().select(table).where(table.c.idea_id == row.id, left)
    return list(db.session.execute(query.order_by(table.c.id.desc()).limit(MOST)))
