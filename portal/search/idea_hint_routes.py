"""Ideas like what is being typed, for whoever proposes one. It belongs to the ballot's blueprint.

A POST, because what people write belongs in no address and no log. The answer is the same for everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, make_response, render_template, request

from portal.answers import private
from portal.ballots import blueprint
from portal.forms import clean
from portal.search.idea_offering import ideas_like
from portal.search.likeness import LONGEST


@blueprint.app_template_global()
def ideas_like_typed(values: Mapping[str, Any]) -> list[Any]:
    """Public ideas like what stands in the form of a proposal."""
    return ideas_like(g.network, _typed(values))


@blueprint.post("/ideas/alike")
def ideas_alike() -> Response:
    """While somebody types."""
    found = ideas_like(g.network, _typed(request.form))
    return private(make_response(render_template("ideas/_alike.html", ideas=found)))


def _typed(values: Mapping[str, Any]) -> str:
    return "\n".join(clean(values.get(name)) for name in ("title", "text"))[:LONGEST]
