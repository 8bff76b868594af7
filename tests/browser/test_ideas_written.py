"""Writing on an idea with others, on a phone in Chinese: without script, then with it; and axe on its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Served, sign_in
from tests.browser.test_every_page import RULES

pytestmark = pytest.mark.browser

TITLE = "登机口B4加装长椅"
TEXT = "登机口B4几乎没有地方坐。\n\n老人和孩子很辛苦。\n\n加装十张长椅就够了。"
AFTER = "老人、孕妇和孩子站着等很辛苦。"
SUBMIT = "main form[method=post] button.btn:not(.plain)"


def send(page: Page) -> None:
    with page.expect_navigation():
        page.locator(SUBMIT).last.click()


def propose(page: Page, title: str = TITLE, text: str = TEXT) -> str:
    page.goto("/ballot/ideas/new?touchpoint=belt-3")
    page.locator("[name=title]").fill(title)
    page.locator("[name=text]").fill(text)
    page.locator("[name=credit]").fill("小林")
    send(page)
    return page.url.split("/ideas/")[1].split("?")[0]


def amend(page: Page, reference: str, after: str = AFTER) -> str:
    """Propose another wording of the second paragraph, from the idea's page; gives its address."""
    page.goto(f"/ideas/{reference}")
    with page.expect_navigation():
        page.locator(".paragraph .propose").nth(1).click()
    page.locator("[name=after]").fill(after)
    page.locator("[name=why]").fill("上周我亲眼看到。")
    page.locator("[name=credit]").fill("阿文")
    send(page)
    return page.locator("a[href*='/amendments/']").first.get_attribute("href") or ""


def test_two_people_write_one_idea_without_script(person: Callable[..., Page]) -> None:
    phone = {"width": 390, "locale": "zh-CN", "java_script_enabled": False}
    lin, wen = person(**phone), person(**phone)
    reference = propose(lin)
    expect(lin.locator("main")).to_contain_text("已提出")
    address = amend(wen, reference)
    expect(wen.locator(".redline ins").first).to_contain_text("、孕妇")
    wen.goto(address)
    expect(wen.locator("main")).not_to_contain_text("由您决定")
    lin.goto(address)
    with lin.expect_navigation():
        lin.get_by_role("button", name="采纳", exact=True).click()
    expect(lin.locator(".i-text")).to_contain_text(AFTER)
    expect(lin.locator(".credits")).to_contain_text("阿文")
    wen.goto(f"/ideas/{reference}/versions/2")
    expect(wen.locator(".redline ins").first).to_contain_text("新增")
    wen.locator("details.who summary").click()
    expect(wen.locator(".sentences")).to_contain_text("阿文")
    wen.goto(f"/ballot/ideas/{reference}/edit")
    expect(wen.locator("h1")).to_have_text("可以提修改建议")


def test_an_edit_and_its_redline_with_script(person: Callable[..., Page]) -> None:
    lin = person(width=390, locale="zh-CN")
    reference = propose(lin)
    with lin.expect_navigation():
        lin.get_by_role("link", name="这里有您写的内容吗？可以修改或删除").click()
    with lin.expect_navigation():
        lin.get_by_role("link", name="改写点子").click()
    lin.locator("[name=text]").fill(TEXT.replace("十张", "二十张"))
    send(lin)
    expect(lin.locator(".i-text")).to_contain_text("二十张")
    lin.goto(f"/ballot/ideas/{reference}/edit")
    lin.locator("[name=substantial]").check()
    send(lin)
    expect(lin.locator(".errors")).to_contain_text("一样")
    lin.locator("[name=text]").fill("请关掉夜间广播。")
    send(lin)
    lin.goto(f"/ideas/{reference}/versions/2")
    assert lin.locator(".redline del").count() and lin.locator(".redline ins").count()
    wide = lin.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, "nothing sticks out on a phone"


@pytest.fixture(scope="module")
def written(chromium: Browser, served: Served) -> Iterator[tuple[BrowserContext, dict[str, str]]]:
    """An idea with a change that waits, one that was taken in, and comments; in its author's browser, and at a desk."""
    context = chromium.new_context(base_url=served.url, bypass_csp=True, locale="en-GB")
    page = context.new_page()
    sign_in(page, "greta")
    page.goto("/ballot/ideas/new")
    reference = propose_at_home(page)
    first = amend(page, reference)
    page.goto(first)
    with page.expect_navigation():
        page.locator("form[action$=acceptance] button").click()
    second = amend(page, reference, "别的写法。")
    page.goto(f"/ideas/{reference}")
    page.locator("#comment").fill("我也站了一个小时。")
    with page.expect_navigation():
        page.locator("form[action$=comments] button").click()
    yield context, {"idea": reference, "amendment": re.sub(r"^/", "", second)}
    context.close()


def propose_at_home(page: Page) -> str:
    """At no place: the host answers it, for whom Greta works."""
    page.goto("/ballot/ideas/new")
    page.locator("[name=title]").fill(TITLE)
    page.locator("[name=text]").fill(TEXT)
    send(page)
    return page.url.split("/ideas/")[1].split("?")[0]


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "dark", "zh-TW"), (1280, "light", "en")])
@pytest.mark.parametrize(
    "address",
    [
        "/ideas/{idea}",
        "/ideas/{idea}/versions",
        "/ideas/{idea}/versions/2",
        "/ballot/ideas/{idea}/edit",
        "/ballot/ideas/{idea}/paragraphs/1",
        "/ballot/ideas/{idea}/words",
        "/{amendment}",
        "/desk/airport/ideas/comments",
        "/desk/airport/ideas/{idea}/words",
        "/desk/airport/ideas/{idea}/edit",
    ],
)
def test_axe_finds_nothing_where_ideas_are_written(written, address, width, scheme, language) -> None:
    context, names = written
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.context.set_extra_http_headers({"Accept-Language": language})
    answer = page.goto(address.format(**names))
    found = Axe().run(page, options=RULES)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()
    assert answer is not None and answer.status == 200
    assert found.violations_count == 0, found.generate_report()
    assert wide == 0
