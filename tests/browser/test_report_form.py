"""The report form in a real browser: the draft, what is usual, the review, the receipt."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def fill(page):
    page.goto("/report")
    page.locator("#f-what").fill("My suitcase did not arrive. Call +43 660 1234567.")
    page.locator("#f-wish").fill("A taxi")
    for fold in page.locator("main details > summary").all():
        fold.click()
    page.locator("#f-category").select_option("lost-luggage")
    page.locator("#f-kind").select_option("complaint")
    page.locator("input[name=urgent][value='1']").check()
    page.locator("input[name=important][value='0']").check()
    page.locator("#f-danger").check()
    page.locator("#f-departure").fill("2030-01-01T10:30")
    page.locator("#f-need_flight").fill("MD 512")
    page.locator("#f-needs_consent").check()
    page.locator("input[name=visibility][value=private]").check()


def test_a_draft_survives_a_reload_with_its_ticks_and_dies_when_it_is_sent(person):
    page = person(width=390)
    fill(page)
    page.reload()
    for name, value in {
        "#f-what": "My suitcase did not arrive. Call +43 660 1234567.",
        "#f-wish": "A taxi",
        "#f-category": "lost-luggage",
        "#f-kind": "complaint",
        "#f-departure": "2030-01-01T10:30",
        "#f-need_flight": "MD 512",
    }.items():
        expect(page.locator(name)).to_have_value(value)
        expect(page.locator(name)).to_be_visible()
    for ticked in ("#f-danger", "#f-needs_consent", "[name=urgent][value='1']", "[name=important][value='0']"):
        expect(page.locator(ticked)).to_be_checked()
    expect(page.locator("[name=visibility][value=private]")).to_be_checked()
    expect(page.locator("[data-restored]")).to_be_visible()
    page.locator("#f-departure").fill("")
    page.locator("main form button.btn").last.click()
    expect(page.locator("h1")).to_contain_text("We have your report")
    assert page.evaluate("localStorage.getItem('draft:report')") is None


def test_choosing_a_topic_asks_what_is_usual_there(person):
    page = person()
    page.goto("/report")
    page.get_by_text("When it was, and what it is about").click()
    with page.expect_response("**/report/usual?*") as asked:
        page.locator("#f-category").select_option("lost-luggage")
    assert "category=lost-luggage" in asked.value.url and asked.value.status == 200
    expect(page.locator("#usual")).to_contain_text("What is usual here")
    assert page.locator("#usual").count() == 1


@pytest.mark.parametrize("script", [True, False])
def test_the_review_is_read_first_and_the_receipt_is_a_file(person, script):
    page = person(width=390, java_script_enabled=script)
    page.goto("/report")
    page.locator("#f-what").fill("My suitcase did not arrive. Call +43 660 1234567.")
    page.locator("[name=visibility][value=public]").check()
    page.locator("main form button.btn").last.click()
    expect(page.locator("#review-title")).to_be_visible()
    expect(page.locator("div:has(> #review-title)")).to_be_focused()
    page.get_by_role("button", name="Send, with these covered").first.click()
    expect(page.locator("h1")).to_contain_text("We have your report")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt").click()
    text = Path(download.value.path()).read_text("utf-8")
    assert "Call +43 660 1234567." in text and "/k/" in text
    page.locator("#understood summary").first.click()
    page.locator("#understood").get_by_role("button", name="a question").click()
    expect(page.locator("main")).to_contain_text("We took this as a question")


@pytest.mark.parametrize("script", [True, False])
def test_an_address_can_be_left_while_the_secret_link_stays_in_sight(person, script):
    page = person(width=390, java_script_enabled=script)
    page.goto("/report")
    page.locator("#f-what").fill("My suitcase did not arrive.")
    page.locator("[name=visibility][value=private]").check()
    page.locator("main form button.btn").last.click()
    expect(page.locator("#keep-link")).to_contain_text("nobody can open your case again")
    secret = page.locator("#secret")
    link = secret.input_value()
    assert secret.evaluate("field => field.scrollHeight <= field.clientHeight"), "all of it can be read"
    page.locator("#f-keep_email").fill("me@example.org")
    if script:
        page.locator("#keep-link button").click()
    else:
        with page.expect_popup() as beside:
            page.locator("#keep-link button").click()
        expect(beside.value.locator("h1")).to_contain_text("My suitcase did not arrive")
    expect(secret).to_have_value(link)
    if script:
        expect(page.locator("#keep-link")).to_contain_text("me@example.org")
