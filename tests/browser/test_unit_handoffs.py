"""A case that one business answers with a unit of its own: what the two hand over, and that nobody outside sees it.

The business has people of its own here, so that no other test meets its units. The customer's side is played at 390
pixels, in Chinese and without script; axe looks at each page of the desk on a phone in the dark and on a wide screen.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.accounts.passwords import hashed
from portal.config import Settings
from portal.directory import touch
from portal.web import create_app
from tenants.models import Membership, Network, Unit, User
from tenants.scope import Scope, db, entered, writing
from tests.browser.conftest import PASSWORD, Served, sign_in
from tests.browser.test_handoffs import looked_at
from tests.browser.test_journeys import report
from tests.cast import _person, _tenant, _touchpoint

pytestmark = pytest.mark.browser
PEOPLE = {"lena": "agent", "bo": "agent", "mona": "manager"}
"""Lena sits at the front desk, Bo in the unit, Mona decides."""


@pytest.fixture(scope="module")
def lantern(served: Served) -> None:
    """Lantern Security with a unit, and a lane that it answers for."""
    app = create_app(Settings(data_dir=served.folder, secret_key="b" * 40))
    with app.app_context():
        with entered(Scope.system()), writing():
            riverside = db.session.scalars(select(Network).where(Network.slug == "riverside")).one().id
            tenant = _tenant(riverside, "lantern", "Lantern Security")
            _touchpoint(riverside, tenant, "lane-1", "Lane 1")
            people = {name: _person(riverside, tenant, f"{name}@example.com", name, PEOPLE[name]) for name in PEOPLE}
            unit = Unit(network_id=riverside, tenant_id=tenant, slug="lanes", name={"en": "Lanes", "zh_Hans": "通道组"})
            db.session.add(unit)
            db.session.flush()
            db.session.get_one(Membership, (tenant, people["bo"])).unit_id = unit.id
            password = hashed(PASSWORD)
            for person_id in people.values():
                db.session.get_one(User, person_id).password_hash = password
            touch(riverside)
        for engine in db.engines.values():
            engine.dispose()
    wait_until_known(served, "/report?touchpoint=lane-1", "Lane 1")


def wait_until_known(served: Served, path: str, words: str) -> None:
    """The portal goes on for two seconds with what it knows of a network."""
    for _glance in range(100):
        with closing(http.client.HTTPConnection(served.url.removeprefix("http://"), timeout=10)) as connection:
            connection.request("GET", path)
            if words in connection.getresponse().read().decode():
                return
        time.sleep(0.1)
    raise AssertionError(f"{path} never says {words}")


def everywhere(page: Page) -> None:
    looked_at(page)
    looked_at(page, 1280)


def say(page: Page, what: str, words: str, button: str) -> None:
    """Open one act of the hand-off, write, and send it."""
    page.locator("summary").get_by_text(what, exact=True).click()
    page.locator("details[open] textarea").fill(words)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".notice").first).to_be_visible()


def test_a_part_goes_to_a_unit_and_back(lantern: None, person: Callable[..., Page]) -> None:
    customer = person(width=390, locale="zh-CN", java_script_enabled=False)
    lena, bo, mona = person(bypass_csp=True), person(bypass_csp=True), person(bypass_csp=True)
    reference, _key = report(customer, what="只开了一条通道，排了七十分钟。", start="/report?touchpoint=lane-1")
    path = f"/desk/lantern/cases/{reference}"

    sign_in(lena, "lena")
    lena.goto(path)
    lena.locator("#act-acknowledge textarea").fill("We look who was on duty, and write to you.")
    lena.locator("#act-acknowledge button").click()
    lena.goto(f"{path}?act=give_unit")
    everywhere(lena)
    form = lena.locator("form[action$='/unit-handoffs']")
    form.locator("select[name=unit]").select_option(label="Lanes")
    form.locator("select[name=what]").select_option("new")
    form.locator("input[name=title]").fill("Who was on duty")
    form.locator("textarea").fill("One lane of three was open from 5:40.")
    form.locator("button").click()
    expect(lena.locator("section:has(> #inside)")).to_contain_text("Lanes")

    sign_in(bo, "bo")
    bo.goto("/desk/lantern/handoffs")
    everywhere(bo)
    bo.get_by_role("link", name="Who was on duty").click()
    expect(bo.locator("main")).to_contain_text("One lane of three")
    expect(bo.get_by_role("button", name="Withdraw the request")).to_have_count(0)
    inside = bo.url

    sign_in(mona, "mona")
    mona.goto(inside)
    expect(mona.get_by_role("group", name="For Lanes:").get_by_role("button", name="We take it on")).to_be_visible()
    withdraw = mona.get_by_role("group", name="For Front desk:").get_by_role("button", name="Withdraw the request")
    expect(withdraw).to_be_visible()
    everywhere(mona)

    lena.reload()
    expect(lena.locator("section:has(> #inside)")).to_contain_text("opened")
    bo.get_by_role("button", name="We take it on").click()
    say(bo, "Ask back", "Which day?", "Ask")
    everywhere(bo)
    lena.goto(inside)
    say(lena, "Tell them", "The ninth.", "Send it")
    bo.reload()
    say(bo, "Answer", "Two colleagues were ill; nobody was called in.", "Send the answer")
    everywhere(bo)
    lena.reload()
    expect(lena.locator(".timeline > li").first).to_contain_text("has answered")
    lena.get_by_role("button", name="The answer will do").click()
    everywhere(lena)
    _it_is_rated(lena)
    mona.goto("/desk/lantern/units")
    everywhere(mona)
    lena.goto(path)
    everywhere(lena)
    _nobody_outside_sees_it(customer, person(bypass_csp=True), reference)


def _it_is_rated(lena: Page) -> None:
    lena.locator("#f-help").get_by_text("good").click()
    lena.locator("#f-ease").get_by_text("fine").click()
    lena.get_by_role("button", name="Keep it").click()
    expect(lena.locator(".notice").first).to_contain_text("Only your business sees this")


def _nobody_outside_sees_it(customer: Page, stranger: Page, reference: str) -> None:
    for page in (customer, stranger):
        page.goto(f"/cases/{reference}")
        expect(page.locator("main")).to_contain_text("Lantern Security")
        expect(page.locator(".path")).to_have_count(0)
        for word in ("Lanes", "通道组", "Who was on duty", "Two colleagues", "lena"):
            expect(page.locator("main")).not_to_contain_text(word)
    looked_at(stranger)
