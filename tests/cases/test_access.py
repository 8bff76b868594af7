"""Which business sees a case follows the case, whoever changed it; what is personal does not follow by itself."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.cases import handling
from portal.cases.holding import held
from portal.cases.models import Access, Contact
from portal.cases.need_models import Need
from portal.cases.needs import Told
from portal.cases.promises import NEVER
from portal.events import kinds
from portal.events.kinds import Audience
from portal.events.record import record
from portal.events.timeline import timeline
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.play import SOON, acknowledged, answered, case_of, lead_to, reported

pytestmark = pytest.mark.database


def access_of(cast, case_id):
    with entered(Scope.system(cast.riverside)):
        return {row.tenant_id: row for row in db.session.scalars(select(Access).where(Access.case_id == case_id))}


def assist(cast, case_id, tenant_id, **more):
    with entered(Scope.system(cast.riverside)), writing():
        values = {"level": "assist", "next_due_at": clock.now(), **more}
        db.session.add(Access(case_id=case_id, tenant_id=tenant_id, **values))


def test_queues_of_all_businesses_follow_what_one_of_them_does(cast):
    made = reported(cast)
    assist(cast, made.case_id, cast.harbor)
    by = clock.now() + SOON
    with entered(cast.as_ada):
        handling.acknowledge(made.case_id, 1, plan="We look for it.", answer_by=by, author="Ada")
    rows = access_of(cast, made.case_id)
    assert rows[cast.harbor].next_due_at == rows[cast.meridian].next_due_at == by
    assert rows[cast.harbor].is_open and rows[cast.meridian].is_open
    with entered(cast.as_ada):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Ada")
    assert {row.next_due_at for row in access_of(cast, made.case_id).values()} == {NEVER}
    with entered(cast.as_ada):
        handling.close(made.case_id, case_of(cast, made.case_id).state_version)
    assert not any(row.is_open for row in access_of(cast, made.case_id).values())


def test_a_new_lead_sees_nothing_personal_by_that_alone(cast):
    made = acknowledged(cast, address="nia@example.com", channel="email", needs=(Told("help", "A wheelchair"),))
    lead_to(cast, made.case_id, cast.airport)
    rows = access_of(cast, made.case_id)
    assert (rows[cast.meridian].level, rows[cast.airport].level) == ("past", "lead")
    assert rows[cast.airport].is_open and not rows[cast.meridian].is_open
    assert rows[cast.airport].next_due_at == case_of(cast, made.case_id).next_due_at
    for reader in (cast.as_ada, cast.as_greta):
        with entered(reader):
            assert list(db.session.scalars(select(Contact))) == list(db.session.scalars(select(Need))) == []
            assert not any(entry.audience == "customer" for entry in timeline(made.case_id))
    with entered(cast.as_greta):
        assert any(entry.kind == "case.acknowledged" for entry in timeline(made.case_id))


@pytest.mark.parametrize("level", ["lead", "assist", "past"])
@pytest.mark.parametrize("opened", ["sees_words", "sees_email", "sees_mobile", None])
def test_each_column_opens_one_thing(cast, level, opened):
    made = answered(cast, address="nia@example.com", channel="email", needs=(Told("help", "A wheelchair"),))
    if level == "lead":
        lead_to(cast, made.case_id, cast.harbor)
    else:
        assist(cast, made.case_id, cast.harbor)
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(Contact(id=1, case_id=made.case_id, channel="mobile", address="+431", given_at=clock.now()))
        access = Access.__table__
        values = {"level": level, **({opened: True} if opened else {})}
        hers = (access.c.case_id == made.case_id) & (access.c.tenant_id == cast.harbor)
        db.session.execute(current().update(access).where(hers).values(values))
    with entered(cast.as_hugo):
        seen = {contact.channel for contact in db.session.scalars(select(Contact))}
        words = any(entry.audience == "customer" for entry in timeline(made.case_id))
        told = bool(db.session.scalars(select(Need)).all())
    works = level != "past"
    assert seen == ({opened.removeprefix("sees_")} & {"email", "mobile"} if opened and works else set())
    assert words is told is (works and opened == "sees_words")


def test_a_new_lead_may_still_say_something_to_the_customer_alone(cast):
    made = acknowledged(cast)
    lead_to(cast, made.case_id, cast.airport)
    with entered(cast.as_greta), held(made.case_id) as case:
        record(case, kinds.REPLIED, text="Only to you.", audience=Audience.CUSTOMER)
    with entered(cast.customer(made.case_id)):
        assert timeline(made.case_id)[0].text == "Only to you."


def test_no_case_has_two_leads(cast):
    made = reported(cast)
    with pytest.raises(IntegrityError):
        assist(cast, made.case_id, cast.harbor, level="lead")
