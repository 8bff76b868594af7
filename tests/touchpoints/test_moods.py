"""Taps at a place: one for each browser and day, counted apart from words, and read by those who may."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.cases import handling
from portal.touchpoints import tapping
from portal.touchpoints.models import DISBELIEFS, MOODS, Mood, MoodDay
from portal.touchpoints.reading import lines, sums
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.conftest import THE_DAY
from tests.play import acknowledged, answered, at_once, case_of

pytestmark = pytest.mark.database

DAY = THE_DAY.date()


def place(cast):
    return tapping.Place(cast.belt, cast.harbor)


def counted(cast, where=None):
    with entered(Scope.system(cast.riverside)):
        row = db.session.get(MoodDay, (where or cast.belt, DAY))
        return {} if row is None else {name: getattr(row, name) for name in (*MOODS, *DISBELIEFS) if getattr(row, name)}


def recounted(cast):
    """The same from the taps themselves."""
    with entered(Scope.system(cast.riverside)):
        found = {}
        for tap in db.session.scalars(select(Mood).where(Mood.touchpoint_id == cast.belt, Mood.day == DAY)):
            for name in filter(None, (tap.mood, tap.disbelief)):
                found[name] = found.get(name, 0) + 1
        return found


def tap(cast, ballot, mood):
    with entered(Scope.door(cast.riverside)):
        tapping.tap(place(cast), DAY, ballot, mood)


def say(cast, ballot, why, line=""):
    with entered(Scope.door(cast.riverside)):
        return tapping.say_why(place(cast), DAY, ballot, why, line)


def test_the_newest_tap_of_a_browser_counts(cast):
    tap(cast, "a", "good")
    tap(cast, "b", "bad")
    tap(cast, "a", "bad")
    assert counted(cast) == {"bad": 2}


def test_why_belongs_to_an_unhappy_tap(cast):
    assert say(cast, "a", "nothing_changes") is False
    tap(cast, "a", "good")
    assert say(cast, "a", "nothing_changes") is True
    assert counted(cast) == {"good": 1}
    tap(cast, "a", "bad")
    say(cast, "a", "nothing_changes")
    say(cast, "a", "did_not_know")
    assert counted(cast) == {"bad": 1, "did_not_know": 1}
    tap(cast, "a", "fair")
    assert counted(cast) == {"fair": 1}


ACTS = st.tuples(st.sampled_from("abc"), st.sampled_from([*MOODS, *DISBELIEFS]))


@given(acts=st.lists(ACTS, max_size=25))
def test_counts_are_what_the_taps_say(app, cast, acts):
    for ballot, act in acts:
        if act in MOODS:
            tap(cast, ballot, act)
        else:
            say(cast, ballot, act)
    assert counted(cast) == recounted(cast)


def test_thirty_taps_at_once_by_one_browser_count_once(app, cast):
    at_once(app, [lambda: tap(cast, "a", "bad")] * 10)
    at_once(app, [lambda number=number: tap(cast, f"x{number}", "good") for number in range(10)])
    assert counted(cast) == {"bad": 1, "good": 10} == recounted(cast)


@pytest.mark.parametrize("mood", ["", "great", "nothing_changes"])
def test_what_is_no_mood(cast, mood):
    with pytest.raises(ValueError, match=f"^{mood}$"):
        tap(cast, "a", mood)


def test_a_line_keeps_the_reason_that_was_given_before(cast):
    tap(cast, "a", "bad")
    say(cast, "a", "nothing_changes")
    say(cast, "a", "", "It smells.")
    assert counted(cast) == {"bad": 1, "nothing_changes": 1}


def test_nobody_can_be_followed_over_the_days(cast):
    tap(cast, "a", "good")
    with entered(Scope.door(cast.riverside)):
        tapping.tap(place(cast), DAY + timedelta(days=1), "a", "good")
    with entered(Scope.system(cast.riverside)):
        hashes = {tap.voter_hash for tap in db.session.scalars(select(Mood))}
    assert len(hashes) == 2


def test_lines_are_for_the_business_of_the_place(cast):
    tap(cast, "a", "bad")
    say(cast, "a", "", "It smells.")
    for scope, count in ((cast.as_hugo, 1), (cast.as_ada, 0), (cast.as_otto, 0), (cast.public, 0)):
        with entered(scope):
            assert len(lines()) == count


# -- pages -----------------------------------------------------------------------------------------------------------


def test_from_the_code_to_the_reason_in_two_taps(cast, another):
    somebody = another()
    page = somebody.get("/t/belt-3")
    assert page.status_code == 200 and "Set-Cookie" not in page.headers
    answer = somebody.post("/ballot/moods", {"place": "belt-3", "mood": "bad"})
    assert "You tapped “Bad”. Thank you." in answer.text and "what holds you back?" in answer.text
    assert answer.text.index("Send this line") < answer.text.index("nothing_changes"), "Enter sends the line alone"
    cookie = answer.headers["Set-Cookie"]
    assert "Path=/ballot" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    somebody.post(
        "/ballot/reasons", {"place": "belt-3", "disbelief": "nothing_changes", "line": "Call me: +43 660 1234567"}
    )
    day = DAY
    with entered(Scope.system(cast.riverside)):
        (kept,) = db.session.scalars(select(Mood))
        assert kept.disbelief == "nothing_changes" and "1234567" not in kept.line
        assert sums(cast.belt, day, day + timedelta(days=1)).taps == 1
    again = somebody.post("/ballot/moods", {"place": "belt-3", "mood": "good"})
    assert again.status_code == 200 and counted(cast) == {"good": 1}


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/ballot/moods", {"place": "belt-3", "mood": "great"}, 400),
        ("/ballot/moods", {"place": "nowhere", "mood": "good"}, 404),
        ("/ballot/moods", {"mood": "good"}, 404),
        ("/ballot/reasons", {"place": "belt-3", "disbelief": "because"}, 400),
    ],
)
def test_bad_taps(cast, another, path, form, status):
    assert another().post(path, form).status_code == status
    assert counted(cast) == {}


def test_few_taps_are_not_shown(cast, another):
    for number in range(4):
        tap(cast, f"x{number}", "bad")
    assert "<meter" not in another().get("/t/belt-3").text
    tap(cast, "x4", "good")
    assert "5 taps" in another().get("/t/belt-3").text


def test_what_came_of_reports_here(cast, another, hand):
    case = answered(cast, touchpoint_id=cast.gate)
    silent = acknowledged(cast, touchpoint_id=cast.gate)
    with entered(cast.as_ada):
        handling.ask(silent.case_id, case_of(cast, silent.case_id).state_version, text="Which one?", author="Ada")
    hand.set(clock.now() + handling.SILENCE + timedelta(minutes=1))
    until_idle()
    assert case_of(cast, silent.case_id).state == "closed", "without an answer: nothing came of it"
    hidden = answered(cast, touchpoint_id=cast.gate, visibility="private")
    page = another().get("/t/gate-b4").text
    assert case.reference in page and hidden.reference not in page and page.count('class="t"') == 1
    assert "It is here." in page, "what was done, not only that it ended"
    assert case.reference not in another().get("/t/belt-3").text
    assert another().get("/t/nowhere").status_code == 404


def test_sheets_and_codes(cast, another):
    pdf = another().get("/t/belt-3/sheet.pdf")
    assert pdf.data.startswith(b"%PDF-") and pdf.mimetype == "application/pdf" and len(pdf.data) < 60_000
    svg = another().get("/t/belt-3/qr.svg")
    assert svg.mimetype == "image/svg+xml" and "<path" in svg.text
    page = another().get("/t/belt-3/sheet").text
    assert "<svg" in page and re.search(r"https?://[^<]+/t/belt-3", page)


def test_the_desk_reads_its_lines(cast, signed_in):
    tap(cast, "a", "bad")
    say(cast, "a", "nothing_changes", "<b>It smells</b>")
    page = signed_in("hugo").get("/desk/harbor/places").text
    assert "&lt;b&gt;It smells" in page and "belt-3/sheet.pdf" in page
    assert "It smells" not in signed_in("ada").get("/desk/meridian/places").text
