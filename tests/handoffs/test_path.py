"""The path that everybody sees: each business that had a part, for how long, and how it ended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal import directory
from portal.handoffs import handing, working
from portal.worker.main import until_idle
from tenants import clock
from tests.handoffs.conftest import handoff
from tests.handoffs.test_handing import accepted, do, offered
from tests.play import acknowledged, case_of, wait_until

pytestmark = pytest.mark.database


def path_of(browser, app, cast, case_id):
    """The stations after the report, as text."""
    directory.forget()
    for kept in ("keeper", "fragments"):
        app.extensions[kept].clear()
    page = browser.get(f"/cases/{case_of(cast, case_id).reference}").text
    stations = re.findall(r"<li[^>]*>(.*?)</li>", page.split('class="path', 1)[1].split("</ol>", 1)[0], re.S)
    return [" ".join(re.sub(r"<[^>]+>|&nbsp;", " ", station).split()) for station in stations][2:]


def test_who_gave_a_part_back_does_not_seem_to_have_it_still(partners, cast, app, browser):
    """What came back is told with what comes next: from then on the path says so too."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(clock.now() + timedelta(hours=3))
    do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="Not here.")
    (waits,) = path_of(browser, app, cast, made.case_id)
    assert "Harbor" in waits and "answer by" in waits
    offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    harbor, lantern = path_of(browser, app, cast, made.case_id)
    assert harbor == "Harbor Ground Handling part 1 · gave it back after 3 h"
    assert "Lantern Security part 1 · yes or no by" in lantern


def test_and_where_the_host_is_to_decide_the_page_says_it_once(partners, cast, app, browser):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    do(partners, "harbor", handing.decline, one, reason="not_ours", text="", author="Hugo")
    two = offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    do(partners, "lantern", handing.accept, two, author="Lena")
    do(partners, "lantern", handing.give_back, two, reason="cannot_solve", evidence="Not here.")
    until_idle()
    assert path_of(browser, app, cast, made.case_id) == [
        "Lantern Security part 1 · gave it back after less than a minute"
    ]
    page = browser.get(f"/cases/{case_of(cast, made.case_id).reference}").text
    assert "gave it back: they could not solve it&nbsp;· came back 2 times" in page


def test_who_helped_is_named_with_how_long(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(clock.now() + timedelta(hours=3))
    do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    do(partners, "meridian", working.confirm, one)
    assert path_of(browser, app, cast, made.case_id) == ["Harbor Ground Handling part 1 · helped for 3 h"]
