"""The service calendar on the desk, and as everybody sees it."""

import re
from datetime import timedelta
from html import unescape

import pytest

from portal.accounts.passwords import hashed
from portal.calendars.models import ServiceCalendar
from portal.calendars.presets import PRESETS, kept_from
from tenants import clock
from tenants.models import Membership, User
from tenants.scope import Scope, db, entered, writing
from tests.cast import WEEK
from tests.pages.conftest import PASSWORD, hidden

pytestmark = pytest.mark.database

DESK = "/desk/airport/calendar"
PUBLIC = "/businesses/airport/calendar"
TYPED = {
    "zone": "Europe/Vienna",
    **{f"day_{number}": "09:00-12:00, 13:00-17:00" for number in range(5)},
    "day_5": "",
    "day_6": "",
    "holidays": "AT",
    "closed": "2026-12-24\n2026-12-31",
    "extra": "2026-12-12",
    "acknowledge": "4",
    "acknowledge_unit": "working_hours",
    "update": "",
    "update_unit": "working_days",
    "answer": "10",
    "answer_unit": "working_days",
    "second_stage": "",
    "second_stage_unit": "working_days",
    "preset": "",
}


@pytest.fixture
def greta(signed_in):
    """The airport's manager, at her desk."""
    return signed_in("greta")


def typed(page, **changes):
    return {**TYPED, "made_from": hidden(page.text, "made_from"), **changes}


def kept(cast, tenant_id=None):
    with entered(cast.public):
        return db.session.get_one(ServiceCalendar, tenant_id or cast.airport)


def value(page, name):
    found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page.text)
    return unescape(found[1])


def chosen(page, name):
    select = re.search(rf'<select[^>]* name="{name}".*?</select>', page.text, re.DOTALL)[0]
    found = re.search(r'value="([^"]*)" selected', select)
    return found[1] if found else ""


def test_the_form_shows_what_is_kept(cast, greta):
    page = greta.get(DESK)
    assert value(page, "zone") == "Europe/Vienna" and value(page, "day_0") == "09:00-17:00"
    assert value(page, "day_6") == "" and value(page, "acknowledge") == "1" and value(page, "answer") == "5"
    assert chosen(page, "answer_unit") == "working_days" and value(page, "update") == ""
    assert 'href="/desk/airport/calendar" aria-current="page"' in page.text
    assert page.headers["Cache-Control"] == "private, no-store"


def test_kept_and_told_to_everybody(cast, greta, another):
    page = greta.follow(greta.post(DESK, typed(greta.get(DESK))))
    assert "Kept. From now on" in page.text and value(page, "day_0") == "09:00-12:00, 13:00-17:00"
    calendar = kept(cast)
    assert calendar.targets == {"acknowledge": ["working_hours", 4], "answer": ["working_days", 10]}
    assert calendar.closed == ["2026-12-24", "2026-12-31"] and calendar.extra == ["2026-12-12"]
    assert kept(cast, cast.meridian).week == WEEK
    seen = another().get(PUBLIC).text
    for words in ("4 working hours", "10 working days", "Monday to Friday", "09:00–12:00, 13:00–17:00", "Austria"):
        assert words in seen, words
    for day in ("Tuesday 8 Dec 2026", "Thursday 24 Dec 2026", "Saturday 12 Dec 2026"):
        assert day in seen, day
    assert (
        seen.count("set by the business itself") == 2 and "Source:" not in seen and "Somebody is at work now." in seen
    )


def test_what_it_means_is_shown_before_anything_is_kept(cast, greta):
    answer = greta.post(f"{DESK}/preview", typed(greta.get(DESK), acknowledge="9"))
    assert answer.status_code == 200 and "What a report sent now would be promised" in answer.text
    # Monday 10:00 in Vienna: two hours till noon, four in the afternoon, three the next morning.
    assert "tomorrow 12:00" in answer.text and "30 Nov, 10:00" in answer.text
    assert value(answer, "acknowledge") == "9" and kept(cast).week == WEEK and kept(cast).targets == {}


def test_a_plan_that_comes_after_the_answer_is_pointed_out(cast, greta):
    words = "the plan would come after the answer"
    page = greta.get(DESK)
    assert words not in page.text and words not in greta.post(f"{DESK}/preview", typed(page)).text
    late = typed(page, acknowledge="11", acknowledge_unit="working_days")
    assert words in greta.post(f"{DESK}/preview", late).text and words not in greta.get(DESK).text
    assert words in greta.post(f"{DESK}/preview", typed(page, acknowledge="4", acknowledge_unit="weeks")).text
    assert words in greta.follow(greta.post(DESK, late)).text
    assert words in greta.get(DESK).text and kept(cast).targets["acknowledge"] == ["working_days", 11]


