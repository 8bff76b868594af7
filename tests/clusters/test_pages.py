"""Clusters on the desk, incidents for everybody, and what is offered while somebody writes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.cases.models import Case
from portal.clusters import deciding
from portal.wording import utc_stamp
from tenants import clock
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.clusters.conftest import BELT, clusters, look
from tests.play import case_of
from tests.search.conftest import keep_up
from tests.tables import Tables

pytestmark = pytest.mark.database
DESK = "/desk/meridian/clusters"
OPEN = '<h2 id="incidents">Known incidents'


@pytest.fixture
def spike(cast: Cast, weeks, tell, tables: Tables) -> tuple[int, list[int]]:
    """A suggested cluster of Meridian's: five public cases and two private ones."""
    return tables.once("seven cases", lambda: suggested(cast, tell))


def suggested(cast: Cast, tell) -> tuple[int, list[int]]:
    ids = [
        tell(text, category_id=cast.luggage, touchpoint_id=cast.belt, visibility="private" if place > 4 else "public")
        for place, text in enumerate(BELT)
    ]
    return look()[0].id, ids


@pytest.fixture
def incident(cast: Cast, spike) -> tuple[int, list[int]]:
    with entered(cast.as_ada):
        deciding.confirm(spike[0], title="Belt 3 <stands> still")
    return spike


def test_a_person_confirms_it_and_everybody_sees_it(browser, signed_in, spike) -> None:
    cluster_id, _ids = spike
    ada = signed_in("ada")
    page = ada.get(DESK).text
    assert "7 cases in 48 hours, usually none" in page and "Clusters (1)" in page
    page = ada.get(f"{DESK}/{cluster_id}").text
    assert "What they have in common:" in page and "suitcases" in page
    assert browser.get(f"/incidents/{cluster_id}").status_code == 404
    assert "No known incident" in browser.get("/incidents").text
    assert OPEN not in browser.get("/").text
    said = ada.post(f"{DESK}/{cluster_id}/confirmation", {"title": "  Belt 3\n stands   still "})
    assert said.status_code == 303
    assert "Belt 3 stands still" in browser.get("/incidents").text
    assert OPEN in browser.get("/").text
    assert "Clusters (" not in ada.get(DESK).text


def test_the_public_sees_no_private_case_and_counts_none(cast: Cast, browser, another, incident) -> None:
    cluster_id, ids = incident
    first = case_of(cast, ids[0]).reference
    browser.get(f"/cases/{first}")
    browser.post(f"/ballot/cases/{first}/me-too")
    for page in (another().get(f"/incidents/{cluster_id}").text, another().get("/incidents").text):
        assert "6 people had this" in page and "Belt 3 &lt;stands&gt; still" in page
        assert "<stands>" not in page and "48 hours" not in page and "7 " not in re.sub(r"<[^>]+>", "", page)
    page = another().get(f"/incidents/{cluster_id}").text
    assert [case_of(cast, case_id).reference in page for case_id in ids] == [True] * 5 + [False] * 2


