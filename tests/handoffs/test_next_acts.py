"""Where somebody is late or said no, the desk offers first what helps, named by what comes of it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from portal.handoffs import handing
from tests.handoffs.acts import accepted, do, given_by_the_host, offered
from tests.handoffs.conftest import handoff
from tests.handoffs.test_pages import act
from tests.play import acknowledged, case_of, wait_until

pytestmark = pytest.mark.database


def acts(page):
    return page.split('<h2 id="acts">', 1)[1].split("</section>", 1)[0]


def in_order(page, *words):
    places = [acts(page).index(each) for each in words]
    return places == sorted(places)


def buttons(page):
    """What stands out: links and folded forms that are drawn as the first act."""
    return re.findall(r'<(?:a|summary) class="btn"[^>]*>([^<]+)<', acts(page))


def test_who_leads_by_the_hosts_decision_gives_the_answer_first(partners, cast, signed_in):
    made = given_by_the_host(partners, cast)
    hugo, path = signed_in("hugo"), f"/desk/harbor/cases/{case_of(cast, made.case_id).reference}"
    newest = re.findall(r'/desk/harbor/handoffs/(\d+)"', hugo.get(path).text)[0]
    wait_until(handoff(int(newest)).answer_by + timedelta(minutes=1))
    hugo = signed_in("hugo")
    page = hugo.get(f"/desk/harbor/handoffs/{newest}").text
    assert buttons(page) == ["Give the answer"] and f'href="{path}?act=answer#act-answer"' in page
    assert in_order(page, "Give the answer", "Tell the customer how it stands", "Object to the decision")
    assert re.search(r'open><summary id="act-answer"', hugo.get(f"{path}?act=answer").text)


def test_who_waits_for_somebody_late_can_ask_somebody_else(partners, cast, signed_in):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    ada, path = signed_in("ada"), f"/desk/meridian/handoffs/{one}"
    assert "Withdraw the request" in acts(ada.get(path).text)
    assert "Ask for more time" in acts(signed_in("hugo").get(f"/desk/harbor/handoffs/{one}").text)
    wait_until(handoff(one).answer_by + timedelta(minutes=1))
    ada, hugo = signed_in("ada"), signed_in("hugo")
    page = ada.get(path).text
    assert buttons(page) == ["Take it back and ask somebody else"] and "?act=reply#act-reply" in acts(page)
    theirs = hugo.get(f"/desk/harbor/handoffs/{one}").text
    assert buttons(theirs) == ["Answer"] and "Ask for more time" not in acts(theirs), "that is asked before it is up"
    done = act(ada, path, "withdrawal")
    assert "Taken back." in done.text and re.search(r'open><summary id="act-hand_off"', done.text)


def test_after_a_no_the_one_that_was_named_is_asked(partners, cast, signed_in):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    do(
        partners,
        "harbor",
        handing.decline,
        one,
        reason="not_ours",
        text="",
        author="Hugo",
        suggested_id=partners.ids["lantern"],
    )
    ada = signed_in("ada")
    page = ada.get(f"/desk/meridian/handoffs/{one}").text
    assert buttons(page) == ["Ask Lantern Security"] and in_order(page, "Ask Lantern Security", "How was it?")
    form = ada.get(f"/desk/meridian/cases/{case_of(cast, made.case_id).reference}?act=hand_off&partner=lantern").text
    assert re.search(r'<option value="lantern" selected', form)
    offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    assert "Ask Lantern" not in ada.get(f"/desk/meridian/handoffs/{one}").text, "it has been asked since"
