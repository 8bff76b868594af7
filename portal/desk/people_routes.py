"""The people of a business, on its desk: who works here, inviting, changing roles, letting go. For its admins."""

from __future__ import annotations

from flask import Response, abort, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from portal import errors
from portal.answers import private
from portal.cases.models import Access
from portal.desk.page import frame
from portal.desk.routes import blueprint
from portal.followers.letters import base_url, post_secret
from portal.languages import gettext as _
from portal.languages import speaking
from portal.wording import local
from tenants import factors, people
from tenants.emails import NotAnAddress, normal_email
from tenants.ids import new_id
from tenants.models import Role
from tenants.people import LastAdmin, NoSuchPerson, WorksHere
from tenants.permissions import require
from tenants.scope import Scope, current, db, entered, writing


@blueprint.get("/<tenant>/people")
def show_people(tenant: str) -> Response:
    require(current(), "people.manage")
    return _page()


@blueprint.post("/<tenant>/people/invitations")
def invite_person(tenant: str) -> AnyResponse:
    require(current(), "people.manage")
    typed, role = request.form.get("email", ""), _role()
    try:
        email = normal_email(typed)
    except NotAnAddress:
        return _page(422, {"email": _("Please write an e-mail address, like name@example.org.")})
    try:
        with entered(_door()), writing():
            invitation_id, token = people.invite(g.seat.tenant_id, email, role, g.visitor.person.id)
            _send(invitation_id, email, role, token)
    except WorksHere:
        return _page(422, {"email": _("This person works here already. Change the role in the list.")})
    return _back("invited")


@blueprint.post("/<tenant>/people/invitations/<int:invitation>/mail")
def send_invitation_again(tenant: str, invitation: int) -> AnyResponse:
    require(current(), "people.manage")
    with entered(_door()), writing():
        found, token = people.invite_again(g.seat.tenant_id, _row_id(invitation))
        _send(found.id, found.email, found.role, token)
    return _back("invited")


@blueprint.post("/<tenant>/people/invitations/<int:invitation>/revocation")
def take_back_invitation(tenant: str, invitation: int) -> AnyResponse:
    require(current(), "people.manage")
    with entered(_door()), writing():
        people.take_back(g.seat.tenant_id, _row_id(invitation))
    return _back("revoked")


@blueprint.post("/<tenant>/people/<int:person>/role")
def change_role(tenant: str, person: int) -> AnyResponse:
    people.change_role(_row_id(person), _role())
    return _back("role")


@blueprint.post("/<tenant>/people/<int:person>/removal")
def remove_person(tenant: str, person: int) -> AnyResponse:
    """The person's cases here are put down in the same transaction: they go back to nobody, and stay in the queue."""
    require(current(), "people.manage")
    access = Access.__table__
    with writing():
        taken = current().update(access).where(access.c.assignee_id == _row_id(person))
        db.session.execute(taken.values(assignee_id=None))
        people.remove(person)
    return _back("removed")


@blueprint.errorhandler(LastAdmin)
def keep_an_admin(_error: LastAdmin) -> Response:
    return _page(409, problem=_("A business keeps at least one admin. Make somebody else an admin first."))


@blueprint.errorhandler(NoSuchPerson)
def unknown(_error: NoSuchPerson) -> AnyResponse:
    return errors.page(404)


# -- parts ---------------------------------------------------------------------------------------------------------


def _send(invitation_id: int, email: str, role: str, token: str) -> None:
    """The letter of an invitation. Its effect is another each time that it is sent, as its link is."""
    url = f"{base_url(g.network.id)}{url_for('accounts.show_invitation', token=token)}"
    with speaking(g.network.locale):
        business, site = local(g.seat.name), local(g.network.name)
        lines = [
            _("%(business)s invites you to work at its desk at %(site)s.", business=business, site=site),
            _("Open this link to accept. It works once, for %(num)s days:", num=people.LIFETIME.days),
            url,
            _("If you do not know why you get this, do nothing."),
        ]
        subject = _("Work with %(business)s", business=business)
        post_secret(f"invitation:{invitation_id}:{new_id()}", email, subject=subject, text="\n\n".join(lines) + "\n")


def _page(status: int = 200, wrong: dict[str, str] | None = None, problem: str = "") -> Response:
    everybody = people.colleagues()
    with entered(_door()):
        protected = factors.protected(each.user_id for each in everybody)
    page = render_template(
        "desk/people.html",
        **frame(),
        everybody=everybody,
        protected=protected,
        me=g.visitor.person.id,
        invitations=people.open_invitations(),
        roles=_roles(),
        values=request.form,
        errors=wrong or {},
        problem=problem,
        sent=_done().get(request.args.get("sent", "")),
    )
    return private(make_response(page, status))


def _roles() -> list[tuple[str, str]]:
    return [
        (Role.AGENT.value, _("Agent: answers cases")),
        (Role.MANAGER.value, _("Manager: also decides beyond an agent’s limits")),
        (Role.PRODUCT.value, _("Product: reads cases, reviews ideas")),
        (Role.ADMIN.value, _("Admin: also decides who works here")),
    ]


def _done() -> dict[str, str]:
    return {
        "invited": _("The invitation is on its way."),
        "revoked": _("The invitation is taken back. Its link opens nothing any more."),
        "role": _("The role is changed."),
        "removed": _("This person does not work here any more. Their cases are free to take."),
    }


def _role() -> str:
    role = request.form.get("role", "")
    if role not in set(Role):
        abort(400)
    return role


def _row_id(number: int) -> int:
    if number >= 2**63:
        abort(404)
    return number


def _door() -> Scope:
    return Scope.door(g.network.id)


def _back(done: str) -> AnyResponse:
    return redirect(url_for("desk.show_people", tenant=g.seat.slug, sent=done), 303)
