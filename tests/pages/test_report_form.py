"""The report form: pointing out personal data, kinds, needs, departure, what is usual, and the receipt."""

import re
from datetime import timedelta

import pytest
from flask import render_template
from sqlalchemy import func, select

from portal.cases.masking import BLOCK
from portal.cases.models import Case, Consent
from portal.cases.need_models import Need
from portal.cases.usual_models import UsualFigure
from portal.events.models import EventContent
from tenants import clock
from tenants.scope import Scope, db, entered, writing
from tests.pages.conftest import hidden

pytestmark = pytest.mark.database

PHONE = "+43 660 1234567"


def typed(browser, **changes):
    page = browser.get("/report").text
    return {
        "nonce": hidden(page, "nonce"),
        "what": f"My suitcase did not arrive. Call {PHONE}.",
        "visibility": "public",
        "language": "en",
        "category": "lost-luggage",
        **changes,
    }


def case():
    with entered(Scope.system()):
        return db.session.scalars(select(Case)).one()


def cases():
    with entered(Scope.system()):
        return db.session.scalar(select(func.count()).select_from(Case))


def reference_in(answer):
    return re.search(r"RIV-\w{4}-\w{4}", answer.text)[0]


# -- pointing out ----------------------------------------------------------------------------------------------------


def test_personal_data_is_pointed_out_first_and_covered_when_it_is_sent(browser, another):
    form = typed(browser, wish="Mail ada@example.com", happened="Flight MD 512")
    shown = browser.post("/cases", form)
    assert shown.status_code == 422 and cases() == 0
    assert "The public will not see: " in shown.text and "The business that answers you" in shown.text
    assert f"Call {BLOCK}." in shown.text and f"Mail {BLOCK}" in shown.text
    assert "The public will not see: phone number, e-mail address</h2>" in shown.text
    assert f">\nMy suitcase did not arrive. Call {PHONE}.</textarea>" in shown.text, "what was typed is kept"
    sent = browser.post("/cases", {**form, **again(shown)})
    assert sent.status_code == 201 and cases() == 1
    reference = reference_in(sent)
    page = another().get(f"/cases/{reference}").text
    assert PHONE not in page and "ada@example.com" not in page and BLOCK in page and "MD 512" in page
    assert PHONE in browser.get(f"/cases/{reference}").text, "the customer keeps seeing what they wrote"


def again(shown):
    return {"nonce": hidden(shown.text, "nonce"), "reviewed": hidden(shown.text, "reviewed")}


def test_a_double_press_after_the_review_makes_one_case(browser, another):
    form = typed(browser)
    form = {**form, **again(browser.post("/cases", form))}
    first, second = another().post("/cases", form), another().post("/cases", form)
    assert (first.status_code, second.status_code) == (201, 201) and cases() == 1


def test_only_what_is_new_is_pointed_out_again(browser):
    form = typed(browser)
    form = {**form, **again(browser.post("/cases", form))}
    more = browser.post("/cases", {**form, "what": form["what"] + " Or +43 660 7654321."})
    assert more.status_code == 422 and cases() == 0
    fewer = browser.post("/cases", {**form, "what": "My suitcase did not arrive."})
    assert fewer.status_code == 201


def test_without_personal_data_nothing_comes_between(browser):
    assert (
        browser.post("/cases", typed(browser, what="My suitcase did not arrive on flight MD 512.")).status_code == 201
    )


def test_a_private_report_is_not_held_up_and_masked_all_the_same(browser):
    sent = browser.post("/cases", typed(browser, visibility="private"))
    assert sent.status_code == 201 and case().title == "My suitcase did not arrive"
    with entered(Scope.system()):
        texts = [row.text for row in db.session.scalars(select(EventContent).where(EventContent.audience == "public"))]
    assert not [text for text in texts if text and PHONE in text]


def moved(browser, form, shown, number=0):
    mark = re.findall(r'name="move" value="([^"]+)"', shown.text)[number]
    return browser.post("/cases", {**form, **again(shown), "move": mark})


def value_of(page, name):
    found = re.search(rf'<input[^>]* name="{name}"[^>]* value="([^"]*)"', page.text)
    return found[1]


