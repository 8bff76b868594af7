"""What a customer gets once a report is filed: the page with the secret link, and the receipt to keep."""

from __future__ import annotations

from typing import Any

import segno
from flask import Response, g, make_response, render_template, request, url_for
from markupsafe import Markup

from portal.answers import secret
from portal.cases.contacts import reach_of
from portal.cases.holding import NoSuchCase
from portal.cases.live import NO_FACTS, case_view
from portal.cases.needs import Told, needs_of
from portal.cases.promises import is_owed
from portal.cases.reading import find_case, promises_of
from portal.cases.reporting import Made, Reported
from portal.cases.understanding import wish_of
from portal.cases.words import as_written
from portal.directory import directory
from portal.entrance import NEW_SESSION, keep_session, session_token
from portal.events.timeline import timeline
from portal.wording import full_text
from tenants import door
from tenants.scope import Scope, entered


def sent_page(reported: Reported) -> Response:
    """Shown once, with the secret link. The browser holds the key from now on, so its forms work at once."""
    with entered(Scope.door(g.network.id)):
        token = door.hand_in(reported.key_id, session_token())
    request.environ[NEW_SESSION] = token
    made = reported.made or _read(reported)
    row = made.row
    link = _link(reported.key)
    page = render_template(
        "cases/sent.html",
        case={**case_view(row, NO_FACTS, directory(g.network, knows_business=row.lead_tenant_id)), "wish": made.wish},
        needs=made.needs,
        link=link,
        key=reported.key,
        qr=Markup(segno.make(link, error="m", mask=2).svg_inline(omitsize=True, border=2)),  # noqa: S704 (our own SVG)
        promise=made.promise,
        reach=made.reach,
    )
    response = make_response(page, 201)
    keep_session(response, token, int(door.CUSTOMER_SESSION.total_seconds()))
    return _private(response)


def _read(reported: Reported) -> Made:
    """Of a case that had been there before, as it is now."""
    with entered(Scope.customer(g.network.id, case_id=reported.case_id)):
        row, promises = find_case(reported.reference), promises_of(reported.case_id)
        return Made(
            row=row,
            promise=next((promise for promise in promises if is_owed(promise)), None),
            needs=[Told(need.kind, need.words) for need in needs_of(reported.case_id)],
            reach=reach_of(reported.case_id),
            wish=wish_of(as_written(timeline(reported.case_id))),
        )


def receipt(key: str) -> Response:
    """A text file for whoever holds the key of a case: what was written, when, and what was promised first.

    Raises NoSuchCase when the key opens none.
    """
    with entered(Scope.door(g.network.id)):
        found = door.key(key, "case") if key else None
    if found is None:
        raise NoSuchCase("receipt")
    with entered(Scope.customer(g.network.id, case_id=found.subject_id)):
        text = render_template("cases/receipt.txt", **_receipt(find_case(found.subject)), link=_link(key))
    response = make_response(text)
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{found.subject}.txt"'
    return _private(response)


def _receipt(row: Any) -> dict[str, Any]:
    names = directory(g.network, knows_business=row.lead_tenant_id)
    entries = as_written(timeline(row.id))
    reported = next((entry for entry in entries if entry.kind == "case.reported"), None)
    first = min(promises_of(row.id), key=lambda promise: promise.id, default=None)
    return {
        "case": case_view(row, NO_FACTS, names),
        "text": (reported.text if reported else None) or "",
        "facts": reported.facts if reported else {},
        "needs": needs_of(row.id),
        "reported": full_text(row.reported_at),
        "departure": full_text(row.departure_at) if row.departure_at else "",
        "promise": first,
        "due": full_text(first.due_at) if first else "",
    }


def _link(key: str) -> str:
    return f"{request.scheme}://{request.host}{url_for('keys.land', key=key)}"


def _private(response: Response) -> Response:
    response = secret(response)
    response.headers["Cache-Control"] = "private, no-store"
    return response
