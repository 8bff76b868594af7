"""The page of one case for the public and for its customer: what it shows, and what its customer may do there."""

from __future__ import annotations

from typing import Any

from flask import Response, g, make_response, render_template, request
from markupsafe import Markup

from portal.cases.contacts import reach_of
from portal.cases.live import Live, case_view, live
from portal.cases.needs import needs_of
from portal.cases.remedies import remedies_of
from portal.cases.second_look import in_time
from portal.cases.states import OPEN, can
from portal.cases.surveys import open_survey
from portal.directory import Directory, directory
from portal.languages import gettext as _
from tenants.scope import Kind, current


def is_owner() -> bool:
    """Whether whoever reads is the customer of the case."""
    return current().kind is Kind.CUSTOMER


def names_of(business: int | None = None) -> Directory:
    return directory(g.network, knows_business=business)


def case_page(
    row: Any,
    *,
    failed: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
    moved_on: str = "",
    others: int | None = None,
) -> Response:
    """The page; `failed` names the form that was refused, `moved_on` is said instead of what was done.

    `others` is how many others a public case happened to; None where nobody is asked.
    """
    names, owner = names_of(row.lead_tenant_id), is_owner()
    part: Live = live(row, "owner" if owner else "public", g.network, names)
    page = render_template(
        "cases/case.html",
        case=case_view(row, part.facts, names),
        live=Markup(part.html),  # noqa: S704 (rendered by our own template)
        owner=owner,
        can=possible(row) if owner else set(),
        remedies=remedies_of(row.id) if owner else [],
        others=None if owner else others,
        needs=needs_of(row.id) if owner else [],
        reach=reach_of(row.id) if owner and row.erased_at is None else None,
        survey=open_survey(row.id) if owner and row.state == "closed" else None,
        businesses=names.names(),
        failed=failed,
        mine=part.facts.own_words if owner else (),
        values=request.form,
        errors=errors or {},
        sent=moved_on or done().get(request.args.get("sent", "")),
    )
    return make_response(page, status)


def possible(row: Any) -> set[str]:
    """What the customer may do with the case as it is."""
    acts = {act for act in ("reopen", "withdraw") if can(row.state, act)}
    if row.state == "answered":
        acts.add("accept")
    if row.state in OPEN:
        acts.add("write")
    if row.outcome and row.state in ("in_progress", "answered", "closed"):
        acts.add("respond")
    if can(row.state, "appeal") and row.outcome and row.appealed_at is None and in_time(row.closed_at):
        acts.add("appeal")
    if not in_time(row.closed_at):
        acts.discard("reopen")
    acts.add("hide" if row.visibility == "public" else "publish")
    return acts


def done() -> dict[str, str]:
    """What the page says after something was done."""
    return {
        "message": _("Your message is on record."),
        "contact": _("A mail with one link is on its way. Press it, and a lost link can be sent anew."),
        "acceptance": _("Thank you. The case is closed."),
        "mobile": _("Your phone number is on record. It is never published."),
        "redacted": _("Removed. The page says that something stood here, and why it is gone."),
        "survey": _("Thank you. What you said counts."),
        "hidden": _("Your case is private now. Only you and the businesses involved can read it."),
        "published": _("Your case is public now. Everybody can read it and its answers."),
        "withdrawal": _("You have withdrawn the case. You can reopen it here."),
        "reopening": _("The case is open again. Somebody else takes it up."),
        "appeal": _("Your appeal is on record. A person who did not decide before looks at it."),
        "understood": _("Thank you. It is on record that you understood the decision."),
        "disputed": _("It is on record that you still disagree."),
        "kind": _("Thank you. We treat it as that from now on."),
        "wish": _("Thank you. This is what we understand now."),
        "needs": _("Taken back. The business does not see it any more."),
        "remedy-accepted": _("Accepted. Its delivery is a promise now, with a date."),
        "remedy-refused": _("Refused. The business can offer something else."),
    }
