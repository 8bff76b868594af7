"""Somebody types an idea that is there already and supports that one; and from a case to an idea in one click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_journeys import report

pytestmark = pytest.mark.browser
IS_FOUND = "async words => (await (await fetch('/search?thing=idea&q=' + words)).text()).includes('class=\"t\"')"


def propose(page: Page, title: str, text: str) -> str:
    """Propose an idea; gives its address."""
    page.goto("/ballot/ideas/new")
    page.locator("#f-title").fill(title)
    page.locator("#f-text").fill(text)
    page.locator("main form button.btn", has_text="Propose it").click()
    page.wait_for_url("**/ideas/RIV-*")
    return re.sub(r"\?.*", "", page.url)


def test_a_similar_idea_is_supported_instead(person):
    author, other = person(), person(width=390)
    address = propose(author, "Deckchairs on the roof terrace", "Nobody can sit up there, although it is empty.")
    other.goto("/ballot/ideas/new")
    other.wait_for_function(IS_FOUND, arg="deckchairs", polling=250, timeout=30_000)
    other.locator("#f-title").press_sequentially("Put deckchairs on the roof")
    offered = other.locator("#idea-alike")
    expect(offered).to_contain_text("Deckchairs on the roof terrace")
    offered.get_by_role("button", name="Support this one").click()
    expect(offered).to_contain_text("Counted: you support it.")
    expect(other.locator("#f-title")).to_have_value("Put deckchairs on the roof")
    other.goto(address)
    expect(other.locator("#ballot")).to_contain_text("You support this")
    expect(other.locator("#ballot")).to_contain_text("2")


def test_without_script_similar_ideas_come_with_a_button(person):
    propose(person(), "Hammocks in the transit hall", "For everybody who waits through the night.")
    plain, script = person(width=390, java_script_enabled=False), person()
    script.goto("/search")
    script.wait_for_function(IS_FOUND, arg="hammocks", polling=250, timeout=30_000)
    plain.goto("/ballot/ideas/new")
    plain.locator("#f-title").fill("Hammocks for the transit hall")
    plain.get_by_role("button", name="Look for similar ideas first").click()
    expect(plain.locator("#idea-alike")).to_contain_text("Hammocks in the transit hall")
    expect(plain.locator("#f-title")).to_have_value("Hammocks for the transit hall")


def test_from_a_case_to_an_idea_in_one_click(person):
    customer, agent = person(width=390), person()
    reference, _key = report(customer, what="There is no drinking water behind security.")
    customer.goto(f"/cases/{reference}")
    customer.get_by_role("link", name="Make an idea of this").click()
    expect(customer.locator("#f-title")).to_have_value(re.compile("no drinking water"))
    customer.locator("#f-title").fill("Drinking water behind security")
    customer.locator("main form button.btn", has_text="Propose it").click()
    customer.wait_for_url("**/ideas/RIV-*")
    expect(customer.locator("#evidence")).to_contain_text("Born of 1 complaint")
    expect(customer.locator("#ballot")).to_contain_text("You have this problem too")
    customer.goto(f"/cases/{reference}")
    expect(customer.locator("#ideas")).to_contain_text("Drinking water behind security")

    sign_in(agent, "hugo")
    agent.goto(f"/desk/harbor/cases/{reference}")
    agent.locator("#ideas > summary").click()
    here = agent.locator("#ideas")
    expect(here).to_contain_text("Drinking water behind security")
    here.get_by_role("button", name="Vote for the customer").click()
    expect(here).to_contain_text("This customer is counted already.")