def test_a_number_moves_from_the_words_to_the_contact_details(browser):
    form = typed(browser, what=f"My suitcase did not arrive. Call {PHONE}.", wish=f"Call {PHONE} first")
    shown = browser.post("/cases", form)
    assert shown.text.count('name="move"') == 1 and f"Move {PHONE} to your contact details" in shown.text
    done = moved(browser, form, shown)
    assert done.status_code == 422 and cases() == 0 and "in your contact details now" in done.text
    assert ">\nMy suitcase did not arrive. Call.</textarea>" in done.text and ">\nCall first</textarea>" in done.text
    assert value_of(done, "contact") == PHONE and 'id="review-title"' not in done.text
    left = {"what": "My suitcase did not arrive. Call.", "wish": "Call first", "contact": PHONE}
    sent = browser.post("/cases", {**form, **left, "nonce": hidden(done.text, "nonce")})
    assert sent.status_code == 201 and case().title == "My suitcase did not arrive"


def test_what_else_was_found_is_still_pointed_out_and_a_contact_stays(browser):
    form = typed(browser, what=f"Call {PHONE} or write to ada@example.com.", contact="me@example.com")
    shown = browser.post("/cases", form)
    assert "contact details</span>" not in shown.text and f"Take out {PHONE}" in shown.text
    done = moved(browser, form, shown)
    assert (
        value_of(done, "contact") == "me@example.com" and ">\nCall or write to ada@example.com.</textarea>" in done.text
    )
    assert "The public will not see: " in done.text and done.text.count('name="move"') == 1


def test_a_bag_tag_is_no_way_to_reach_anybody(browser):
    shown = browser.post("/cases", typed(browser, what="My bag with the tag 0220123456 is missing."))
    assert shown.status_code == 422 and "bag tag" in shown.text and 'name="move"' not in shown.text
    mark = hidden(shown.text, "reviewed")
    forged = browser.post("/cases", typed(browser, what="My bag with the tag 0220123456 is missing.", move=mark))
    assert "tag 0220123456 is" in forged.text and value_of(forged, "contact") == ""


@pytest.mark.parametrize("mark", ["x", "a" * 5000, "<b>"])
def test_a_forged_move_moves_nothing(browser, mark):
    answer = browser.post("/cases", typed(browser, move=mark))
    assert answer.status_code == 422 and cases() == 0 and f"Call {PHONE}.</textarea>" in answer.text
    assert "<b></button" not in answer.text and "in your contact details now" not in answer.text


def test_folded_fields_are_open_when_they_hold_something_or_are_wrong(browser):
    assert browser.get("/report").text.count("<details") == 3
    assert "<details open" not in browser.get("/report").text
    assert "<details open" in browser.get("/report?category=lost-luggage").text
    refused = browser.post("/cases", typed(browser, category="", what="", departure="soon")).text
    assert re.search(r"<details open><summary>How urgent is it", refused)
    assert refused.count("<details open") == 1
    refused = browser.post("/cases", typed(browser, category="", what="", need_help="A wheelchair")).text
    assert re.search(r'<details id="told-once" open', refused)


def test_nobody_agrees_by_leaving_something_as_it_was(browser):
    page = browser.get("/report").text
    assert not re.search(r'name="visibility"[^>]* checked', page)
    assert "I agree that what I wrote is published here" in page
    form = typed(browser)
    form.pop("visibility")
    assert browser.post("/cases", form).status_code == 422 and cases() == 0


@pytest.mark.parametrize("marks", ["", "x", "...", "a" * 5000, "../../etc"])
def test_forged_marks_do_not_spare_the_review(browser, marks):
    assert browser.post("/cases", typed(browser, reviewed=marks)).status_code == 422


# -- kinds and emergencies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"what": "Where can I store my bag?"}, "question"),
        ({"what": "The lady at the desk was wonderful."}, "praise"),
        ({"what": "The lady at the desk was wonderful.", "kind": "complaint"}, "complaint"),
        ({"what": "The belt does not move."}, "complaint"),
        ({"what": "The belt does not move.", "danger": "1"}, "emergency"),
        ({"what": "There is a fire at gate B4"}, "emergency"),
    ],
)
def test_the_kind_is_chosen_or_suggested_and_said_back(browser, changes, kind):
    sent = browser.post("/cases", typed(browser, **changes))
    words = {"question": "a question", "praise": "praise", "complaint": "a complaint", "emergency": "an emergency"}
    assert case().kind == kind and f"We took this as {words[kind]}" in sent.text
    assert ("Call the emergency number" in sent.text) == (kind == "emergency")


