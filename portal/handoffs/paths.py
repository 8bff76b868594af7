"""Who may be asked for a part of a case, or for the whole of it: nobody twice, one at a time, and nobody once it came
back too often."""

from __future__ import annotations

from collections.abc import Sequence

from portal.cases.models import Case
from portal.handoffs.legs import host_decides
from portal.handoffs.models import AnyLeg
from portal.handoffs.states import LIVE

OFFERED_IN = {
    "assist": ("acknowledged", "in_progress", "waiting_for_customer"),
    "transfer": ("received", "acknowledged", "in_progress"),
}
"""The states of a case in which it may be handed on: help comes after a plan; what is not ours may pass before."""


class AlreadyOnPath(ValueError):
    """It has had this part before (422): only the host, or inside a business a manager, may send it there again."""


class HostDecides(RuntimeError):
    """It came back too often, or too late: the host, or a manager, says who takes it (409)."""


class AlreadyAsked(RuntimeError):
    """Somebody is being waited for with this part already (409)."""


class NothingToDecide(RuntimeError):
    """It has not come back often enough, or it has been decided (409)."""


def check_path(case: Case, before: Sequence[AnyLeg], to_id: int, has_it: int | None) -> None:
    """Nobody gets again what it has had, and one is asked at a time. `before` are hand-offs of one kind.

    `has_it` is who has the case now. Raises AlreadyAsked, HostDecides or AlreadyOnPath.
    """
    if any(each.state in LIVE and (each.part_id or each.state == "offered") for each in before):
        raise AlreadyAsked(case.reference)
    if host_decides(before):
        raise HostDecides(case.reference)
    had = {each.asked_id for each in before if each.state != "withdrawn"} | {each.giver_id for each in before}
    if to_id in had | {has_it}:
        raise AlreadyOnPath(case.reference)
