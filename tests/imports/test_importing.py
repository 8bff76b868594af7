from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from portal.calendars.models import ServiceCalendar
from portal.cases.directory_models import Category
from portal.cases.models import Consent
from portal.events.models import Timer
from portal.followers.models import Delivery
from portal.imports.directory import slug_of
from portal.imports.models import ImportedLine
from portal.worker.main import until_idle
from tenants.models import Tenant
from tenants.scope import Scope, db, entered
from tests.imports.lines import a_line, cases, count
from tests.play import history, promises_of
from tests.worker.invariants import check_all, rows

pytestmark = pytest.mark.database


# -- historic ------------------------------------------------------------------------------------------------------


def test_a_historic_line_becomes_a_closed_case_that_promises_nothing(cast, bring):
    assert bring(a_line(text=" Cafe\u0301 closed. ", at="2015-02-17T12:00:00+01:00")) == (1, 0, {})
    [case] = cases(cast)
    at = datetime(2015, 2, 17, 11, 0, tzinfo=UTC)
    assert (case.state, case.origin, case.visibility, case.language) == ("closed", "import", "public", "en")
    assert (case.lead_tenant_id, case.category_id, case.reported_at) == (cast.meridian, cast.delay, at)
    told, published = history(cast, case.id, cast.public)
    assert told.text == "Café closed." and published.facts == {"source": "paper", "source_id": "1", "language": "en"}
    assert promises_of(cast, case.id) == {}
    until_idle()
    assert count(Timer, Delivery, Consent) == [0, 0, 0]
    check_all()


def test_without_a_reason_it_has_no_category(cast, bring):
    assert bring(a_line(reason=None), a_line(reason="")) == (2, 0, {})
    assert [case.category_id for case in cases(cast)] == [None, None]


def test_a_time_without_an_offset_is_that_of_the_network(cast, bring):
    bring(a_line(at="2015-07-01"))
    assert cases(cast)[0].reported_at == datetime(2015, 6, 30, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": ""}, "no text"),
        ({"text": "  \n "}, "no text"),
        ({"text": "x" * 10_001}, "text is longer than 10000 characters"),
        ({"lang": "de"}, "the portal does not speak 'de'"),
        ({"lang": None}, "no language"),
        ({"business": "Acme"}, "there is no business 'Acme'"),
        ({"business": None}, "no business"),
        ({"business": "x" * 121}, "business is longer than 120 characters"),
        ({"reason": "Noise"}, "there is no category 'Noise'"),
        ({"touchpoint": "gate-99"}, "there is no touchpoint 'gate-99'"),
        ({"source": ""}, "no source: a historic case says where it was published"),
        ({"at": "yesterday"}, "not a date and time in ISO 8601: 'yesterday'"),
        ({"at": "2999-01-01"}, "not a time between 2000 and now: '2999-01-01'"),
        ({"at": "0001-01-01T00:00+14:00"}, "not a date and time in ISO 8601: '0001-01-01T00:00+14:00'"),
    ],
)
def test_what_is_refused_is_said_and_leaves_nothing(cast, bring, change, reason):
    before = count(Tenant, Category)
    assert bring(a_line(), a_line(**change), a_line()) == (2, 0, {2: reason})
    assert len(cases(cast)) == 2 and count(Tenant, Category) == before
    [line] = [line for line in rows(ImportedLine, "line") if line.refused]
    assert (line.line, line.case_id, line.refused) == (2, None, reason)


def test_ten_thousand_characters_are_not_too_many(cast, bring):
    assert bring(a_line(text="x" * 10_000)) == (1, 0, {})


def test_names_are_found_by_slug_and_name_in_any_writing(cast, bring):
    names = ["meridian", "MERIDIAN", "Meridian  Air", " meridian air ", "Ｍeridian Air"]
    assert bring(*(a_line(business=name, reason="lost-luggage") for name in names)) == (5, 0, {})
    assert {case.lead_tenant_id for case in cases(cast)} == {cast.meridian}


