"""The way of one case, as its people see it: the customer, the agent, a stranger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser


def report(
    page: Page, *, what: str, visibility: str = "public", start: str = "/report?touchpoint=belt-3"
) -> tuple[str, str]:
    """File a report; gives the reference and the secret address."""
    page.goto(start)
    page.locator("#f-what").fill(what)
    page.locator(f"input[name=visibility][value={visibility}]").check()
    page.locator("main form button.btn").last.click()
    expect(page.locator("body")).to_contain_text(re.compile(r"RIV-\w{4}-\w{4}"))
    text = page.content()
    reference, key = re.search(r"RIV-\w{4}-\w{4}", text), re.search(r"https?://[^\s\"<]+/k/[\w-]+", text)
    assert reference and key
    return reference[0], key[0]


def test_from_a_qr_code_to_the_accepted_answer(person):
    customer, agent, stranger = person(width=390), person(), person()
    reference, key = report(customer, what="My suitcase was not on the belt. It is grey.")

    stranger.goto(f"/cases/{reference}")
    expect(stranger.locator("h1")).to_contain_text("My suitcase was not on the belt")
    expect(stranger.locator("main")).not_to_contain_text("Your message")

    sign_in(agent, "hugo")
    agent.get_by_role("link", name="My suitcase was not on the belt").click()
    agent.locator("#act-acknowledge textarea").fill("We look behind the belt and write to you.")
    agent.locator("#act-acknowledge button").click()
    expect(agent.locator("main")).to_contain_text("Taken on")

    agent.locator("#act-more > summary").click()
    agent.locator("#act-reply summary").click()
    agent.locator("#act-reply textarea").fill("It was behind the belt.")
    agent.locator("#act-reply button").click()
    agent.locator("#note").click()
    agent.locator(".note textarea").fill("Belt 3 again, third time this week.")
    agent.locator(".note button").click()
    expect(agent.locator(".timeline")).to_contain_text("third time this week")
    agent.locator("#act-answer summary").click()
    agent.locator("#act-answer textarea").fill("A courier brings it tonight.")
    agent.locator("#act-answer select[name=category]").select_option("lost-luggage")
    agent.locator("#act-answer button").click()
    expect(agent.locator("main")).to_contain_text("The answer is sent")

    other_device = person(width=390)
    other_device.goto(key)
    expect(other_device).to_have_url(re.compile("/k/"))
    other_device.locator("main form button").click()
    expect(other_device).to_have_url(re.compile(f"/cases/{reference}"))
    expect(other_device.locator(".timeline")).to_contain_text("A courier brings it tonight.")
    expect(other_device.locator("main")).not_to_contain_text("third time this week")
    other_device.locator("form[action$=acceptance] button").click()
    expect(other_device.locator("main")).to_contain_text("The case is closed")


def test_without_javascript_in_chinese_on_a_phone(person):
    customer = person(width=390, java_script_enabled=False, locale="zh-CN")
    reference, _key = report(customer, what="行李转盘停了四十分钟，没有人来说明。", visibility="private")
    customer.goto(f"/cases/{reference}")
    expect(customer.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(customer.locator("h1")).to_contain_text("行李转盘停了四十分钟")
    customer.locator("form[action$=messages] textarea").fill("补充一下：是三号转盘。")
    customer.locator("form[action$=messages] button").click()
    expect(customer.locator(".timeline")).to_contain_text("补充一下：是三号转盘。")
    stranger = person(locale="zh-CN")
    answer = stranger.goto(f"/cases/{reference}")
    assert answer and answer.status == 404


def test_what_is_typed_survives_a_refusal_and_a_reload(person):
    customer = person(width=390)
    customer.goto("/report")
    customer.locator("#f-what").fill("The queue at security took an hour.")
    customer.locator("#f-contact").fill("not an address")
    customer.locator("main form button.btn").last.click()
    expect(customer.locator(".errors")).to_be_visible()
    expect(customer.locator("#f-what")).to_have_value("The queue at security took an hour.")
    expect(customer.locator("#f-contact")).to_have_value("not an address")
    customer.goto("/report")
    expect(customer.locator("#f-what")).to_have_value("The queue at security took an hour.")


def test_a_double_click_makes_one_case(person):
    customer = person()
    customer.goto("/report")
    customer.locator("#f-what").fill("Double click at the kiosk, gate B4.")
    customer.locator("input[name=visibility][value=public]").check()
    customer.locator("main form button.btn").last.dblclick()
    expect(customer.locator("body")).to_contain_text(re.compile(r"RIV-\w{4}-\w{4}"))
    customer.goto("/cases")
    expect(customer.get_by_role("link", name="Double click at the kiosk")).to_have_count(1)


def test_ten_unchanged_looks_swap_nothing(person):
    customer = person()
    reference, _key = report(customer, what="The walkway to gate B4 is dark at night.")
    customer.clock.install()
    customer.goto(f"/cases/{reference}")
    customer.evaluate("document.querySelector('#live').dataset.mark = 'first'")
    customer.locator("details summary").first.click()
    customer.locator("#f-text").fill("half a sent")
    statuses: list[int] = []
    customer.on("response", lambda answer: statuses.append(answer.status) if answer.url.endswith("/live") else None)
    for _ in range(10):
        with customer.expect_response("**/live"):
            customer.clock.fast_forward(20_500)
    assert statuses == [304] * 10
    expect(customer.locator("#live")).to_have_attribute("data-mark", "first")
    expect(customer.locator("#f-text")).to_be_focused()
    expect(customer.locator("#f-text")).to_have_value("half a sent")
    expect(customer.locator("details").first).to_have_attribute("open", "")


def test_an_open_page_shows_what_is_new(person):
    customer, agent = person(), person()
    reference, _key = report(customer, what="The screens at gate B4 show another flight.")
    customer.clock.install()
    customer.goto(f"/cases/{reference}")
    sign_in(agent, "hugo")
    agent.goto(f"/desk/harbor/cases/{reference}")
    agent.locator("#act-acknowledge textarea").fill("We switch the screens over now.")
    agent.locator("#act-acknowledge button").click()
    expect(agent.locator("main")).to_contain_text("Taken on")
    with customer.expect_response("**/live"):
        customer.clock.fast_forward(20_500)
    expect(customer.locator(".timeline")).to_contain_text("We switch the screens over now.")


def test_the_desk_by_keyboard(person):
    customer, agent = person(), person()
    report(customer, what="One for the keyboard, at belt three.")
    sign_in(agent, "hugo")
    agent.keyboard.press("?")
    expect(agent.locator("#keys")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(agent.locator("#keys")).to_be_hidden()
    agent.keyboard.press("j")
    expect(agent.locator("[data-keys] a").first).to_be_focused()
    agent.keyboard.press("Enter")
    expect(agent).to_have_url(re.compile("/desk/harbor/cases/RIV-"))


def test_a_case_is_taken_in_the_list_and_stays_there(person):
    customer, agent = person(), person()
    reference, _key = report(customer, what="Nobody has this one yet, at belt three.")
    sign_in(agent, "hugo")
    agent.goto("/desk/harbor/?show=free")
    line = agent.locator("#list li", has_text=reference)
    line.get_by_role("button", name="I take this").click()
    expect(line).to_contain_text("Hugo")
    expect(line.get_by_role("button")).to_have_count(0)
    expect(line.locator("a.t")).to_be_focused()
    expect(line).to_contain_text("left")


def test_a_public_case_taken_back(person):
    customer, stranger = person(), person()
    reference, _key = report(customer, what="Please do not leave my words here forever.")
    stranger.goto(f"/cases/{reference}")
    customer.goto(f"/cases/{reference}")
    customer.get_by_text("Take it off the public site").click()
    customer.locator("form[action$=privacy] button").click()
    expect(customer.locator("main")).to_contain_text("private now")
    answer = stranger.goto(f"/cases/{reference}")
    assert answer and answer.status == 404
