"""A lost bag between three: the airline asks the handler, the handler asks the customer, and everybody sees the path.

The customer's side is played at 390 pixels, in Chinese and without script; axe looks at each page of the two desks.
"""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_every_page import RULES
from tests.browser.test_journeys import report

pytestmark = pytest.mark.browser


def looked_at(page: Page, width: int = 390) -> None:
    """A phone in the dark, or a desk in the light."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if width == 390 else "light")
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_lost_bag_goes_from_the_airline_to_the_handler_and_back(person):
    customer = person(width=390, locale="zh-CN", java_script_enabled=False)
    ada, hugo = person(bypass_csp=True), person(bypass_csp=True)
    reference, _key = report(customer, what="我的行李没有到，是灰色的。", start="/report?touchpoint=gate-b4")

    sign_in(ada, "ada")
    path = f"/desk/meridian/cases/{reference}"
    ada.goto(path)
    ada.locator("#act-acknowledge textarea").fill("We ask the handler and write to you.")
    ada.locator("#act-acknowledge button").click()
    expect(ada.locator("main")).to_contain_text("Taken on")
    ada.goto(f"{path}?act=hand_off")
    form = ada.locator("form[action$='/handoffs']")
    form.locator("select[name=partner]").select_option("harbor")
    form.locator("select[name=what]").select_option("new")
    form.locator("input[name=title]").fill("Find the bag")
    form.locator("textarea").fill("Grey, with a red strap. Please look behind belt 3.")
    form.locator("button").click()
    expect(ada.locator("#legs")).to_be_visible()

    sign_in(hugo, "hugo")
    hugo.goto("/desk/harbor/handoffs")
    looked_at(hugo)
    hugo.get_by_role("link", name="Find the bag").first.click()
    expect(hugo.locator("main")).to_contain_text("with a red strap")
    looked_at(hugo)
    ada.reload()
    expect(ada.locator("main")).to_contain_text(re.compile(r"· opened (today|\d)"))
    hugo.get_by_role("button", name="We take it on").click()
    hugo.get_by_role("button", name="Ask the customer").last.click()
    looked_at(hugo)

    _the_customer_gives_a_number(customer, reference)

    hugo.reload()
    hugo.get_by_role("button", name="Show the phone number").click()
    expect(hugo.locator("main")).to_contain_text("+8613800138000")
    hugo.get_by_text("Answer", exact=True).click()
    hugo.locator("details[open] textarea").fill("It lay behind belt 3. We bring it tonight.")
    hugo.get_by_role("button", name="Send the answer").click()
    expect(hugo.locator("main")).to_contain_text("Answered.")
    looked_at(hugo)

    _the_airline_confirms_and_rates(ada)
    _everybody_sees_the_path(customer, person(bypass_csp=True, locale="zh-CN"), reference)


def _the_customer_gives_a_number(customer: Page, reference: str) -> None:
    """None was left: first it is left, and then it is opened by a press of its own."""
    customer.goto(f"/cases/{reference}")
    customer.get_by_role("link", name="看看是什么").click()
    expect(customer.locator("#sharing")).to_contain_text("您没有留电话号码")
    customer.locator("#sharing input[name=share_mobile]").fill("+86 138 0013 8000")
    customer.get_by_role("button", name="补上").click()
    expect(customer.locator("#sharing")).not_to_contain_text("您没有留电话号码")
    customer.get_by_role("button", name="允许查看").click()
    expect(customer.locator("#sharing")).to_contain_text("Harbor Ground Handling")
    expect(customer.get_by_role("button", name="允许查看")).to_have_count(0)


def _the_airline_confirms_and_rates(ada: Page) -> None:
    ada.goto("/desk/meridian/handoffs")
    ada.get_by_role("link", name="Find the bag").click()
    looked_at(ada, 1280)
    ada.get_by_role("button", name="The answer will do").click()
    looked_at(ada, 1280)
    ada.locator("#f-help").get_by_role("button", name="good").click()
    expect(ada).to_have_url(re.compile("#rating$"))
    ada.locator("#f-ease").get_by_role("button", name="fine").click()
    expect(ada.locator("main")).to_contain_text("help 3.0, ease 2.0 of 3")
    ada.goto("/desk/meridian/partners")
    looked_at(ada, 1280)


def _everybody_sees_the_path(customer: Page, stranger: Page, reference: str) -> None:
    for page in (customer, stranger):
        page.goto(f"/cases/{reference}")
        expect(page.locator(".path")).to_contain_text("Harbor Ground Handling")
        expect(page.locator("main")).to_contain_text("Find the bag")
        for between in ("red strap", "We bring it tonight", "138"):
            expect(page.locator(".timeline")).not_to_contain_text(between)
    looked_at(stranger)