def test_an_emergency_is_answered_at_once_even_when_the_form_is_refused(browser):
    answer = browser.post("/cases", typed(browser, what="There is a fire at gate B4", visibility=""))
    assert answer.status_code == 422 and "nobody may be reading here" in answer.text
    answer = browser.post("/cases", typed(browser, what="The belt stands still", visibility=""))
    assert "nobody may be reading here" not in answer.text


def test_one_press_on_the_page_after_sending_corrects_kind_and_wish(browser, another):
    sent = browser.post("/cases", typed(browser, what="Where is my suitcase?", wish="A taxi"))
    reference = reference_in(sent)
    assert "A taxi" in sent.text
    stranger = another()
    assert stranger.post(f"/cases/{reference}/kind", {"kind": "praise"}).status_code == 403
    assert stranger.post(f"/cases/{reference}/wish", {"wish": "x"}).status_code == 403
    assert browser.post(f"/cases/{reference}/kind", {"kind": "rant"}).status_code == 422
    assert browser.post(f"/cases/{reference}/kind", {"kind": "complaint"}).status_code == 303
    assert browser.post(f"/cases/{reference}/wish", {"wish": "My bag, to +43 660 1234567"}).status_code == 303
    assert browser.post(f"/cases/{reference}/wish", {"wish": " "}).status_code == 422
    assert case().kind == "complaint"
    page = stranger.get(f"/cases/{reference}").text
    assert "The customer says what it is: Complaint" in page and f"My bag, to {BLOCK}" in page


def test_a_private_case_of_somebody_else_is_unknown(browser, another):
    reference = reference_in(browser.post("/cases", typed(browser, visibility="private")))
    for path in ("kind", "wish"):
        assert another().post(f"/cases/{reference}/{path}", {"kind": "praise", "wish": "x"}).status_code == 404


# -- departure, urgency, needs -----------------------------------------------------------------------------------------


def test_departure_and_urgency_are_kept_in_the_networks_zone(browser):
    leaves = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT10:30")
    browser.post("/cases", typed(browser, what="Bag gone", departure=leaves, urgent="1", important="0"))
    made = case()
    assert f"{made.departure_at:%Y-%m-%dT%H:%M}" == leaves.replace("10:30", "09:30"), "Vienna is an hour ahead"
    assert (made.customer_urgent, made.customer_important) == (True, False)


@pytest.mark.parametrize("departure", ["soon", "2020-01-01T10:00", "2999-01-01T10:00", "0001-01-01T00:00", "9" * 40])
def test_a_departure_that_cannot_be_is_said_beside_its_field(browser, departure):
    answer = browser.post("/cases", typed(browser, what="Bag gone", departure=departure))
    assert answer.status_code == 422 and 'id="f-departure-wrong"' in answer.text and cases() == 0


def test_needs_are_told_once_with_consent(browser, another):
    without = browser.post("/cases", typed(browser, what="Bag gone", need_flight="MD 512"))
    assert without.status_code == 422 and 'id="f-needs_consent-wrong"' in without.text and cases() == 0
    assert '<details id="told-once" open>' in without.text
    sent = browser.post("/cases", typed(browser, what="Bag gone", need_flight="MD 512", needs_consent="1"))
    assert sent.status_code == 201 and "You told us once:" in sent.text
    assert told() == [("flight", "MD 512")]
    reference = reference_in(sent)
    stranger = another().get(f"/cases/{reference}").text
    assert "MD 512" not in stranger and "told once" not in stranger.lower()
    assert another().post(f"/cases/{reference}/needs/removal").status_code == 403 and len(told()) == 1
    assert "MD 512" in browser.get(f"/cases/{reference}").text
    assert browser.post(f"/cases/{reference}/needs/removal").status_code == 303 and told() == []
    assert "MD 512" not in browser.get(f"/cases/{reference}?sent=needs").text


def told():
    with entered(Scope.system()):
        return [(need.kind, need.words) for need in db.session.scalars(select(Need))]


def test_the_desk_reads_what_was_told_once_as_text(app, cast):
    with app.test_request_context("/", base_url="http://riverside.example"):
        app.preprocess_request()
        page = render_template("desk/_needs.html", needs=[Need(kind="help", words="<b>wheelchair</b>")])
        assert "Told once" in page and "&lt;b&gt;wheelchair&lt;/b&gt;" in page
        assert render_template("desk/_needs.html").strip() == ""


