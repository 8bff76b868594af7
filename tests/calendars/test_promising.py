from datetime import timedelta

import pytest

from portal.calendars.models import ServiceCalendar
from portal.calendars.promising import due
from portal.calendars.standard import give_standard_calendar
from tenants import clock
from tenants.models import Tenant
from tenants.scope import Scope, current, db, entered, writing

pytestmark = pytest.mark.database


def test_a_plan_within_one_working_day_and_an_answer_within_five(cast):
    with entered(cast.public):
        assert due(cast.meridian, "acknowledge", clock.now()) == clock.now() + timedelta(days=1)
        assert due(cast.meridian, "answer", clock.now()) == clock.now() + timedelta(days=7)


def test_a_business_may_promise_other_times(cast):
    table = ServiceCalendar.__table__
    with entered(Scope.system(cast.riverside)), writing():
        own = table.c.tenant_id == cast.meridian
        db.session.execute(current().update(table).where(own).values(targets={"answer": 2}))
    with entered(cast.public):
        assert due(cast.meridian, "answer", clock.now()) == clock.now() + timedelta(days=2)
        assert due(cast.harbor, "answer", clock.now()) == clock.now() + timedelta(days=7)


def test_a_plan_never_falls_due_after_the_answer_that_it_announces(cast):
    table = ServiceCalendar.__table__
    with entered(Scope.system(cast.riverside)), writing():
        own = table.c.tenant_id == cast.meridian
        times = {"acknowledge": ["days", 30], "answer": 2}
        db.session.execute(current().update(table).where(own).values(targets=times))
    with entered(cast.public):
        assert due(cast.meridian, "acknowledge", clock.now()) == due(cast.meridian, "answer", clock.now())


def test_a_business_without_a_calendar_cannot_promise(cast):
    with entered(Scope.system(cast.riverside)), writing():
        bare = Tenant(slug="bare", name={"en": "Bare"})
        db.session.add(bare)
        db.session.flush()
        bare_id = bare.id
    with entered(cast.public), pytest.raises(LookupError):
        due(bare_id, "answer", clock.now())
    give_standard_calendar(cast.riverside, bare_id, "Europe/Vienna")
    with entered(cast.public):
        assert due(bare_id, "acknowledge", clock.now()) == clock.now() + timedelta(days=1)


def test_the_standard_calendar_replaces_none(cast):
    give_standard_calendar(cast.riverside, cast.meridian, "Asia/Shanghai")
    with entered(cast.public):
        assert db.session.get_one(ServiceCalendar, cast.meridian).zone == "Europe/Vienna"