def test_a_preset_fills_the_form_and_keeps_nothing(cast, greta, another):
    page = greta.get(DESK)
    filled = greta.post(f"{DESK}/preset", typed(page, start_from="uk-housing"))
    assert [value(filled, what) for what in ("acknowledge", "update", "answer", "second_stage")] == [
        "5",
        "",
        "10",
        "20",
    ]
    assert chosen(filled, "holidays") == "GB" and value(filled, "day_0") == TYPED["day_0"]
    assert value(filled, "preset") == "uk-housing" and "Complaint Handling Code" in filled.text
    assert kept(cast).targets == {}
    form = typed(page, acknowledge="5", acknowledge_unit="working_days", second_stage="20", preset="uk-housing")
    assert greta.post(DESK, form).status_code == 303
    assert kept(cast).targets == kept_from("uk-housing")
    seen = another().get(PUBLIC).text
    assert "Complaint Handling Code" in seen and 'href="https://www.housing-ombudsman.org.uk/' in seen
    assert seen.count("as the source says") == 3 and "set by the business itself" not in seen
    form = {**form, "made_from": hidden(greta.get(DESK).text, "made_from"), "answer": "15"}
    greta.post(DESK, form)
    seen = another().get(PUBLIC).text
    assert "the source says 10 working days" in seen and seen.count("as the source says") == 2


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.code)
def test_every_preset_can_be_kept(cast, greta, another, preset):
    filled = greta.post(f"{DESK}/preset", typed(greta.get(DESK), start_from=preset.code))
    form = {what: value(filled, what) for what in ("acknowledge", "update", "answer", "second_stage")}
    units = {f"{what}_unit": chosen(filled, f"{what}_unit") for what in form}
    page = typed(filled, **form, **units, preset=preset.code, holidays=chosen(filled, "holidays"))
    assert greta.post(f"{DESK}/preview", page).status_code == 200
    assert greta.post(DESK, page).status_code == 303
    assert kept(cast).targets == kept_from(preset.code)
    seen, given = unescape(another().get(PUBLIC).text), preset.targets().keys() - set(preset.ours)
    assert (str(preset.source) in seen) == bool(given), "a source stands only beside what it gives"
    assert seen.count("as the source says") == len(given)
    assert seen.count("set by the business itself") == len(preset.targets()) - len(given)


def test_no_preset_forgets_where_the_times_came_from(cast, greta):
    answer = greta.post(f"{DESK}/preset", typed(greta.get(DESK), start_from="", preset="uk-fca", answer="7"))
    assert value(answer, "preset") == "" and value(answer, "answer") == "7"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"day_2": "morning"}, "day_2", "“morning” is not understood"),
        ({"day_0": "17-9"}, "day_0", "ends before it begins"),
        ({"day_0": "9-13, 12-17"}, "day_0", "begins before the hours before it are over"),
        ({"day_0": "1-2,3-4,5-6,7-8,9-10,11-12,13-14"}, "day_0", "At most six"),
        ({"day_0": "9-17" + " " * 10 + "x" * 100}, "day_0", "longer than 100"),
        ({f"day_{number}": "" for number in range(7)}, "day_0", "nobody would work within two years"),
        ({"zone": "Mars/Olympus"}, "zone", "Choose a time zone"),
        ({"zone": "../../etc/passwd"}, "zone", "Choose a time zone"),
        ({"zone": ""}, "zone", "Choose a time zone"),
        ({"holidays": "XX"}, "holidays", "Choose a country"),
        ({"closed": "Christmas"}, "closed", "is no date"),
        ({"closed": "2026-02-30"}, "closed", "is no date"),
        ({"closed": "9999-12-31"}, "closed", "check the year"),
        (
            {"closed": "\n".join(f"20{year}-01-{day:02}" for year in range(20, 30) for day in range(1, 29))},
            "closed",
            "200",
        ),
        ({"extra": "2026-12-24"}, "extra", "stands among the closed days"),
        ({"answer": ""}, "answer", "Say how long"),
        ({"answer": "0"}, "answer", "whole number"),
        ({"answer": "-1"}, "answer", "whole number"),
        ({"answer": "1.5"}, "answer", "whole number"),
        ({"answer": "²"}, "answer", "whole number"),
        ({"answer": "99999999999999999999"}, "answer", "whole number"),
        ({"answer_unit": "fortnights"}, "answer", "whole number"),
        ({"answer": "25", "answer_unit": "months"}, "answer", "more than two years"),
        ({"update": "x"}, "update", "whole number"),
    ],
)
@pytest.mark.parametrize("where", ["", "/preview"])
def test_what_is_wrong_stands_beside_its_field(cast, greta, where, changes, field, words):
    answer = greta.post(DESK + where, typed(greta.get(DESK), **changes))
    assert answer.status_code == 422
    beside = re.search(rf'id="f-{field}-wrong">.*?</p>', answer.text, re.DOTALL)
    assert beside and words in beside[0]
    assert kept(cast).targets == {} and kept(cast).week == WEEK


