"""Words are planted in every field of a hand-off: each is met by exactly those who may read it.

Meridian leads. Harbor and Lantern each have a part and have had another, which came back twice; the airport, as the
host, has decided on that one and on no other.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal import directory
from portal.cases import redaction
from portal.handoffs import handing, hosting, working
from portal.handoffs.handing import Ask
from portal.handoffs.models import Handoff
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import Scope, db, entered
from tests.handoffs.acts import do
from tests.handoffs.conftest import handoff, partners  # noqa: F401 (fixture)
from tests.pages.test_canaries import canary, crawl, database, met
from tests.play import acknowledged, case_of, history, wait_until

pytestmark = [pytest.mark.database, pytest.mark.search]

EVERYBODY = ("public", "customer", "meridian", "harbor", "lantern", "airport")
WORDS = {
    EVERYBODY: ("title", "assigned", "ruling"),
    ("meridian", "harbor", "airport"): ("asked", "declined", "dispute", "reply"),
    ("meridian", "lantern", "airport"): ("next", "evidence"),
    ("meridian", "harbor"): ("brief", "question", "information", "progress", "longer", "answer", "again"),
    ("meridian", "lantern"): ("other",),
}
READ_BY = {word: set(readers) for readers, words in WORDS.items() for word in words}
"""Word → who meets it somewhere, of everybody who looks everywhere."""


@pytest.fixture
def planted(partners, cast, app):  # noqa: F811
    """(the case, and the key of its customer)"""
    directory.forget()
    for kept in ("keeper", "fragments"):
        app.extensions[kept].clear()
    made = acknowledged(cast)

    def ask(to, brief, title="", part_id=None):
        with entered(cast.as_ada):
            version = case_of(cast, made.case_id).state_version
            words = Ask(partners.ids[to], canary(brief), part_id, title)
            return handing.offer(made.case_id, version, words, author="Ada")

    do(partners, "lantern", handing.accept, ask("lantern", "other", "Look at the pictures"), author="Lena")
    _a_long_one(partners, cast, ask("harbor", "brief", "Pay the taxi"))
    one = ask("harbor", "asked", canary("title"))
    do(partners, "harbor", handing.decline, one, reason="not_ours", text=canary("declined"), author="Hugo")
    two = ask("lantern", "next", part_id=handoff(one).part_id)
    do(partners, "lantern", handing.accept, two, author="Lena")
    do(partners, "lantern", handing.give_back, two, reason="cannot_solve", evidence=canary("evidence"))
    _decided(partners, cast, made.case_id, handoff(one).part_id)
    return made


def _a_long_one(partners, cast, one):  # noqa: F811
    do(partners, "harbor", handing.accept, one, author="Hugo")
    with entered(cast.as_hugo):
        working.report_progress(one, text=canary("progress"), author="Hugo")
    until = handoff(one).answer_by + timedelta(days=1)
    do(partners, "harbor", working.ask_longer, one, until=until, text=canary("longer"), author="Hugo")
    do(partners, "harbor", working.ask, one, text=canary("question"), author="Hugo")
    do(partners, "meridian", working.tell, one, text=canary("information"), author="Ada")
    do(partners, "harbor", working.answer, one, text=canary("answer"), author="Hugo")
    do(partners, "meridian", working.reopen, one, text=canary("again"), author="Ada")


def _decided(partners, cast, case_id, part_id):  # noqa: F811
    _a_moment()
    with entered(cast.as_greta):
        version = case_of(cast, case_id).state_version
        to = {"part_id": part_id, "to_tenant_id": cast.harbor}
        hosting.assign(case_id, version, **to, reason=canary("assigned"))
    with entered(Scope.system(cast.riverside)):
        one = db.session.scalars(select(Handoff.id).order_by(Handoff.id.desc())).first()
    do(partners, "harbor", hosting.dispute, one, text=canary("dispute"), author="Hugo")
    _a_moment()
    do(partners, "meridian", hosting.reply, one, text=canary("reply"), author="Ada")
    do(partners, "airport", hosting.rule, one, reason=canary("ruling"))


def _a_moment():
    wait_until(clock.now())
    until_idle()


@pytest.fixture
def readers(planted, cast, browser, another, signed_in):
    """Everybody, and where they begin to look."""
    reference = case_of(cast, planted.case_id).reference
    browser.get(f"/k/{planted.key}")
    browser.post(f"/k/{planted.key}")
    page = f"/cases/{reference}"
    outside = ("/", "/cases", "/search?q=arrive", page, f"{page}/live", f"{page}/feed.atom")
    found = {
        "public": (another(), outside),
        "customer": (browser, (page,)),
        "far": (another("northport.example"), outside),
    }
    for name, slug in (("ada", "meridian"), ("hugo", "harbor"), ("lena", "lantern"), ("greta", "airport")):
        with entered(Scope.system()):
            legs = db.session.scalars(select(Handoff.id)).all()
        theirs = [f"/desk/{slug}/handoffs/{one}" for one in legs]
        desk = f"/desk/{slug}"
        starts = (f"{desk}/", f"{desk}/search?q=arrive", f"{desk}/handoffs", f"{desk}/cases/{reference}", *theirs)
        found[slug] = (signed_in(name), starts)
    return found


def who_meets(readers):
    until_idle()
    pages = {name: crawl(person, *starts) for name, (person, starts) in readers.items()}
    return {word: {name for name, found in pages.items() if met(found, word)} for word in READ_BY}


def test_each_word_is_met_by_exactly_those_who_may(readers):
    assert who_meets(readers) == READ_BY


def test_what_is_removed_is_met_by_nobody(readers, planted, cast, migrated):
    who_meets({name: readers[name] for name in ("public", "customer")})  # fills what is kept in memory
    with entered(cast.as_ada):
        for entry in history(cast, planted.case_id):
            if "canary" in f"{entry.text}{entry.facts}":
                redaction.redact(planted.case_id, entry.seq, "personal")
    assert who_meets(readers) == {word: set() for word in READ_BY}
    left = database(migrated)
    for word in READ_BY:
        assert [table for table, row in left if canary(word) in row] == [], word