def test_two_businesses_of_one_name_are_not_guessed_between(cast, bring):
    from tenants.scope import current, writing

    table = Tenant.__table__
    with entered(Scope.system(cast.riverside)), writing():
        same = current().update(table).where(table.c.id == cast.harbor).values(name={"en": "Meridian Air"})
        db.session.execute(same)
    assert bring(a_line()) == (0, 0, {1: "more than one business is called 'Meridian Air'"})


def test_missing_businesses_and_categories_are_made_once(cast, bring):
    lines = [a_line(business=name, reason=why) for name, why in
             [("Acme Food", "Cold"), ("acme food", "COLD"), ("食物", "太慢"), ("食物", None)]]  # fmt: skip
    assert bring(*lines, create=True) == (4, 0, {})
    with entered(Scope.system(cast.riverside)):
        made = db.session.scalars(select(Tenant).where(Tenant.id > cast.elsewhere)).all()
        assert {tenant.slug for tenant in made} == {"acme-food", slug_of("食物", "business", set())}
        assert {tenant.name["en"] for tenant in made} == {"Acme Food", "食物"}
        assert all(db.session.get(ServiceCalendar, tenant.id) for tenant in made)
        assert db.session.scalar(select(func.count()).select_from(Category)) == 4
    assert [case.category_id for case in cases(cast)].count(None) == 1
    assert bring(*lines, a_line(business="ACME food"), create=True) == (5, 0, {})
    assert count(Tenant) == [6]


def test_a_line_that_is_refused_makes_no_business(cast, bring):
    assert bring(a_line(text="", business="Acme"), create=True)[2] == {1: "no text"}
    assert count(Tenant) == [4]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("US Airways", "us-airways"),
        ("Can't Tell", "cant-tell"),
        ("Café Zürich", "cafe-zurich"),
        ("taken", "business-"),
        ("7-Eleven", "business-"),
        ("A", "business-"),
        ("外卖", "business-"),
        ("--", "business-"),
        ("x" * 99, "x" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_slugs(name, slug):
    from tenants.administration import SLUG

    found = slug_of(name, "business", {"taken"})
    assert SLUG.fullmatch(found)
    assert found.startswith(slug) and (slug == "business-" or found == slug)


# -- live ----------------------------------------------------------------------------------------------------------


def test_a_live_line_is_a_report_with_a_promise(cast, bring):
    line = a_line(business="", reason="lost-luggage", wish="My bag", at="last Tuesday", touchpoint="belt-3")
    assert bring(line, historic=False) == (1, 0, {})
    [case] = cases(cast)
    assert (case.state, case.origin, case.visibility, case.lead_tenant_id) == (
        "received", "phone", "private", cast.meridian,
    )  # fmt: skip
    assert promises_of(cast, case.id)["acknowledge"].state == "due"
    assert history(cast, case.id)[0].facts["happened"] == "last Tuesday"
    assert count(Timer, Consent) == [1, 0]


def test_a_live_line_may_be_public_and_may_name_its_business(cast, bring):
    assert bring(a_line(business="harbor", visibility="public"), historic=False) == (1, 0, {})
    [case] = cases(cast)
    assert (case.visibility, case.lead_tenant_id) == ("public", cast.harbor)
    routed = next(entry for entry in history(cast, case.id) if entry.kind == "case.routed")
    assert routed.facts["because"] == "named" and count(Consent) == [1]


def test_a_visibility_that_is_neither(cast, bring):
    assert bring(a_line(visibility="secret"), historic=False)[2] == {
        1: "visibility is neither public nor private: 'secret'"
    }


def test_a_business_that_cannot_promise_refuses_the_line_and_leaves_nothing(cast, bring):
    from tenants.scope import writing

    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(Tenant(slug="bare", name={"en": "Bare"}))
    imported, _before, refused = bring(a_line(business="bare"), a_line(), historic=False)
    assert imported == 1 and "has no service calendar" in refused[1]
    assert len(cases(cast)) == 1
    until_idle()
    check_all()


def test_a_language_for_lines_that_name_none(cast, bring):
    assert bring(a_line(lang=None), a_line(lang="zh", text="行李"), language="en") == (2, 0, {})
    assert sorted(case.language for case in cases(cast)) == ["en", "zh_Hans"]
