"""Everything that a case holds for its customer, to take away: JSON that machines read, and the files as they are.

Read under the customer's scope, so that nothing goes out that the case's page does not show.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select

from portal.cases.models import Case, Consent, Contact, Promise
from portal.cases.needs import needs_of
from portal.cases.remedies import remedies_of
from portal.cases.survey_models import SCORES, Survey
from portal.cases.words import as_written
from portal.events.timeline import Entry, timeline
from portal.files.reading import all_of
from portal.files.storage import ContentGone
from tenants.scope import db

OF_PROMISE = ("what", "sentence", "made_at", "due_at", "state", "settled_at", "moved_to", "reason")
OF_REMEDY = ("kind", "amount", "currency", "words", "state", "offered_at", "decided_at", "delivered_at", "proof")
IN_MEMORY = 4 * 1024 * 1024
"""Bytes of an archive that are kept in memory; a larger one goes to a temporary file."""
MOST_EVENTS = 5000


def archive_of(case_id: int, explained: str) -> IO[bytes]:
    """A zip of one case, to be read and closed. `explained` is its README, in the customer's language."""
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (whoever sends it closes it)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", explained)
        add_case(archive, case_id, "")
    out.seek(0)
    return out


def add_case(archive: zipfile.ZipFile, case_id: int, folder: str) -> None:
    """Put a case into an archive: `case.json`, and `files/` with what is still there."""
    case = db.session.get_one(Case, case_id)
    archive.writestr(f"{folder}case.json", as_json(case_data(case)))
    for each in all_of(case_id):
        try:
            with each.open() as content, archive.open(f"{folder}files/{each.name}", "w") as member:
                shutil.copyfileobj(content, member)
        except ContentGone:
            continue


def case_data(case: Case) -> dict[str, Any]:
    """The case as its customer sees it. Times are in UTC, sums in the currency's smallest unit."""
    mine = {"case_id": case.id}
    return {
        "reference": case.reference,
        "kind": case.kind,
        "state": case.state,
        "visibility": case.visibility,
        "language": case.language,
        "reported": case.reported_at,
        "closed": case.closed_at,
        "travels_on": case.departure_at,
        "urgent": case.customer_urgent,
        "important": case.customer_important,
        "outcome": case.outcome,
        "history": [_entry(each) for each in reversed(as_written(timeline(case.id, limit=MOST_EVENTS)))],
        "promises": _rows(Promise, mine, *OF_PROMISE),
        "remedies": [{name: getattr(each, name) for name in OF_REMEDY} for each in remedies_of(case.id)],
        "told_once": [{"kind": each.kind, "words": each.words} for each in needs_of(case.id)],
        "contacts": _rows(Contact, mine, "channel", "address", "given_at", "confirmed_at"),
        "consents": _rows(Consent, mine, "purpose", "text_version", "language", "given_at", "withdrawn_at"),
        "surveys": _rows(Survey, mine, "occasion", "asked_at", "answered_at", *SCORES, "back", "words"),
    }


def as_json(value: Any) -> str:
    """RFC 8259, in UTF-8, times as ISO 8601."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "number": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "by": entry.actor,
        "text": entry.text,
        "facts": entry.facts,
    }


def _rows(model: type[Any], same: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    found = db.session.scalars(select(model).filter_by(**same).order_by(model.id))
    return [{name: getattr(row, name) for name in names} for row in found]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
