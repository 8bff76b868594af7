"""What people wrote about an idea, as its page shows it: credits, proposed changes, comments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal.directory import Directory
from portal.events import kinds
from portal.events.timeline import Entry
from portal.ideas.amending import ShownAmendment, amendments_of
from portal.ideas.commenting import comments_of, discussed
from portal.ideas.crediting import credits_of
from portal.ideas.wording_diff import Piece, difference


@dataclass(frozen=True, slots=True)
class ListedAmendment:
    """An amendment with its redline (None where its words were removed) and how many comments it has.

    `refused_by` is the business whose team did not take it in; None where its author did not, as for all others.
    """

    shown: ShownAmendment
    pieces: Sequence[Piece] | None
    comments: int
    refused_by: int | None

    @property
    def waits(self) -> bool:
        return bool(self.shown.row.state == "proposed")


def talk_of(
    row: Any, text: Sequence[str], revisions: Sequence[Any], entries: Sequence[Entry], names: Directory
) -> dict[str, Any]:
    """For the page of an idea; `text` are the paragraphs that stand, `entries` its history."""
    amendments, refused = amendments_of(row.id, text), _refused(entries)
    counts = discussed(row.id) if amendments and row.comments else {}
    return {
        "author": (revisions[0].credit or "") if revisions else "",
        "credits": credits_of(revisions, names.names()),
        "amendments": [
            ListedAmendment(each, pieces_of(each.row), counts.get(each.row.id, 0), refused.get(str(each.row.id)))
            for each in amendments
        ],
        "comments": comments_of(row.id) if row.comments else [],
    }


def pieces_of(one: Any) -> list[Piece] | None:
    """The redline of an amendment; None where its words were removed."""
    return None if one.before is None or one.after is None else difference(one.before, one.after)


def _refused(entries: Sequence[Entry]) -> dict[str, int | None]:
    """Which business did not take an amendment in, by the amendment's number."""
    declined = [each for each in entries if each.kind == kinds.AMENDMENT_DECLINED.name]
    return {each.facts["amendment"]: each.tenant_id for each in declined if "amendment" in each.facts}
