"""Which role may do what, as one table. Verbs ask `require`; pages ask `allows` to decide what to offer."""

from __future__ import annotations

from tenants.models import Role
from tenants.scope import Scope


class Forbidden(PermissionError):
    """You may see this, but your role may not do that (403)."""


ALL = frozenset(Role)
HANDLERS = frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN})
LEADERS = frozenset({Role.MANAGER, Role.ADMIN})

ALLOWED: dict[str, frozenset[Role]] = {
    "case.read": ALL,
    "case.note": ALL,
    "case.take": HANDLERS,
    "case.acknowledge": HANDLERS,
    "case.reply": HANDLERS,
    "case.promise": HANDLERS,
    "case.answer": HANDLERS,
    "case.close": HANDLERS,
    "case.assess": HANDLERS,
    "case.remedy": HANDLERS,
    "case.split": HANDLERS,
    "case.hand_off": HANDLERS,
    "case.assign": HANDLERS,
    "case.assign_unit": LEADERS,
    "partnership.edit": LEADERS,
    "unit.edit": LEADERS,
    "case.merge": HANDLERS,
    "case.redact": HANDLERS,
    "cluster.decide": HANDLERS,
    "task.finish": LEADERS,
    "remedy.allow": LEADERS,
    "remedy.parity": LEADERS,
    "calendar.edit": LEADERS,
    "idea.propose": ALL,
    "idea.talk": ALL,
    "idea.link": ALL,
    "idea.answer": frozenset({Role.PRODUCT, Role.MANAGER, Role.ADMIN}),
    "idea.moderate": frozenset({Role.PRODUCT, Role.MANAGER, Role.ADMIN}),
    "people.manage": frozenset({Role.ADMIN}),
}


def allows(scope: Scope, act: str) -> bool:
    if scope.is_system:
        return True
    return scope.role is not None and Role(scope.role) in ALLOWED[act]


def require(scope: Scope, act: str) -> None:
    """Raise Forbidden unless the scope's role may do `act`."""
    if not allows(scope, act):
        raise Forbidden(act)
