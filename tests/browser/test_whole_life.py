"""The whole life of a case in a real browser: unhappy at a place, reported, let down, reopened, put right, judged."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.cases.models import Case, Promise
from portal.config import Settings
from portal.events.models import Timer
from portal.web import create_app
from tenants import clock
from tenants.scope import Scope, db, entered, writing
from tests.browser.conftest import Served, sign_in
from tests.browser.test_journeys import report

pytestmark = pytest.mark.browser


def let_promises_fall_due(served: Served, reference: str) -> None:
    """As if the promised time had passed: what is due of this case is due a minute ago."""
    app = create_app(Settings(data_dir=served.folder, secret_key="b" * 40))
    past = clock.now() - timedelta(minutes=1)
    with app.app_context():
        with entered(Scope.system()), writing():
            case = db.session.scalars(select(Case).where(Case.reference == reference)).one()
            for promise in db.session.scalars(select(Promise).where(Promise.case_id == case.id)):
                if promise.state == "due":
                    promise.due_at = case.next_due_at = past
                    for timer in db.session.scalars(select(Timer).where(Timer.subject_id == promise.id)):
                        timer.due_at = past
        for engine in db.engines.values():
            engine.dispose()


def soon(page: Page, address: str, words: str | re.Pattern[str], seconds: int = 15) -> None:
    """The worker is another process: look again until it has done its part."""
    for _ in range(seconds * 2):
        page.goto(address)
        if re.search(words, page.locator("main").inner_text()):
            return
        time.sleep(0.5)
    raise AssertionError(f"{words} never showed on {address}")


def unfold(agent: Page, act: str) -> None:
    """Open the form of an act, which may stand among the further ones."""
    if not agent.locator(f"#act-{act} > summary").is_visible():
        agent.locator("#act-more > summary").click()
    agent.locator(f"#act-{act} > summary").click()


def take_on(agent: Page, plan: str = "We look into it today.") -> None:
    agent.locator("[id^=act-acknowledge] textarea, [id^=act-take_up] textarea").first.fill(plan)
    agent.locator("[id^=act-acknowledge] button, [id^=act-take_up] button").first.click()
    expect(agent.locator("main")).to_contain_text("Taken on")


def answer(agent: Page, words: str) -> None:
    unfold(agent, "answer")
    agent.locator("#act-answer textarea").fill(words)
    agent.locator("#act-answer select[name=touchpoint]").select_option("belt-3")
    agent.locator("#act-answer select[name=category]").select_option("lost-luggage")
    agent.locator("#act-answer button").last.click()
    expect(agent.locator("main")).to_contain_text("The answer is sent")


def offer(agent: Page, words: str) -> None:
    unfold(agent, "remedy")
    agent.locator("#f-remedy-kind").select_option("refund")
    agent.locator("#f-sum").fill("49.90")
    agent.locator("#f-currency").select_option("EUR")
    agent.locator("#f-words").fill(words)
    agent.locator("#act-remedy button").last.click()
    expect(agent.locator("main")).to_contain_text("Offered")


def test_from_a_tap_to_the_survey(person, served):
    customer = person(width=390)
    customer.goto("/t/belt-3")
    customer.get_by_role("button", name="Bad").click()
    expect(customer.locator("main")).to_contain_text("what holds you back?")
    customer.get_by_role("link", name="Report it, and get an answer").click()
    expect(customer.locator("#f-touchpoint")).to_have_value("belt-3")
    reference, _key = report(customer, what="The belt stood still for an hour.", start=customer.url)

    agent = person()
    sign_in(agent, "hugo")
    agent.goto(f"/desk/harbor/cases/{reference}")
    take_on(agent)
    let_promises_fall_due(served, reference)
    soon(customer, f"/cases/{reference}", "broken")
    expect(customer.locator("main")).to_contain_text("Late. Promised by")

    agent.goto(f"/desk/harbor/cases/{reference}")
    answer(agent, "A motor had failed. It runs again.")
    customer.goto(f"/cases/{reference}")
    customer.locator("form[action$=acceptance] button").first.click()
    expect(customer.locator("main")).to_contain_text("The case is closed")

    customer.locator("form[action$=reopening] button").click()
    expect(customer.locator("main")).to_contain_text("The case is open again")
    soon(customer, f"/cases/{reference}", "so that somebody else decides")
    host = person()
    sign_in(host, "greta")
    host.goto(f"/desk/airport/cases/{reference}")
    take_on(host, "Somebody else looks at it now.")
    offer(host, "What the taxi cost you.")

    customer.goto(f"/cases/{reference}")
    expect(customer.locator("main")).to_contain_text("49.90")
    customer.get_by_role("button", name="Accept").click()
    expect(customer.locator("main")).to_contain_text("Its delivery is a promise now")
    stranger = person()
    stranger.goto(f"/cases/{reference}")
    expect(stranger.locator("main")).not_to_contain_text("49.90")
    expect(stranger.locator("main")).to_contain_text("a refund")

    host.reload()
    host.locator("summary", has_text="It has been delivered").click()
    host.locator("input[name=proof]").fill("Transfer 4711")
    host.locator("form[action$=delivery] button").click()
    answer(host, "The refund is on its way; the motor was replaced.")
    customer.goto(f"/cases/{reference}")
    expect(customer.locator("main")).to_contain_text("Transfer 4711")
    customer.locator("form[action$=acceptance] button").first.click()
    customer.get_by_role("link", name="Say how it was").click()
    for name in ("professionalism", "quality", "ease", "quickness"):
        customer.locator(f"input[name={name}][value='5']").check()
    customer.locator("input[name=back][value=yes]").check()
    customer.locator("main form button.btn").last.click()
    expect(customer.locator("main")).to_contain_text("What you said counts")


def test_checked_refused_and_appealed(person):
    customer, agent = person(width=390), person()
    reference, _key = report(customer, what="They refused my voucher at belt 3.")
    sign_in(agent, "hugo")
    agent.goto(f"/desk/harbor/cases/{reference}")
    take_on(agent)
    unfold(agent, "find")
    agent.locator("#f-found").fill("The voucher names another airport.")
    agent.locator("#f-source").fill("The voucher's number in the register")
    agent.locator("#act-find button").click()
    unfold(agent, "assess")
    expect(agent.locator("#act-assess input:checked")).to_have_count(0)
    for test in ("factual", "can_act"):
        agent.locator(f"#act-assess input[name={test}]").check()
    agent.locator("#act-assess input[value=not_upheld]").check()
    agent.locator("#f-verdict-reason").select_option("outside_scope")
    agent.locator("#f-clause").fill("Voucher terms 4")
    agent.locator("#f-explanation").fill("The voucher is of another airport; we may not take it.")
    agent.locator("#act-assess button").click()
    expect(agent.locator("main")).to_contain_text("The decision is on record")
    answer(agent, "We cannot take this voucher.")

    customer.goto(f"/cases/{reference}")
    expect(customer.locator("#checked1")).to_have_count(1)
    expect(customer.locator("main")).to_contain_text("Voucher terms 4")
    customer.locator("#appeal summary").click()
    customer.locator("#f-appeal").fill("The airport has the same owner.")
    customer.locator("#appeal button").click()
    expect(customer.locator("main")).to_contain_text("Your appeal is on record")
    expect(customer.locator("#appeal")).to_have_count(0)
    soon(customer, f"/cases/{reference}", "so that somebody else decides")


def test_erased(person):
    customer, stranger = person(width=390), person()
    reference, key = report(customer, what="My name stands on the screen of belt 3.")
    customer.goto(f"/cases/{reference}")
    customer.locator("#mine > summary").click()
    customer.locator("#f-confirmation").fill("something else")
    customer.locator("form[action$=erasure] button").click()
    expect(customer.locator("main")).to_contain_text("Nothing was erased")
    customer.locator("#f-confirmation").fill(reference)
    customer.locator("form[action$=erasure] button").click()
    expect(customer.locator("main")).to_contain_text("You are erased from this case")
    answer_ = stranger.goto(f"/cases/{reference}")
    assert answer_ and answer_.status == 404
    for _ in range(30):
        opened = stranger.goto(key)
        if opened and opened.status == 404:
            break
        time.sleep(0.5)
    assert opened and opened.status == 404


def test_without_javascript_in_chinese_on_a_phone(person):
    customer = person(width=390, java_script_enabled=False, locale="zh-CN")
    customer.goto("/t/belt-3")
    customer.locator("button[value=bad]").click()
    customer.locator("button[value=nothing_changes]").click()
    expect(customer.locator("html")).to_have_attribute("lang", "zh-Hans")
    reference, _key = report(customer, what="三号转盘停了一个小时，没有人说明。")
    agent = person()
    sign_in(agent, "hugo")
    agent.goto(f"/desk/harbor/cases/{reference}")
    take_on(agent, "我们今天去查。")
    unfold(agent, "ask")
    agent.locator("#f-ask").fill("您的行李是什么颜色？")
    agent.locator("#f-ask-category").select_option(index=1)
    agent.locator("#act-ask button").last.click()
    customer.goto(f"/cases/{reference}")
    expect(customer.locator("main")).to_contain_text("您的行李是什么颜色？")
    customer.locator("form[action$=messages] textarea").fill("红色的。")
    customer.locator("form[action$=messages] button").last.click()
    agent.reload()
    offer(agent, "退还您的打车费用。")
    answer(agent, "电机坏了，已经换好。")
    customer.goto(f"/cases/{reference}")
    customer.locator("form[action*=remedies][action$=acceptance] button").click()
    customer.goto(f"/cases/{reference}")
    customer.locator(f"form[action='/cases/{reference}/acceptance'] button").click()
    customer.goto(f"/cases/{reference}/survey")
    customer.locator("input[name=ease][value='1']").check()
    customer.locator("main form button.btn").last.click()
    customer.locator("form[action$=reopening] button").click()
    customer.goto(f"/cases/{reference}")
    expect(customer.locator("main")).to_contain_text("转")
    for element in ("main",):
        assert customer.locator(element).evaluate("node => node.scrollWidth <= document.documentElement.clientWidth")
