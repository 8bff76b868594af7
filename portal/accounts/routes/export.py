"""Everything that an account holds, to take away: one archive of JSON files with a page that explains them.

Each case is read as its customer reads it, so that nothing goes out that its page does not show.
"""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from typing import Any

from flask import Response as Download
from flask import g
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal.accounts import choices, keeping
from portal.accounts.routes.blueprint import blueprint, fresh, me
from portal.answers import private
from portal.cases.models import Case, Consent, Contact
from portal.events.timeline import timeline
from portal.languages import gettext as _
from tenants import factors, signing_in
from tenants.scope import Scope, db, entered

MOST = 1000
"""Cases in one archive."""


@blueprint.get("/account/export")
@fresh
def export() -> Response:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _explained())
        archive.writestr("account.json", _json(_account()))
        for case_id in keeping.cases_of(me().id, limit=MOST):
            with entered(Scope.customer(g.network.id, case_id=case_id)):
                case = db.session.get(Case, case_id)
                if case is not None:
                    archive.writestr(f"cases/{case.reference}.json", _json(_case(case)))
    response = Download(out.getvalue(), mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=account.zip"
    return private(response)


def _account() -> dict[str, Any]:
    chosen = choices.choices_of(me().id)
    return {
        "email": me().email,
        "name": me().name,
        "mail": {"steps": chosen.steps, "broken_promises": chosen.broken, "language": chosen.locale},
        "passkeys": [
            {"name": each.name, "added": each.created_at, "used": each.used_at} for each in factors.passkeys_of(me().id)
        ],
        "sessions": [
            {"since": each.created_at, "seen": each.seen_at, "browser": each.user_agent}
            for each in signing_in.sessions_of(me().id)
        ],
        "roles": [{"business": seat.slug, "role": seat.role} for seat in g.visitor.seats],
    }


def _case(case: Case) -> dict[str, Any]:
    contacts = db.session.scalars(select(Contact).where(Contact.case_id == case.id))
    consents = db.session.scalars(select(Consent).where(Consent.case_id == case.id))
    return {
        "reference": case.reference,
        "kind": case.kind,
        "state": case.state,
        "visibility": case.visibility,
        "language": case.language,
        "reported": case.reported_at,
        "closed": case.closed_at,
        "history": [
            {"at": each.at, "kind": each.kind, "by": each.actor, "text": each.text, "facts": each.facts}
            for each in reversed(timeline(case.id))
        ],
        "contacts": [
            {"channel": each.channel, "address": each.address, "given": each.given_at, "confirmed": each.confirmed_at}
            for each in contacts
        ],
        "consents": [
            {
                "purpose": each.purpose,
                "text": each.text_version,
                "given": each.given_at,
                "withdrawn": each.withdrawn_at,
            }
            for each in consents
        ],
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _explained() -> str:
    lines = [
        _("This is what your account holds. The files are JSON (RFC 8259) in UTF-8; times are in UTC."),
        _("account.json: your address and name, what we may mail you, your passkeys and sessions."),
        _("cases: one file for each case of your account, with its history as you see it, contacts and consents."),
        _("Photos and documents are not in here; each case’s page has them."),
    ]
    return "\n\n".join(lines) + "\n"
