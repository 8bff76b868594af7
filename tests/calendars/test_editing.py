"""Editing a service calendar: what is understood of typed hours, and what may be kept, by whom."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.calendars import editing
from portal.calendars.editing import (
    Changed,
    Draft,
    EndsFirst,
    NotHours,
    Overlap,
    TooFar,
    TooMany,
    edit,
    fingerprint,
    meaning,
    own,
    spans_typed,
)
from portal.calendars.models import ServiceCalendar
from portal.calendars.presets import kept_from
from portal.calendars.promising import due, target
from portal.calendars.targets import Target
from portal.calendars.working_time import NeverWorks
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import WEEK
from tests.play import at_once, promises_of, reported

LUNCH = [[["09:00", "12:00"], ["13:00", "17:00"]]] * 5 + [[], []]
DRAFT = Draft("Europe/Vienna", LUNCH, "AT", ["2026-12-24"], ["2026-12-12"], kept_from("uk-housing"))


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("", []),
        ("  , ;", []),
        ("09:00-17:00", [["09:00", "17:00"]]),
        ("9-17", [["09:00", "17:00"]]),
        ("9.30–12, 13:00 — 17.15", [["09:30", "12:00"], ["13:00", "17:15"]]),
        ("13-17, 9-12", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("９：００－１２：００，１３：００～１７：００", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("9:00至12:00、13:00到17:00", [["09:00", "12:00"], ["13:00", "17:00"]]),
        ("9 to 5:30; 6-7", None),
        ("0-24", [["00:00", "24:00"]]),
        ("٩-١٧", [["09:00", "17:00"]]),
        ("22:00-24:00\n0:00-6:00", [["00:00", "06:00"], ["22:00", "24:00"]]),
        ("9-12,12-13", [["09:00", "12:00"], ["12:00", "13:00"]]),
    ],
)
def test_hours_as_people_type_them(typed, spans):
    if spans is None:
        with pytest.raises(EndsFirst):
            spans_typed(typed)
    else:
        assert spans_typed(typed) == spans


@pytest.mark.parametrize(
    ("typed", "kind", "piece"),
    [
        ("morning", NotHours, "morning"),
        ("9-12, later", NotHours, "later"),
        ("9:60-12", NotHours, "9:60-12"),
        ("25-26", NotHours, "25-26"),
        ("24:01-24:02", NotHours, "24:01-24:02"),
        ("9", NotHours, "9"),
        ("17-9", EndsFirst, "17-9"),
        ("9-9", EndsFirst, "9-9"),
        ("22-6", EndsFirst, "22-6"),
        ("9-13, 12-17", Overlap, "12:00-17:00"),
        ("9-17, 9-12", Overlap, "09:00-17:00"),
        (",".join(f"{hour}-{hour + 1}" for hour in range(7)), TooMany, None),
    ],
)
def test_hours_that_are_none(typed, kind, piece):
    with pytest.raises(NotHours) as problem:
        spans_typed(typed)
    assert type(problem.value) is kind
    assert piece is None or problem.value.piece == piece


def test_zones_are_places_and_utc():
    assert {"UTC", "Europe/Vienna", "Asia/Shanghai", "America/Argentina/Ushuaia"} <= set(editing.zones())
    assert not {"localtime", "Factory", "Etc/GMT+5", "US/Eastern", "", "../../etc/passwd"} & set(editing.zones())


def made_from():
    return fingerprint(own())


@pytest.mark.database
def test_a_manager_keeps_a_calendar_and_only_promises_to_come_follow_it(cast):
    case = reported(cast)
    before = promises_of(cast, case.case_id)["acknowledge"].due_at
    boss = Scope.staff(cast.riverside, cast.meridian, cast.ada, "manager")
    with entered(boss):
        edit(DRAFT, made_from())
    with entered(cast.public):
        assert due(cast.meridian, "acknowledge", clock.now()) == clock.now() + timedelta(days=7)
        assert target(cast.meridian, "second_stage") == Target(20)
        assert target(cast.meridian, "update") is None
        kept = db.session.get_one(ServiceCalendar, cast.meridian)
        assert kept.week == LUNCH and kept.closed == ["2026-12-24"] and kept.holidays == "AT"
        assert db.session.get_one(ServiceCalendar, cast.harbor).week == WEEK
    assert promises_of(cast, case.case_id)["acknowledge"].due_at == before
    later = reported(cast)
    assert promises_of(cast, later.case_id)["acknowledge"].due_at == clock.now() + timedelta(days=7)


@pytest.mark.database
@pytest.mark.parametrize("role", ["agent", "product"])
def test_only_managers_and_admins_edit(cast, role):
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.ada, role)):
        with pytest.raises(Forbidden):
            edit(DRAFT, made_from())
        assert own().week == WEEK


@pytest.mark.database
def test_nobody_edits_without_a_business(cast):
    for scope in (cast.public, Scope.customer(cast.riverside, person_id=cast.ada)):
        with entered(scope), pytest.raises(Forbidden):
            edit(DRAFT, "")


@pytest.mark.database
def test_a_calendar_that_never_works_is_refused(cast):
    boss = Scope.staff(cast.riverside, cast.airport, cast.greta, "admin")
    with entered(boss):
        with pytest.raises(NeverWorks):
            edit(replace(DRAFT, week=[[]] * 7), made_from())
        with pytest.raises(NeverWorks):
            meaning(replace(DRAFT, week=[[]] * 7, extra=["2026-12-12"]), clock.now())
        assert own().week == WEEK


@pytest.mark.parametrize(
    ("what", "kept"),
    [("answer", ["weeks", 105]), ("update", ["months", 1000]), ("second_stage", ["working_days", 1000])],
)
def test_nobody_waits_for_years(what, kept):
    with pytest.raises(TooFar) as problem:
        meaning(replace(DRAFT, targets={**DRAFT.targets, what: kept}), clock.now())
    assert problem.value.what == what


def test_hours_that_a_thin_week_never_adds_up_to():
    thin = [[["09:00", "09:01"]], *[[]] * 6]
    with pytest.raises(TooFar):
        meaning(replace(DRAFT, week=thin, targets={"answer": ["working_hours", 40]}), clock.now())


@pytest.mark.database
def test_who_was_slower_is_told(cast):
    with entered(cast.as_greta):
        seen = made_from()
        edit(DRAFT, seen)
        edit(DRAFT, seen)  # a double click keeps the same thing twice
        with pytest.raises(Changed):
            edit(replace(DRAFT, zone="Europe/London"), seen)
        assert own().zone == "Europe/Vienna"
        edit(replace(DRAFT, zone="Europe/London"), made_from())
        assert own().zone == "Europe/London"


@pytest.mark.database
def test_of_two_at_once_one_is_told(app, cast):
    with entered(cast.as_greta):
        seen = made_from()

    def move_to(zone):
        def go():
            with entered(cast.as_greta):
                edit(replace(DRAFT, zone=zone), seen)

        return go

    ends = at_once(app, [move_to("Europe/London"), move_to("Asia/Tokyo")])
    assert sorted(type(end).__name__ for end in ends) == ["Changed", "NoneType"]


@pytest.mark.database
def test_a_business_without_a_calendar_gets_its_first(cast):
    with entered(Scope.system(cast.riverside)), writing():
        table = ServiceCalendar.__table__
        db.session.execute(current().delete(table).where(table.c.tenant_id == cast.airport))
    with entered(cast.as_greta):
        assert own() is None
        edit(DRAFT, "")
        assert own().zone == "Europe/Vienna"
    with entered(cast.public):
        assert db.session.get_one(ServiceCalendar, cast.meridian).week == WEEK
