"""The people of a tenant: who works here as what, who is invited, and that a tenant never loses its last admin.

Inviting and accepting happen at the door, changes of roles on behalf of the tenant. Sessions need no ending: the door
reads a person's roles anew at each request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, select

from tenants import clock, door
from tenants.account_models import Invitation
from tenants.adding import added
from tenants.ids import new_id
from tenants.models import Key, Membership, Role, Tenant, User
from tenants.permissions import require
from tenants.scope import current, db, writing

LIFETIME = timedelta(days=7)
PURPOSE = "invitation"


class LastAdmin(RuntimeError):
    """A tenant keeps at least one admin (409)."""


class WorksHere(RuntimeError):
    """This person works here already (409)."""


class NoSuchPerson(LookupError):
    """Nobody of that id works here, or there is no such invitation (404)."""


@dataclass(frozen=True)
class Colleague:
    user_id: int
    name: str
    email: str
    role: str
    unit_id: int | None = None


@dataclass(frozen=True)
class Found:
    """An invitation that can still be accepted."""

    key: door.FoundKey
    id: int
    email: str
    role: str
    tenant_id: int
    business: dict[str, str]


# -- on behalf of the tenant ---------------------------------------------------------------------------------------


def colleagues() -> list[Colleague]:
    """Everybody who works for the scope's tenant, by name."""
    query = select(User, Membership.role, Membership.unit_id).join(Membership, Membership.user_id == User.id)
    here = query.where(Membership.tenant_id == current().tenant_id).order_by(User.name, User.id)
    return [Colleague(user.id, user.name, user.email, role, unit) for user, role, unit in db.session.execute(here)]


def open_invitations() -> list[Invitation]:
    """Invitations to the scope's tenant that nobody has accepted or taken back, the newest first."""
    waiting = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    here = waiting.where(Invitation.tenant_id == current().tenant_id)
    return list(db.session.scalars(here.order_by(Invitation.id.desc())))


def change_role(user_id: int, role: str) -> None:
    """Raises NoSuchPerson, and LastAdmin for the only admin."""
    require(current(), "people.manage")
    with writing():
        membership = _held(user_id, role)
        membership.role = Role(role).value


def remove(user_id: int) -> None:
    """Take a person's role here away. Raises NoSuchPerson and LastAdmin.

    The caller puts down first, in the same `writing()`, what the person holds here.
    """
    require(current(), "people.manage")
    with writing() as session:
        session.delete(_held(user_id, None))


def _held(user_id: int, becomes: str | None) -> Membership:
    """A role of this tenant under the lock of all its admins: two of them cannot remove each other."""
    everybody = select(Membership).where(Membership.tenant_id == current().tenant_id).order_by(Membership.user_id)
    members = {each.user_id: each for each in db.session.scalars(everybody.with_for_update())}
    found = members.get(user_id)
    if found is None:
        raise NoSuchPerson(user_id)
    admins = {each.user_id for each in members.values() if each.role == Role.ADMIN}
    if becomes != Role.ADMIN and admins == {user_id}:
        raise LastAdmin(user_id)
    return found


# -- at the door ---------------------------------------------------------------------------------------------------


def invite(tenant_id: int, email: str, role: str, invited_by: int) -> tuple[int, str]:
    """Invite an address (in its normal form), inside `writing()`. Returns the invitation's id and its token.

    An open invitation of the same address takes the new role, and its older link ends. Raises WorksHere.
    """
    works_here = select(Membership.user_id).join(User, User.id == Membership.user_id)
    if db.session.scalar(works_here.where(Membership.tenant_id == tenant_id, User.email == email)) is not None:
        raise WorksHere(email)
    now, query = clock.now(), _open(tenant_id).where(Invitation.email == email).with_for_update()
    found = db.session.scalars(query).one_or_none()
    if found is None:
        told = {"email": email, "role": Role(role).value, "invited_by": invited_by, "invited_at": now}
        found = Invitation(id=new_id(), tenant_id=tenant_id, **told)
        if not added(found):
            found = db.session.scalars(query).one()
    found.role, found.invited_by, found.invited_at = Role(role).value, invited_by, now
    db.session.flush()
    return found.id, _fresh_link(found.id)


def invite_again(tenant_id: int, invitation_id: int) -> tuple[Invitation, str]:
    """A fresh link for an open invitation, inside `writing()`; the older one ends. Raises NoSuchPerson."""
    found = _open_one(tenant_id, invitation_id)
    found.invited_at = clock.now()
    return found, _fresh_link(found.id)


def take_back(tenant_id: int, invitation_id: int) -> None:
    """End an open invitation, inside `writing()`. Raises NoSuchPerson."""
    found = _open_one(tenant_id, invitation_id)
    found.revoked_at = clock.now()
    _end_links(found.id)


def find(token: str) -> Found | None:
    """The invitation with this token, while it is open."""
    key = door.key(token, PURPOSE)
    if key is None:
        return None
    query = select(Invitation, Tenant.name).join(Tenant, Tenant.id == Invitation.tenant_id)
    row = db.session.execute(
        query.where(Invitation.id == key.subject_id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    invitation, business = row
    return Found(key, invitation.id, invitation.email, invitation.role, invitation.tenant_id, business)


def accept(found: Found, whose: Callable[[], int | None]) -> int | None:
    """Give the account that `whose` names its role, inside `writing()`. Returns the account.

    None when the invitation has just been used or taken back, or when there is nobody to give it to. It is used up
    before anybody is asked for: of several at once only one goes on.
    """
    if not door.use_up(found.key):
        return None
    invitation = _open_one(found.tenant_id, found.id)
    user_id = whose()
    if user_id is None:
        return None
    invitation.accepted_at = clock.now()
    if db.session.get(Membership, (found.tenant_id, user_id)) is None:
        db.session.add(Membership(tenant_id=found.tenant_id, user_id=user_id, role=found.role))
    db.session.flush()
    return user_id


def _open(tenant_id: int) -> Select[Invitation]:
    waiting = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    return waiting.where(Invitation.tenant_id == tenant_id)


def _open_one(tenant_id: int, invitation_id: int) -> Invitation:
    found = db.session.scalars(_open(tenant_id).where(Invitation.id == invitation_id).with_for_update()).one_or_none()
    if found is None:
        raise NoSuchPerson(invitation_id)
    return found


def _fresh_link(invitation_id: int) -> str:
    _end_links(invitation_id)
    return door.new_key(PURPOSE, invitation_id, "", clock.now() + LIFETIME)


def _end_links(invitation_id: int) -> None:
    keys = Key.__table__
    door.revoke((keys.c.purpose == PURPOSE) & (keys.c.subject_id == invitation_id))
