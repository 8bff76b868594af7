"""What people wrote about an idea, as its page shows it: credits, proposed changes, comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.directory import Directory
from portal.ideas.amending import ShownAmendment, amendments_of
from portal.ideas.commenting import comments_of, discussed
from portal.ideas.crediting import credits_of
from portal.ideas.revising import revisions_of
from portal.ideas.wording_diff import Piece, difference


@dataclass(frozen=True, slots=True)
class ListedAmendment:
    """An amendment with its redline (None where its words were removed) and how many comments it has."""

    shown: ShownAmendment
    pieces: Sequence[Piece] | None
    comments: int

    @property
    def waits(self) -> bool:
        return bool(self.shown.row.state == "proposed")


def talk_of(row: Any, text: Sequence[str], names: Directory) -> dict[str, Any]:
    """For the page of an idea; `text` are the paragraphs that stand."""
    counts = discussed(row.id)
    return {
        "credits": credits_of(revisions_of(row.id), names.names()),
        "amendments": [
            ListedAmendment(each, pieces_of(each.row), counts.get(each.row.id, 0))
            for each in amendments_of(row.id, text)
        ],
        "comments": comments_of(row.id),
    }


def pieces_of(one: Any) -> list[Piece] | None:
    """The redline of an amendment; None where its words were removed."""
    return None if one.before is None or one.after is None else difference(one.before, one.after)
