"""The path that everybody sees: who led the case and for how long, and whom they asked for help with what."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from portal import directory
from portal.cases import customer_verbs, handling, parts, promises, second_look
from portal.handoffs import handing, hosting, working
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import entered
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import as_manager, handoff
from tests.pages.conftest import Browser
from tests.play import acknowledged, case_of, wait_until

pytestmark = pytest.mark.database


class Line(HTMLParser):
    """Every list item of the path, as (how deep, its class, its text) in their order."""

    def __init__(self, html):
        super().__init__()
        self.found, self.open = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "li":
            item = [len(self.open), dict(attrs).get("class", ""), ""]
            self.open.append(item)
            self.found.append(item)

    def handle_endtag(self, tag):
        if tag == "li":
            self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.open[-1][2] += f" {data}"


def page_of(browser, app, cast, case_id):
    directory.forget()
    for kept in ("keeper", "fragments"):
        app.extensions[kept].clear()
    return browser.get(f"/cases/{case_of(cast, case_id).reference}").text


def lines(page):
    """Without the knot at its end, which is what is ahead, or how it ended: see `end_of`."""
    return [line for line in all_lines(page) if line[1] not in ("ahead", "end")]


def end_of(page):
    return [line[1:] for line in all_lines(page) if line[1] in ("ahead", "end")]


def all_lines(page):
    path = page.split('<section class="path', 1)[1].split("</section>", 1)[0]
    return [(depth, sort, " ".join(text.split())) for depth, sort, text in Line(path).found]


def stops(page):
    """Who led, after the report."""
    return [text for depth, _sort, text in lines(page) if not depth][1:]


def branches(page):
    return [text for depth, _sort, text in lines(page) if depth]


def test_who_gave_a_part_back_does_not_seem_to_have_it_still(partners, cast, app, browser):
    """What came back is told with what comes next: from then on the path says so too."""
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(clock.now() + timedelta(hours=3))
    do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="Not here.")
    (waits,) = branches(page_of(browser, app, cast, made.case_id))
    assert "Harbor" in waits and "answer by" in waits
    offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    harbor, lantern = branches(page_of(browser, app, cast, made.case_id))
    assert harbor == "Harbor Ground Handling part 1: Find the bag gave it back after 3 h"
    assert "Lantern Security part 1: Find the bag asked" in lantern and "yes or no by" in lantern
    assert lantern.endswith("Harbor Ground Handling gave it back; Lantern Security was asked next")


def test_and_where_the_host_is_to_decide_the_page_says_it_once(partners, cast, app, browser):
    made = acknowledged(cast)
    one = offered(partners, made.case_id)
    do(partners, "harbor", handing.decline, one, reason="not_ours", text="", author="Hugo")
    two = offered(partners, made.case_id, "lantern", part_id=handoff(one).part_id)
    do(partners, "lantern", handing.accept, two, author="Lena")
    do(partners, "lantern", handing.give_back, two, reason="cannot_solve", evidence="Not here.")
    until_idle()
    page = page_of(browser, app, cast, made.case_id)
    no, gave = branches(page)
    assert "Harbor Ground Handling part 1: Find the bag said no: it says that it is not responsible" in no
    assert gave == "Lantern Security part 1: Find the bag gave it back after less than a minute"
    (meridian,) = stops(page)
    assert meridian.endswith(
        "Harbor Ground Handling said no; Lantern Security gave it back; Riverside Airport decides who takes it"
    )
    assert page.count("they could not solve it") == 1


def test_who_helped_is_named_with_how_long(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(clock.now() + timedelta(hours=3))
    do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    assert branches(page_of(browser, app, cast, made.case_id)) == [
        "Harbor Ground Handling part 1: Find the bag answered after 3 h"
    ]
    do(partners, "meridian", working.reopen, one, text="Which belt?", author="Ada")
    assert "works on it since" in branches(page_of(browser, app, cast, made.case_id))[0]
    do(partners, "harbor", working.answer, one, text="Belt 3.", author="Hugo")
    wait_until(clock.now() + timedelta(hours=2))
    do(partners, "meridian", working.confirm, one)
    page = page_of(browser, app, cast, made.case_id)
    assert branches(page) == ["Harbor Ground Handling part 1: Find the bag helped for 3 h"], "waiting is not helping"


def test_two_who_help_at_once_hang_from_the_one_that_has_it(partners, cast, app, browser):
    made = acknowledged(cast)
    accepted(partners, made.case_id)
    accepted(partners, made.case_id, "lantern", title="Open the lane")
    page = page_of(browser, app, cast, made.case_id)
    assert [depth for depth, _sort, _text in lines(page)] == [0, 0, 1, 1]
    assert [text for text in branches(page) if "works on it since" in text and "answer by" in text] == branches(page)
    assert page.count("has it now") == page.count('aria-current="step"') == 1
    assert stops(page)[0].startswith("Meridian Air has it now, since")
    assert "part 2: Open the lane" in branches(page)[1]


def test_a_late_part_is_late_on_the_path_in_the_list_and_in_the_banner(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(handoff(one).answer_by)
    until_idle()
    page = page_of(browser, app, cast, made.case_id)
    ((_depth, sort, text),) = [line for line in lines(page) if line[0]]
    assert sort == "late" and "late since" in text and "answer by" not in text
    banner = page.split('class="next', 1)[1].split("</section>", 1)[0]
    assert "Waiting for Harbor Ground Handling, late since" in banner
    listed = page.split('<h2 id="parts">', 1)[1].split("</section>", 1)[0]
    assert "chip broken" in listed and "Harbor Ground Handling" in listed and "late since" in listed
    do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    page = page_of(browser, app, cast, made.case_id)
    assert "late since" not in page and branches(page)[0].endswith("was late"), "nobody waits for it any more"


def test_the_desk_says_it_as_well_and_asks_nobody_to_end_what_others_work_on(partners, cast, signed_in):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    wait_until(handoff(one).answer_by)
    until_idle()
    directory.forget()
    page = signed_in("ada").get(f"/desk/meridian/cases/{case_of(cast, made.case_id).reference}").text
    banner = page.split('class="next', 1)[1].split("</section>", 1)[0]
    assert "Waiting for Harbor Ground Handling, late since" in banner
    listed = page.split('<h2 id="parts">', 1)[1].split("</section>", 1)[0]
    assert "late since" in listed and "Harbor Ground Handling" in listed and "This part is done" not in listed


def test_more_time_makes_nobody_late(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    until = handoff(one).answer_by + timedelta(days=2)
    do(partners, "harbor", working.ask_longer, one, until=until, text="Snow", author="Hugo")
    wait_until(handoff(one).answer_by)
    until_idle()
    assert "late since" in branches(page_of(browser, app, cast, made.case_id))[0]
    do(partners, "meridian", working.grant_longer, one, granted=True)
    assert "late since" not in page_of(browser, app, cast, made.case_id)


def test_a_no_is_a_quiet_note_as_soon_as_the_next_step_is_known(partners, cast, app, browser):
    made = acknowledged(cast)
    one = offered(partners, made.case_id, whole=True)
    page = page_of(browser, app, cast, made.case_id)
    assert stops(page)[0].startswith("Meridian Air has it now"), "who is asked does not have it yet"
    assert "the whole case asked" in branches(page)[0] and "yes or no by" in branches(page)[0]
    do(partners, "harbor", handing.decline, one, reason="not_ours", text="", author="Hugo")
    assert "said no" not in page_of(browser, app, cast, made.case_id), "not before the next step"
    two = offered(partners, made.case_id, "lantern", whole=True)
    page = page_of(browser, app, cast, made.case_id)
    assert stops(page)[0].endswith("Harbor Ground Handling said no; Lantern Security was asked next")
    no, lantern = [(sort, text) for depth, sort, text in lines(page) if depth]
    assert no[0] == "no" and "Harbor Ground Handling the whole case said no: it says that it is not" in no[1]
    assert "asked today" in no[1] and lantern[1].startswith("Lantern Security")
    do(partners, "lantern", handing.decline, two, reason="no_capacity", text="", author="Lena")
    page = page_of(browser, app, cast, made.case_id)
    assert stops(page)[0].endswith("Two businesses said no; Riverside Airport decides who takes it")
    assert [sort for depth, sort, _text in lines(page) if depth] == ["no", "no"]
    assert "they cannot do it in time" in branches(page)[1], "the reason of each"
    wait_until(clock.now())
    until_idle()
    with entered(as_manager(partners, "airport")):
        version = case_of(cast, made.case_id).state_version
        hosting.assign(
            made.case_id, version, part_id=None, to_tenant_id=partners.ids["lantern"], reason="The lane is theirs."
        )
    page = page_of(browser, app, cast, made.case_id)
    first, then = stops(page)
    assert first.endswith("Two businesses said no; Riverside Airport decided") and "led for" in first
    assert then.startswith("Lantern Security has it now, since") and "answer by" not in then
    ((sort, ahead),) = end_of(page)
    assert sort == "ahead" and ahead.startswith("answer by"), "it stands at the end of the line, once"


def test_what_the_next_one_asks_for_hangs_from_the_next_one(partners, cast, app, browser):
    made = acknowledged(cast)
    accepted(partners, made.case_id, whole=True)
    accepted(partners, made.case_id, "lantern", by="harbor")
    page = page_of(browser, app, cast, made.case_id)
    assert [(depth, re.split(r" (?:has|led|part|\d)", text)[0]) for depth, _sort, text in lines(page)][1:] == [
        (0, "Meridian Air"),
        (0, "Harbor Ground Handling"),
        (1, "Lantern Security"),
    ]


def test_nobody_has_what_is_over_and_somebody_what_is_opened_again(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    do(partners, "meridian", working.confirm, one)
    with entered(cast.as_ada):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Ada")
    with entered(cast.customer(made.case_id)):
        customer_verbs.accept_answer(made.case_id, case_of(cast, made.case_id).state_version)
    page = page_of(browser, app, cast, made.case_id)
    assert "has it now" not in page and 'aria-current="step"' not in page
    with entered(cast.customer(made.case_id)):
        second_look.reopen(made.case_id, case_of(cast, made.case_id).state_version, reason="It is not mine.")
    assert page_of(browser, app, cast, made.case_id).count("has it now") == 1


def test_the_title_of_a_part_is_only_text(partners, cast, app, browser: Browser):
    made = acknowledged(cast)
    accepted(partners, made.case_id, title="<b>Find</b> it")
    page = page_of(browser, app, cast, made.case_id)
    assert "&lt;b&gt;Find&lt;/b&gt; it" in page and "<b>Find" not in page


def test_one_that_asked_nobody_has_no_path(cast, app, browser):
    made = acknowledged(cast)
    with entered(cast.as_ada):
        parts.split(made.case_id, case_of(cast, made.case_id).state_version, ["The bill"])
    assert "Path through the businesses" not in page_of(browser, app, cast, made.case_id)


def listed(page):
    """The promises of the side, as text."""
    side = page.split('<ul class="bare promises">', 1)[1].split("</ul>", 1)[0]
    return [" ".join(re.sub(r"<[^>]+>|&nbsp;", " ", item).split()) for item in re.split(r"<li\b[^>]*>", side)[1:]]


def test_a_promise_says_who_made_it_and_who_has_taken_it_over(partners, cast, app, browser):
    """Only what was still owed came along; what the new lead has said itself stands beside it."""
    made = acknowledged(cast)
    one = offered(partners, made.case_id, whole=True)
    wait_until(clock.now() + timedelta(hours=1))
    do(partners, "harbor", handing.accept, one, author="Hugo")
    page = page_of(browser, app, cast, made.case_id)
    own, answer, plan = listed(page)
    taken = f"{clock.now():%-d %b %Y}"
    assert answer.endswith(f"made by Meridian Air, taken over by Harbor Ground Handling on {taken}")
    assert plan.startswith("kept") and plan.endswith("Meridian Air"), "kept before, and nobody else's"
    assert "due An answer, as agreed when the case was taken on by" in own and own.endswith("Harbor Ground Handling")
    with entered(cast.as_hugo):
        promises.promise_more(made.case_id, "We bring it.", clock.now() + timedelta(days=1))
    (bring,) = [item for item in listed(page_of(browser, app, cast, made.case_id)) if "We bring it." in item]
    assert bring.endswith("Harbor Ground Handling") and "taken over" not in bring


def test_the_date_of_who_took_the_case_on_is_kept_or_broken(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    wait_until(handoff(one).answer_by)
    until_idle()
    page = page_of(browser, app, cast, made.case_id)
    assert "broken An answer, as agreed" in listed(page)[0] and "late since" in stops(page)[1]
    with entered(cast.as_hugo):
        handling.answer(made.case_id, case_of(cast, made.case_id).state_version, text="Here.", author="Hugo")
    page = page_of(browser, app, cast, made.case_id)
    assert "broken An answer, as agreed" in listed(page)[0] and "late since" not in stops(page)[1]
    other = acknowledged(cast)
    accepted(partners, other.case_id, whole=True)
    with entered(cast.as_hugo):
        handling.answer(other.case_id, case_of(cast, other.case_id).state_version, text="Here.", author="Hugo")
    assert "kept An answer, as agreed" in listed(page_of(browser, app, cast, other.case_id))[0]


def test_the_line_of_who_is_late_with_the_whole_case_is_red(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    sorts = [sort for depth, sort, _text in lines(page_of(browser, app, cast, made.case_id)) if not depth]
    assert sorts == ["", "", "now"]
    wait_until(handoff(one).answer_by)
    until_idle()
    page = page_of(browser, app, cast, made.case_id)
    assert [sort for depth, sort, _text in lines(page) if not depth][-1] == "now late"
    assert end_of(page) == [], "nothing is ahead that was due before"


def test_what_came_back_is_drawn_as_back_and_the_end_as_a_knot(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id)
    accepted(partners, made.case_id, "lantern", title="Open the lane")
    do(partners, "harbor", working.answer, one, text="Found.", author="Hugo")
    assert "Back with" not in page_of(browser, app, cast, made.case_id), "Lantern works on its part still"
    ((sort, _text),) = end_of(page_of(browser, app, cast, made.case_id))
    assert sort == "ahead"
    other = acknowledged(cast)
    two = accepted(partners, other.case_id)
    do(partners, "harbor", working.answer, two, text="Found.", author="Hugo")
    assert "Back with Meridian Air" in stops(page_of(browser, app, cast, other.case_id))[0]
    do(partners, "meridian", working.confirm, two)
    with entered(cast.as_ada):
        handling.answer(other.case_id, case_of(cast, other.case_id).state_version, text="Here.", author="Ada")
    assert end_of(page_of(browser, app, cast, other.case_id)) == []
    with entered(cast.customer(other.case_id)):
        customer_verbs.accept_answer(other.case_id, case_of(cast, other.case_id).state_version)
    ((sort, text),) = end_of(page_of(browser, app, cast, other.case_id))
    assert sort == "end" and text.startswith("Closed today")


def test_a_whole_case_that_came_back_is_back_with_the_one_that_had_it(partners, cast, app, browser):
    made = acknowledged(cast)
    one = accepted(partners, made.case_id, whole=True)
    do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="Not here.")
    wait_until(clock.now())
    until_idle()
    with entered(as_manager(partners, "airport")):
        version = case_of(cast, made.case_id).state_version
        hosting.assign(made.case_id, version, part_id=None, to_tenant_id=cast.meridian, reason="They know the bag.")
    first, harbor, back = stops(page_of(browser, app, cast, made.case_id))
    assert first.startswith("Meridian Air led for") and harbor.startswith("Harbor Ground Handling led for")
    assert back.startswith("Back with Meridian Air has it now, since")
