"""Everything that an account holds, to take away: one archive of JSON and files, with a page that explains them.

Each case is read as its customer reads it, so that nothing goes out that its page does not show.
"""

from __future__ import annotations

import tempfile
import zipfile
from typing import IO, Any

from flask import Response as Download
from flask import g
from werkzeug.wrappers import Response

from portal.accounts import choices, keeping
from portal.accounts.routes.blueprint import blueprint, fresh, me
from portal.answers import private
from portal.cases.export import IN_MEMORY, add_case, as_json
from portal.cases.models import Case
from portal.files.web import pieces
from portal.ideas.export import ideas_of
from portal.languages import gettext as _
from tenants import factors, signing_in
from tenants.scope import Scope, db, entered

MOST = 1000
"""Cases in one archive."""


@blueprint.get("/account/export")
@fresh
def export() -> Response:
    out: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (closed with the answer)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _explained())
        archive.writestr("account.json", as_json(_account()))
        archive.writestr("ideas.json", as_json(ideas_of(g.network.id, me().id)))
        for case_id in keeping.cases_of(me().id, limit=MOST):
            with entered(Scope.customer(g.network.id, case_id=case_id)):
                case = db.session.get(Case, case_id)
                if case is not None:
                    add_case(archive, case_id, f"cases/{case.reference}/")
    out.seek(0)
    response = Download(pieces(out), mimetype="application/zip")
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


def _explained() -> str:
    lines = [
        _("This is what your account holds. The files are JSON (RFC 8259) in UTF-8; times are in UTC."),
        _("account.json: your address and name, what we may mail you, your passkeys and sessions."),
        _(
            "ideas.json: the ideas, versions, proposed changes and comments that you wrote, also those that were taken "
            "down or wait for a look (they say so), and your votes."
        ),
        _("cases: a folder for each of your cases, with its history as you see it, contacts, consents and files."),
    ]
    return "\n\n".join(lines) + "\n"
