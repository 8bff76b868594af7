"""Agreements between two businesses: proposed by one of them or by the host, accepted by both, ended by either."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from portal.calendars.targets import Target
from portal.cases.directory_models import Category
from portal.cases.models import Case
from portal.events.record import set_timer
from portal.handoffs.models import FIELDS, MODES, Partnership
from tenants import clock
from tenants.ids import new_id
from tenants.models import Tenant
from tenants.permissions import Forbidden, require
from tenants.scope import current, db, writing

ENDED = "partnership.ended"
"""The timer that gives back what is under way under an agreement that has ended."""


class NoSuchPartnership(LookupError):
    """There is none, or it is between others (404)."""


class PartnershipMoved(RuntimeError):
    """It has been accepted or ended meanwhile (409). Nothing was written."""


class NotAnAgreement(ValueError):
    """Terms that nobody can keep (422): `field` names what is wrong."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.field = what


class AlreadyAgreed(ValueError):
    """The two have an agreement, or a proposal, in this direction (409). It has to end before another begins."""


@dataclass(frozen=True)
class Terms:
    """Who may ask whom for what, and how fast the answerer is, by its own service calendar."""

    asker_id: int
    answerer_id: int
    modes: tuple[str, ...]
    accept_within: Target
    answer_within: Target
    topics: tuple[int, ...] = ()
    auto_accept: bool = False
    passes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Mode → those of FIELDS that may pass, if the customer agrees."""


def propose(terms: Terms) -> int:
    """Propose an agreement, as one of the two or as the host. Raises NotAnAgreement, AlreadyAgreed or Forbidden."""
    scope = current()
    require(scope, "partnership.edit")
    two = (terms.asker_id, terms.answerer_id)
    if scope.tenant_id not in two and not is_host(scope.tenant_id):
        raise Forbidden("an agreement of others")
    _check(terms)
    with writing():
        if agreement_between(*two) is not None:
            raise AlreadyAgreed(two)
        made = Partnership(
            id=new_id(),
            network_id=scope.network_id,
            asker_id=terms.asker_id,
            answerer_id=terms.answerer_id,
            proposer_id=scope.tenant_id,
            state="proposed",
            modes=[mode for mode in MODES if mode in terms.modes],
            topics=sorted(set(terms.topics)),
            accept_within=terms.accept_within.kept(),
            answer_within=terms.answer_within.kept(),
            auto_accept=terms.auto_accept,
            passes={mode: sorted(terms.passes.get(mode, ())) for mode in MODES},
            agreed_by=[scope.tenant_id] if scope.tenant_id in two else [],
            proposed_at=clock.now(),
        )
        db.session.add(made)
        db.session.flush()
        return made.id


def agree(partnership_id: int) -> None:
    """Accept a proposal; it holds from the moment on in which both have. Raises PartnershipMoved."""
    scope = current()
    require(scope, "partnership.edit")
    with writing():
        one = _held(partnership_id)
        if scope.tenant_id not in (one.asker_id, one.answerer_id):
            raise Forbidden("an agreement of others")
        if one.state != "proposed" or scope.tenant_id in one.agreed_by:
            raise PartnershipMoved(one.state)
        one.agreed_by = sorted({*one.agreed_by, scope.tenant_id})
        if set(one.agreed_by) == {one.asker_id, one.answerer_id}:
            one.state, one.accepted_at = "accepted", clock.now()


def end(partnership_id: int) -> None:
    """End it, or refuse what was proposed. What is under way is frozen now, and given back by the worker."""
    scope = current()
    require(scope, "partnership.edit")
    with writing():
        one = _held(partnership_id)
        if scope.tenant_id not in (one.asker_id, one.answerer_id, one.proposer_id):
            raise Forbidden("an agreement of others")
        if one.state == "ended":
            raise PartnershipMoved(one.state)
        was_accepted = one.state == "accepted"
        one.state, one.ended_at = "ended", clock.now()
        if was_accepted:
            set_timer(one.network_id, ENDED, one.id, clock.now())


def agreement_between(asker_id: int, answerer_id: int) -> Partnership | None:
    """What the two have agreed on or proposed, in this direction; None when there is nothing, or it has ended."""
    query = select(Partnership).where(
        Partnership.asker_id == asker_id, Partnership.answerer_id == answerer_id, Partnership.state != "ended"
    )
    return db.session.scalars(query).one_or_none()


def partners_for(case: Case | Any) -> Sequence[Partnership]:
    """The agreements by which the lead of a case may ask somebody, those that name its topic first."""
    query = select(Partnership).where(Partnership.asker_id == case.lead_tenant_id, Partnership.state == "accepted")
    found = [each for each in db.session.scalars(query.order_by(Partnership.id)) if covers(each, case.category_id)]
    return sorted(found, key=lambda each: not each.topics)


def covers(one: Partnership, category_id: int | None) -> bool:
    """Whether an agreement is about cases of this topic."""
    return not one.topics or category_id in one.topics


def partnerships() -> Sequence[Partnership]:
    """All that the present business is part of, and for the host all of the network: the newest first."""
    return db.session.scalars(select(Partnership).order_by(Partnership.id.desc())).all()


def is_host(tenant_id: int | None) -> bool:
    return tenant_id is not None and db.session.scalar(select(Tenant.id).where(Tenant.is_host)) == tenant_id


def _held(partnership_id: int) -> Partnership:
    query = select(Partnership).where(Partnership.id == partnership_id).with_for_update()
    one = db.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if one is None:
        raise NoSuchPartnership(partnership_id)
    return one


def _check(terms: Terms) -> None:
    tenants = select(Tenant.id).where(or_(Tenant.id == terms.asker_id, Tenant.id == terms.answerer_id))
    if terms.asker_id == terms.answerer_id or len(db.session.scalars(tenants).all()) != 2:
        raise NotAnAgreement("partner")
    if not terms.modes or not set(terms.modes) <= set(MODES):
        raise NotAnAgreement("modes")
    if not all(set(fields) <= set(FIELDS) for fields in terms.passes.values()):
        raise NotAnAgreement("passes")
    known = set(db.session.scalars(select(Category.id).where(Category.id.in_(terms.topics))))
    if known != set(terms.topics):
        raise NotAnAgreement("topics")
