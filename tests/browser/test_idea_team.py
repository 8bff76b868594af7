"""An idea on its way through a product team: planned with a promise, scheduled, shipped, doubted, taken up again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.test_every_page import RULES, look

pytestmark = pytest.mark.browser


def proposed(page: Page, title: str) -> str:
    """Propose an idea that belongs to no place in particular; gives its reference."""
    page.goto("/ballot/ideas/new")
    page.locator("#f-title").fill(title)
    page.locator("#f-text").fill("In the evening one cannot read the signs.")
    page.locator("main form button.btn").last.click()
    page.wait_for_url("**/ideas/RIV-*")
    found = re.search(r"RIV-\w{4}-\w{4}", page.url)
    assert found
    return found[0]


def act(team: Page, name: str, **typed: str) -> None:
    """Fill the form of an act and send it."""
    form = team.locator(f"#act-{name}")
    if form.get_attribute("open") is None:
        form.locator("summary").click()
    for field, value in typed.items():
        box = form.locator(f"[name={field}]")
        if box.evaluate("each => each.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    form.locator("form button").click()
    expect(team.locator(".notice").first).to_be_visible()


def test_from_the_proposal_to_taking_it_up_again(person: Callable[..., Page]) -> None:
    customer, team = person(width=390), person()
    reference = proposed(customer, "Light above the signs of Terminal 2")
    sign_in(team, "greta")
    with team.expect_navigation():
        team.get_by_role("link", name="Ideas").click()
    team.keyboard.press("j")
    expect(team.locator("[data-keys] a.t").first).to_be_focused()
    team.goto(f"/desk/airport/ideas/{reference}")
    act(team, "review")
    act(team, "plan", text="We put lamps above the signs.", cost="about 2,000 €")
    due = datetime.now(UTC) + timedelta(days=30)
    act(team, "promise", sentence="Every sign of Terminal 2 is lit", due=f"{due:%Y-%m-%dT12:00}")
    act(team, "schedule", horizon="now")
    customer.goto("/roadmap")
    expect(customer.locator("section", has=customer.locator("#h-now"))).to_contain_text(
        "Every sign of Terminal 2 is lit"
    )
    act(team, "start", text="The lamps are here.")
    act(team, "ship", what="Lamps above all signs.", since=f"{datetime.now(UTC):%Y-%m-%d}")
    customer.goto(f"/ideas/{reference}")
    expect(customer.locator(".i-next")).to_contain_text("Lamps above all signs.")
    expect(customer.locator("main")).to_contain_text("kept")
    customer.get_by_role("button", name="No, not fixed").click()
    expect(customer.locator("#fixed")).to_contain_text("0 of 1 person says that it is fixed")
    expect(customer.get_by_role("button", name="No, not fixed")).to_have_attribute("aria-pressed", "true")
    team.goto("/desk/airport/ideas")
    expect(team.locator("li", has_text="Light above the signs").locator(".marks")).to_contain_text("not fixed")
    team.goto(f"/desk/airport/ideas/{reference}")
    act(team, "reopen", text="Two lamps are still dark.")
    customer.goto(f"/ideas/{reference}")
    expect(customer.locator(".i-next")).to_contain_text("Two lamps are still dark.")
    expect(customer.locator(".timeline")).to_contain_text("1 of 1 person had said that it is not fixed")


def test_one_tap_without_script(person: Callable[..., Page]) -> None:
    customer, team = person(width=390, java_script_enabled=False), person()
    reference = proposed(customer, "More hooks in the toilets")
    sign_in(team, "greta")
    team.goto(f"/desk/airport/ideas/{reference}")
    act(team, "plan", text="We screw them on.")
    act(team, "ship", what="Two hooks in each.", since=f"{datetime.now(UTC):%Y-%m-%d}")
    customer.goto(f"/ideas/{reference}")
    customer.get_by_role("button", name="Yes, it is fixed").click()
    expect(customer.locator("#fixed")).to_contain_text("1 of 1 person says that it is fixed (100 %)")


@pytest.fixture
def known(chromium, served):
    """Greta's browser, and an idea that is planned. CSP is put aside, since axe brings a script."""
    context = chromium.new_context(base_url=served.url, bypass_csp=True, locale="en-GB")
    page = context.new_page()
    reference = proposed(page, f"For every page {datetime.now(UTC):%H%M%S%f}")
    sign_in(page, "greta")
    page.goto(f"/desk/airport/ideas/{reference}")
    act(page, "plan", text="We plan it.")
    act(page, "schedule", horizon="next")
    act(page, "weigh", reach="3", effort="2")
    yield context, reference
    context.close()


def test_axe_finds_nothing_and_nothing_sticks_out(known) -> None:
    context, reference = known
    desk = "/desk/airport/ideas"
    addresses = (
        f"/ideas/{reference}",
        "/roadmap",
        "/changelog",
        desk,
        f"{desk}/{reference}",
        f"{desk}/roadmap",
        f"{desk}/new",
    )
    page = context.new_page()
    for address in addresses:
        for width, scheme, language in ((1280, "light", "en"), (390, "dark", "zh-CN")):
            look(page, address, width, scheme, language)
            found = Axe().run(page, options=RULES)
            assert found.violations_count == 0, (address, width, found.generate_report())
        look(page, address, 320, "light", "zh-TW")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_nothing_gapes_beside_a_long_history(person: Callable[..., Page]) -> None:
    """The second column goes on at once below what one can do, however far the first one reaches."""
    customer, team = person(), person()
    reference = proposed(customer, "A bell at each gate")
    sign_in(team, "greta")
    team.goto(f"/desk/airport/ideas/{reference}")
    act(team, "decline", text="It rings for all." * 20, reason="harms_others", would_change="A silent one.")
    for news in ("Makers of bells were asked.", "They sell loud ones only."):
        act(team, "update", text=news * 90)
    boxes = [
        team.locator(f".team-idea > {each}").first.bounding_box() for each in (".a-acts > *", ".a-side > *", ".a-time")
    ]
    acts, side, history = [each for each in boxes if each]
    assert history["height"] > acts["height"] + side["height"] + 200, "else it proves nothing"
    assert side["y"] - (acts["y"] + acts["height"]) < 32
