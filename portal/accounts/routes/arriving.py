"""The end of every way in: a session, or the second step before it; and the cases that come to the account."""

from __future__ import annotations

from collections.abc import Callable

from flask import g, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from portal import entrance
from portal.accounts import keeping
from portal.accounts.routes.blueprint import drop_step, keep_step, local_path, on_to
from portal.cases.models import Contact
from tenants import factors, signing_in
from tenants.scope import Scope, db, entered, writing


def arrive(prove: Callable[[], int | None], next_path: str, *, strong: bool = False) -> Response | None:
    """Let in whom `prove` names, in the transaction in which it proves that. None when it names nobody.

    `strong` says that the proof counts as both: no code is asked for.
    """
    opened = None
    with writing():
        user_id = prove()
        if user_id is None:
            return None
        if not strong and factors.has_second_step(user_id):
            return _half_way(signing_in.begin_second_step(user_id), next_path)
        before = g.visitor.session_id if g.visitor else None
        opened = signing_in.open_account(user_id, user_agent=request.user_agent.string, instead_of=before)
    if opened is None:
        return None
    bring_cases(g.network.id, user_id)
    response = redirect(on_to(next_path, opened.works_here), 303)
    entrance.keep_session(response, opened.token, int(opened.lifetime.total_seconds()))
    drop_step(response)
    return response


def _half_way(token: str, next_path: str) -> Response:
    response = redirect(url_for("accounts.ask_code", next=local_path(next_path) or None), 303)
    keep_step(response, token, signing_in.SECOND_STEP)
    return response


def bring_cases(network_id: int, user_id: int) -> None:
    """Put the cases into an account whose confirmed contact is the account's own confirmed address."""
    with entered(Scope.customer(network_id, person_id=user_id)):
        found = set(db.session.scalars(select(Contact.case_id).distinct().limit(500)))
    with entered(Scope.door(network_id)):
        missing = found - set(keeping.cases_of(user_id, limit=100_000)) if found else set()
        if not missing:
            return
        with writing():
            for case_id, reference in keeping.references_of(sorted(missing)).items():
                keeping.keep(user_id, case_id, reference)
