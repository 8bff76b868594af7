"""Every page: accessible, inside its width, printable, in both schemes and languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Served, sign_in
from tests.browser.test_journeys import report

pytestmark = pytest.mark.browser

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Of what is well, it need not write down each place.
    "resultTypes": ["violations"],
}
PUBLIC = (
    "/",
    "/report",
    "/cases",
    "/cases?state=answered",
    "/cases/{public}",
    "/promises",
    "/sign-in",
    "/no-such-page",
    "/find?reference=no-case-number",
    "/lost-link",
    "/follow?case={public}",
    "/t/belt-3",
    "/businesses/harbor/calendar",
    "/t/belt-3/sheet",
    "/incidents",
)
ACCOUNT = ("/account", "/account/security", "/account/sessions")
OWNER = ("/cases/{private}", "/cases/{private}/ideas", "/ballot/cases/{private}/idea", "/ideas/{idea}")
DESK = (
    "/desk/harbor/",
    "/desk/harbor/?show=closed",
    "/desk/harbor/cases/{public}",
    "/desk/harbor/tasks",
    "/desk/harbor/places",
    "/desk/harbor/clusters",
    "/desk/harbor/handoffs",
    "/desk/harbor/partners",
    "/desk/harbor/cases/{public}/ideas",
    "/desk/harbor/ideas/{idea}/evidence",
)


def propose(page: Page, reference: str, title: str) -> str:
    """Make an idea of a case; gives its number."""
    page.goto(f"/ballot/cases/{reference}/idea")
    page.locator("#f-title").fill(title)
    page.locator("#f-text").fill("The one that is there is out of order most days.")
    page.locator("main form button.btn", has_text="Propose it").click()
    page.wait_for_url("**/ideas/RIV-*")
    return page.url.split("/ideas/")[1].split("?")[0]


@pytest.fixture(scope="module")
def known(chromium: Browser, served: Served) -> Iterator[tuple[BrowserContext, dict[str, str]]]:
    """A browser that holds everything: keys of two cases and a desk. CSP is put aside, since axe brings a script."""
    context = chromium.new_context(base_url=served.url, bypass_csp=True, locale="en-GB")
    page = context.new_page()
    public, _ = report(page, what="For every page: the lift at gate B4 is out of order.")
    private, _ = report(page, what="For every page: a private matter.", visibility="private")
    idea = propose(page, private, "For every page: a second lift at gate B4")
    sign_in(page, "hugo")
    yield context, {"public": public, "private": private, "idea": idea}
    context.close()


@pytest.fixture(scope="module")
def window(known: tuple[BrowserContext, dict[str, str]]) -> Page:
    """In which one page is looked at after the other."""
    context, _names = known
    return context.new_page()


def look(page: Page, address: str, width: int, scheme: str, language: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.context.set_extra_http_headers({"Accept-Language": language})
    page.goto(address)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("address", PUBLIC + ACCOUNT + OWNER + DESK)
def test_axe_finds_nothing(known, window, address, width, scheme):
    _context, names = known
    look(window, address.format(**names), width, scheme, "en" if width == 1280 else "zh-CN")
    found = Axe().run(window, options=RULES)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
@pytest.mark.parametrize("address", PUBLIC + ACCOUNT + OWNER + DESK)
def test_nothing_sticks_out_at_320_pixels(known, window, address, language):
    _context, names = known
    look(window, address.format(**names), 320, "light", language)
    assert window.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_finger_finds_every_choice_and_every_link_of_a_list(chromium, served, known):
    _context, names = known
    context = chromium.new_context(
        base_url=served.url, has_touch=True, is_mobile=True, viewport={"width": 390, "height": 900}
    )
    page = context.new_page()
    sign_in(page, "hugo")
    for address, found in (("/account", "label.pick"), (f"/cases/{names['public']}", ".a-about :is(li, dd) a")):
        page.goto(address)
        heights = page.locator(found).evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")
        assert len(heights) >= 4 and min(heights) >= 44, (address, heights)
    context.close()


def test_print_leaves_navigation_out(known):
    context, names = known
    page = context.new_page()
    page.goto(f"/cases/{names['public']}")
    page.emulate_media(media="print")
    assert not page.locator("header.site nav").is_visible()
    assert not page.locator("form").first.is_visible()
    assert page.locator("h1").is_visible()
    page.close()


def test_the_first_view_is_light(chromium, served):
    """Bytes, requests and script of the front page: performance.md gives the limits."""
    context = chromium.new_context(base_url=served.url)
    page = context.new_page()
    sizes: dict[str, int] = {}
    page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    context.close()
    scripts = sum(size for url, size in sizes.items() if re.search(r"\.js$", url))
    assert len(sizes) <= 8 and sum(sizes.values()) <= 60_000 and scripts <= 20_480, sizes