def test_a_need_that_is_too_long_is_refused(browser):
    answer = browser.post("/cases", typed(browser, what="Bag gone", need_other="x" * 201, needs_consent="1"))
    assert answer.status_code == 422 and cases() == 0


@pytest.mark.parametrize("changes", [{"urgent": "1"}, {"danger": "1"}, {"need_flight": "MD 1", "needs_consent": "1"}])
def test_the_same_form_with_other_ticks_says_something_else(browser, another, changes):
    form = typed(browser, what="Bag gone")
    browser.post("/cases", form)
    assert another().post("/cases", {**form, **changes}).status_code == 409 and cases() == 1


# -- what is usual -----------------------------------------------------------------------------------------------------


def usual_figure(cast, answers, settled=()):
    at = int(clock.now().timestamp()) - 60
    with entered(Scope.system(cast.riverside)), writing():
        row = UsualFigure(about="category", subject_id=cast.luggage, answers=[], settled=[])
        row.answers, row.settled = [[at, each] for each in answers], [[at, each] for each in settled]
        db.session.add(row)


def test_what_is_usual_is_shown_for_what_is_chosen(browser, cast):
    usual_figure(cast, [7200] * 6, ["refund"] * 4 + ["apology"] * 2)
    chosen = browser.get("/report/usual?category=lost-luggage").text
    assert "within 2 h" in chosen and "a refund (67%)" in chosen and "From 6 cases" in chosen
    assert "<html" not in chosen and 'id="usual"' in chosen
    assert "within 2 h" in browser.get("/report?category=lost-luggage").text
    assert "within 2 h" in browser.post("/cases", typed(browser, visibility="")).text
    for other in ("", "?category=delay", "?category=nonsense&touchpoint=../x", "?touchpoint=belt-3"):
        assert "Too few cases" in browser.get(f"/report/usual{other}").text


# -- receipt -----------------------------------------------------------------------------------------------------------


def test_the_receipt_is_downloaded_by_the_key_alone(browser, another):
    form = typed(browser, visibility="private", wish="A <b>taxi</b>", need_flight="MD 512", needs_consent="1")
    sent = browser.post("/cases", form)
    key = hidden(sent.text, "key")
    receipt = browser.post("/receipt", {"key": key})
    assert receipt.status_code == 200 and receipt.headers["Content-Type"] == "text/plain; charset=utf-8"
    reference = reference_in(sent)
    assert receipt.headers["Content-Disposition"] == f'attachment; filename="{reference}.txt"'
    assert "no-store" in receipt.headers["Cache-Control"] and receipt.headers["Referrer-Policy"] == "no-referrer"
    for words in (reference, PHONE, "A <b>taxi</b>", "MD 512", f"/k/{key}", "2026"):
        assert words in receipt.text
    assert another().post("/receipt", {"key": key}).status_code == 200
    for forged in ("", "x", key[:-1], form["nonce"]):
        assert another().post("/receipt", {"key": forged}).status_code == 404
    assert another("northport.example").post("/receipt", {"key": key}).status_code == 404
    assert browser.get("/receipt").status_code == 405


# -- the language of the words, and the place of a code ----------------------------------------------------------------


def test_a_case_is_in_the_language_of_its_words_and_the_consent_in_that_of_the_form(browser):
    form = typed(browser, what="我的蓝色行李箱没到，等了两个小时。", language="zh_Hant")
    assert browser.post("/cases", form).status_code == 201
    assert case().language == "zh_Hans"
    with entered(Scope.system()):
        assert db.session.scalars(select(Consent.language)).all() == ["zh_Hant"]


def test_who_comes_from_a_code_is_told_where_they_are(browser):
    page = browser.get("/report?touchpoint=gate-b4").text
    assert "You are at Gate B4" in page and re.search(r'<option value="gate-b4" selected', page)
    for other in ("/report", "/report?touchpoint=nowhere"):
        assert "You are at" not in browser.get(other).text


def test_the_page_of_a_case_shows_the_whole_first_sentence(browser, report):
    sentence = "The lift at the end of pier B has stood still since the morning with open doors and nobody knows why"
    reference, _key = report(what=f"{sentence}. Please look.")
    assert f"hx-disable>{sentence}</h1>" in browser.get(f"/cases/{reference}").text
    assert sentence not in browser.get("/cases").text