def test_who_was_slower_is_told_and_loses_nothing(cast, greta):
    page = greta.get(DESK)
    assert greta.post(DESK, typed(page)).status_code == 303
    assert greta.post(DESK, typed(page)).status_code == 303, "a double click"
    answer = greta.post(DESK, typed(page, answer="20"))
    assert answer.status_code == 409 and "Somebody else changed this calendar" in answer.text
    assert value(answer, "answer") == "20" and kept(cast).targets["answer"] == ["working_days", 10]
    assert greta.post(DESK, typed(answer, answer="20")).status_code == 303


def test_agents_and_strangers_are_refused(cast, signed_in, another):
    ada = signed_in("ada")
    assert ada.get("/desk/meridian/").status_code == 200 and ada.token
    for path in ("", "/preview", "/preset"):
        assert ada.post(f"/desk/meridian/calendar{path}", TYPED).status_code == 403
        assert ada.post(f"{DESK}{path}", TYPED).status_code == 404
    assert ada.get("/desk/meridian/calendar").status_code == 403 and ada.get(DESK).status_code == 404
    assert "/desk/meridian/calendar" not in ada.get("/desk/meridian/").text
    assert another().get(DESK).status_code == 302
    otto = signed_in("otto", "northport.example")
    assert otto.get("/desk/northport/").status_code == 200 and otto.token
    assert otto.get(DESK).status_code == 404 and otto.post(DESK, TYPED).status_code == 404
    assert kept(cast).targets == {}


def test_a_foreign_form_is_refused(cast, greta):
    form = typed(greta.get(DESK))
    assert greta.post(DESK, form, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert greta.post(DESK, {**form, "csrf_token": "x"}).status_code == 403
    assert greta.post(DESK, {**form, "closed": "2026-12-24\0"}).status_code == 400
    assert greta.post(DESK, {**form, "tenant_id": str(cast.meridian), "network_id": "2"}).status_code == 303
    assert kept(cast, cast.meridian).targets == {}


def test_the_public_page_knows_the_businesses_of_its_network(cast, another):
    assert another().get("/businesses/northport/calendar").status_code == 404
    assert another().get("/businesses/nobody/calendar").status_code == 404
    answer = another("northport.example").get("/businesses/northport/calendar")
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert "1 working day" in answer.text and "Monday to Friday" in answer.text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-CN", ("星期一至星期五", "10 个工作日", "现在是工作时间", "奥地利")),
        ("zh-TW", ("星期一至星期五", "10 個工作天", "現在是服務時間", "奧地利")),
    ],
)
def test_in_chinese(cast, greta, another, language, words):
    greta.post(DESK, typed(greta.get(DESK)))
    page = another().get(PUBLIC, **{"Accept-Language": language}).text
    for each in words:
        assert each in page, each


def test_it_says_when_work_goes_on(cast, another, hand):
    hand.set(clock.now() + timedelta(hours=10))
    assert "Nobody is at work now. Work goes on" in another().get(PUBLIC).text


def test_the_case_page_leads_there(cast, browser, report):
    reference, _key = report()
    assert 'href="/businesses/meridian/calendar"' in browser.get(f"/cases/{reference}").text


def test_a_second_look_is_offered_the_second_stage(cast, browser, signed_in, report):
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(ServiceCalendar, cast.meridian).targets = kept_from("uk-housing")
        bob = User(network_id=cast.riverside, email="bob@example.com", name="Bob", password_hash=hashed(PASSWORD))
        db.session.add(bob)
        db.session.flush()
        db.session.add(Membership(network_id=cast.riverside, tenant_id=cast.meridian, user_id=bob.id, role="agent"))
    reference, _key = report()
    ada = signed_in("ada")
    desk = f"/desk/meridian/cases/{reference}"
    assert "2026-11-30T10:00" in ada.get(desk).text  # ten working days
    for where, form in [
        ("acknowledgement", {"plan": "We search", "due": "2026-11-30T10:00"}),
        ("answer", {"text": "It is here.", "touchpoint": "gate-b4", "category": "lost-luggage"}),
    ]:
        version = hidden(ada.get(desk).text, "version")
        assert ada.post(f"{desk}/{where}", {"version": version, **form}).status_code == 303
    for where, form in [("acceptance", {}), ("reopening", {"text": "No."})]:
        version = hidden(browser.get(f"/cases/{reference}").text, "version")
        assert browser.post(f"/cases/{reference}/{where}", {"version": version, **form}).status_code == 303
    page = signed_in("bob").get(desk).text
    assert "2026-12-14T10:00" in page and "2026-11-30T10:00" not in page  # twenty
