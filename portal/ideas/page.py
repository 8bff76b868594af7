"""The page of one idea: what it shows, put together from what each part of the slice reads."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, render_template

from portal.directory import Directory, directory
from portal.events.timeline import timeline_of_idea
from portal.ideas.behind_reading import public_behind, without_runs
from portal.ideas.reading import by_ids, solutions_of
from portal.ideas.revising import revisions_of, standing_among
from portal.ideas.states import OPEN
from portal.ideas.talk import talk_of
from portal.ideas.team_page import team_parts
from portal.languages import html_lang


def names_of(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def idea_page(row: Any, *, status: int = 200, notice: str = "", tone: str = "") -> Response:
    """The page as the present scope may read it."""
    names = names_of(row.tenant_id)
    revisions, entries = revisions_of(row.id), timeline_of_idea(row.id)
    text = standing_among(revisions, row)
    page = render_template(
        "ideas/idea.html",
        idea=row,
        text=text,
        lang=html_lang(row.language),
        business=names.businesses[row.tenant_id],
        place=names.places.get(row.touchpoint_id) if row.touchpoint_id else None,
        topic=names.categories.get(row.category_id) if row.category_id else None,
        problem=next(iter(by_ids([row.problem_id], names)), None) if row.problem_id else None,
        solutions=solutions_of(row.id, names) if row.kind == "problem" else [],
        rivals=[each for each in solutions_of(row.problem_id, names) if each.id != row.id] if row.problem_id else [],
        merged_into=next(iter(by_ids([row.merged_into_id], names)), None) if row.merged_into_id else None,
        behind=public_behind(g.network.id, row.id, names) if row.evidence else None,
        entries=without_runs(entries),
        businesses=names.names(),
        takes_votes=row.state in OPEN and row.merged_into_id is None,
        **talk_of(row, text, revisions, entries, names),
        **team_parts(row, names, entries),
        notice=notice,
        tone=tone,
    )
    return make_response(page, status)