def told(page: str) -> str:
    """The section that says what happens next, as it is read."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.split('<section class="next', 1)[1].split("</section>", 1)[0]).split())


def test_it_began_with_the_first_public_report_and_not_with_a_private_one(cast: Cast, browser, incident, hand) -> None:
    cluster_id, ids = incident
    now = clock.now()
    times = {ids[2]: now - timedelta(hours=5), ids[6]: now - timedelta(hours=9)}
    with entered(Scope.system(cast.riverside)), writing():
        for case_id, at in times.items():
            db.session.get(Case, case_id).reported_at = at
    for page in (browser.get(f"/incidents/{cluster_id}").text, browser.get("/incidents").text):
        assert f'since <time datetime="{utc_stamp(times[ids[2]])}"' in page
        assert utc_stamp(times[ids[6]]) not in page
    page = browser.get(f"/incidents/{cluster_id}").text
    assert f'confirmed <time datetime="{utc_stamp(now)}"' in page


def test_it_leads_with_what_happens_next(cast: Cast, browser, incident, hand) -> None:
    cluster_id, ids = incident
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get(Case, ids[6]).next_due_at = clock.now() + timedelta(minutes=5)
        db.session.get(Case, ids[0]).next_due_at = clock.now() - timedelta(hours=1)
        first = min(db.session.get(Case, case_id).next_due_at for case_id in ids[1:5])
    page = browser.get(f"/incidents/{cluster_id}").text
    assert page.index("</h1>") < page.index('<section class="next') < page.index('id="cases"')
    assert "5 people had this; Meridian Air is working on it. Next promise: by" in told(page)
    assert f'data-left="{utc_stamp(first)}"' in page, (
        "of a public case and ahead, though a private one has an earlier date"
    )
    assert "Report a problem" in told(page)
    with entered(cast.as_ada):
        deciding.close(cluster_id)
    assert "5 people had this; Meridian Air says that it is over." in told(browser.get(f"/incidents/{cluster_id}").text)


def test_one_without_a_public_case_says_no_number_and_no_date(cast: Cast, browser, weeks, tell) -> None:
    for text in BELT:
        tell(text, category_id=cast.luggage, touchpoint_id=cast.belt, visibility="private")
    cluster_id = look()[0].id
    with entered(cast.as_ada):
        deciding.confirm(cluster_id, title="Belt 3 stands still")
    page = browser.get(f"/incidents/{cluster_id}").text
    assert "Meridian Air is working on it. Report a problem" in told(page)
    assert "people" not in told(page) and "promise" not in told(page)
    assert f'since <time datetime="{utc_stamp(clock.now())}"' in page, "since it was confirmed"


def test_what_is_typed_is_answered_by_the_incident_first(browser, incident) -> None:
    keep_up()
    said = browser.post("/alike", {"what": "the belt stands still and our suitcases do not come"}).text
    assert said.index("Known incident: Belt 3 &lt;stands&gt; still") < said.index("Is it one of these?")
    assert "Known incident" not in browser.post("/alike", {"what": "the coffee was cold and cost six euros"}).text
    assert "Known incident" in browser.post("/alike", {"what": "belt stands"}).text, "by its title, without a case"


def test_the_reply_is_shown_once_more_before_it_is_sent(cast: Cast, signed_in, incident) -> None:
    cluster_id, _ids = incident
    ada, form = signed_in("ada"), {"text": "It <runs> again.", "number": "0"}
    ada.get(f"{DESK}/{cluster_id}")
    asked = ada.post(f"{DESK}/{cluster_id}/replies", form)
    assert asked.status_code == 200 and "Send this to 7 cases?" in asked.text
    assert "It &lt;runs&gt; again." in asked.text and clusters()[0].replies == 0
    assert "7 of them have no plan yet: there your reply is the plan" in asked.text
    back = ada.post(f"{DESK}/{cluster_id}/replies", {**form, "sure": "1", "change": "1"})
    assert back.status_code == 200 and ">\nIt &lt;runs&gt; again.</textarea>" in back.text, "what was typed is kept"
    assert clusters()[0].replies == 0 and "One thing is missing" not in back.text
    sent = ada.post(f"{DESK}/{cluster_id}/replies", {**form, "sure": "1"})
    assert sent.status_code == 303
    page = ada.follow(sent).text
    assert "7 cases have your reply." in page and "has the last reply" in page
    again = ada.post(f"{DESK}/{cluster_id}/replies", {**form, "sure": "1"})
    assert again.status_code == 409 and "This has changed meanwhile" in again.text
    assert ada.post(f"{DESK}/{cluster_id}/replies", form).status_code == 409


def test_a_case_goes_in_and_out(cast: Cast, signed_in, incident, tell) -> None:
    cluster_id, ids = incident
    ada, other = signed_in("ada"), case_of(cast, tell(category_id=cast.luggage)).reference
    ada.get(f"{DESK}/{cluster_id}")
    assert ada.post(f"{DESK}/{cluster_id}/cases", {"reference": other}).status_code == 303
    assert other in ada.get(f"{DESK}/{cluster_id}").text
    assert ada.post(f"{DESK}/{cluster_id}/cases/{other}/removal").status_code == 303
    assert other not in ada.get(f"{DESK}/{cluster_id}").text
    ada.post(f"{DESK}/{cluster_id}/cases", {"reference": other})
    assert other in ada.get(f"{DESK}/{cluster_id}").text, "and in again"
    wrong = ada.post(f"{DESK}/{cluster_id}/cases", {"reference": "RIV-0000-0000"})
    assert wrong.status_code == 422 and "You have no case with this number." in wrong.text
    assert len(ids) == 7


def test_over_and_dismissed(browser, signed_in, incident) -> None:
    cluster_id, _ids = incident
    ada = signed_in("ada")
    ada.get(f"{DESK}/{cluster_id}")
    assert ada.post(f"{DESK}/{cluster_id}/end").status_code == 303
    assert "Over since" in browser.get("/incidents").text and OPEN not in browser.get("/").text
    assert browser.get(f"/incidents/{cluster_id}").status_code == 200
    assert ada.post(f"{DESK}/{cluster_id}/dismissal").status_code == 409
    assert ada.post(f"{DESK}/{cluster_id}/confirmation", {"title": "Again"}).status_code == 409


PATHS = ("", "/confirmation", "/dismissal", "/end", "/cases", "/cases/RIV-0000-0000/removal", "/replies")


@pytest.mark.parametrize("path", PATHS)
def test_another_business_finds_nothing(cast: Cast, signed_in, incident, path: str) -> None:
    cluster_id, ids = incident
    hugo = signed_in("hugo")
    hugo.get("/desk/harbor/clusters")
    form = {"title": "Mine", "reference": case_of(cast, ids[0]).reference, "text": "Hello", "number": "0", "sure": "1"}
    for desk in ("harbor", "meridian"):
        address = f"/desk/{desk}/clusters/{cluster_id}{path}"
        assert (hugo.post(address, form) if path else hugo.get(address)).status_code == 404
    assert (clusters()[0].title, clusters()[0].replies) == ("Belt 3 <stands> still", 0)


def test_another_network_finds_nothing(another, incident) -> None:
    assert another("northport.example").get(f"/incidents/{incident[0]}").status_code == 404
    assert "Belt 3" not in another("northport.example").get("/incidents").text


@pytest.mark.parametrize("wrong", ["0", "9223372036854775807", "9223372036854775808", "9" * 60, "x", "-1", "１"])
def test_a_number_that_is_none(browser, signed_in, cast: Cast, wrong: str) -> None:
    assert browser.get(f"/incidents/{wrong}").status_code == 404
    assert signed_in("ada").get(f"{DESK}/{wrong}").status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/confirmation", {"title": ""}, 422),
        ("/confirmation", {"title": "x" * 121}, 422),
        ("/confirmation", {"title": "a\0b"}, 400),
        ("/replies", {"text": "", "number": "0"}, 422),
        ("/replies", {"text": "x" * 5001, "number": "0"}, 422),
        ("/replies", {"text": "x", "number": "²"}, 409),
        ("/replies", {"text": "x", "number": "9" * 40, "sure": "1"}, 409),
        ("/replies", {"text": "x", "number": "0", "sure": "1", "rest": "1"}, 409),
        ("/cases", {}, 422),
        ("/cases", {"reference": "'; DROP TABLE clusters"}, 422),
        ("/cases/x/removal", {}, 404),
    ],
)
def test_bad_input(signed_in, incident, path: str, form: dict[str, str], status: int) -> None:
    ada = signed_in("ada")
    ada.get(f"{DESK}/{incident[0]}")
    assert ada.post(f"{DESK}/{incident[0]}{path}", form).status_code == status


def test_another_site_cannot_post(signed_in, spike) -> None:
    ada = signed_in("ada")
    ada.get(f"{DESK}/{spike[0]}")
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert ada.post(f"{DESK}/{spike[0]}/confirmation", {"title": "x"}, **foreign).status_code == 403
