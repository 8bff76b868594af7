"""Words are planted everywhere, and looked for everywhere: in every page, fragment, feed, file, header, mail and log.

First: what is for few is never met by others. Then everything is removed, and nobody meets any of it again.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections import deque
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text

from portal.cases import customer_verbs, redaction, second_look
from portal.cases.erasure import erase_customer
from portal.cases.work_models import Part
from portal.database import owner_engine
from portal.handoffs import handing, hosting, managing, unit_offering, working
from portal.handoffs.models import UnitHandoff
from portal.handoffs.unit_offering import UnitAsk
from portal.worker.main import until_idle
from tenants import clock
from tenants.db import Base
from tenants.models import Unit
from tenants.scope import Scope, db, entered, writing
from tests.pages.conftest import hidden
from tests.play import case_of, history, lead_to, wait_until

pytestmark = [pytest.mark.database, pytest.mark.search]

ADDRESS = re.compile(r'(?:href|src|hx-get|action)="(/[^"#]*)')
DESK = "/desk/meridian/cases/"
MOST = 400


def canary(name):
    return f"canary{name}bird"


def crawl(person, *starts):
    """Every page, fragment, feed and file that a reader can reach by GET, as text with its headers."""
    seen, queue, found = set(), deque(starts), {}
    while queue and len(seen) < MOST:
        path = queue.popleft()
        plain = path.split("?lang=")[0].split("&lang=")[0]
        if plain in seen or plain.startswith(("/static/", "/sign-out")):
            continue
        seen.add(plain)
        answer = person.get(plain)
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
        found[plain] = f"{headers}\n\n{readable(answer)}"
        if answer.status_code in (301, 302, 303):
            queue.append(answer.headers["Location"])
        queue.extend(each.replace("&amp;", "&") for each in ADDRESS.findall(found[plain]))
    assert len(seen) < MOST, "the crawl does not end"
    return found


def readable(answer):
    """The body as text, an archive unpacked."""
    if answer.mimetype != "application/zip":
        return answer.get_data().decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.get_data())) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode('utf-8', 'replace')}" for name in archive.namelist())


def met(found, name):
    return sorted(path for path, page in found.items() if canary(name) in page)


def database(settings):
    engine = owner_engine(settings)
    with engine.connect() as connection:
        rows = [
            (table.name, str(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
        ]
    engine.dispose()
    return rows


@pytest.fixture
def post(signed_in):
    """A desk at which each act is the form of the page."""
    ada = signed_in("ada")

    def act(reference, where, **values):
        page = ada.get(f"{DESK}{reference}").text
        answer = ada.post(f"{DESK}{reference}/{where}", {"version": hidden(page, "version"), **values})
        assert answer.status_code == 303, answer.text
        return ada

    return act


PUBLIC = ("report", "wish", "happened", "plan", "reply", "question", "message", "promise", "moved", "found", "source")
PRIVATE = ("note", "words", "proof", "why", "staff")
VERDICT = {
    "factual": "1",
    "can_act": "1",
    "outcome": "not_upheld",
    "reason": "outside_scope",
    "clause": canary("clause"),
}


@pytest.fixture
def planted(browser, report, post, hand, cast):
    """A public case on which everybody has written something of their own."""
    reference, _key = report(
        what=f"{canary('report')} did not arrive.", wish=canary("wish"), happened=canary("happened"), reviewed="1"
    )
    post(reference, "acknowledgement", plan=canary("plan"), due="2026-11-20T12:00")
    post(reference, "replies", text=canary("reply"))
    post(reference, "questions", text=canary("question"), touchpoint="gate-b4", category="lost-luggage")
    page = browser.get(f"/cases/{reference}")
    browser.post(f"/cases/{reference}/messages", {"version": hidden(page.text, "version"), "text": canary("message")})
    page = browser.get(f"/cases/{reference}")
    shown = {"text": "A paper.", "files": (io.BytesIO(canary("paper").encode()), "paper.txt"), "files_public": "1"}
    browser.post(f"/cases/{reference}/messages", {"version": hidden(page.text, "version"), **shown})
    post(reference, "promises", sentence=canary("promise"), due="2026-11-20T12:00")
    ada = post(reference, "notes", text=canary("note"))
    move = re.findall(r"promises/\d+/date", ada.get(f"{DESK}{reference}").text)[0]
    post(reference, move, due="2026-11-24T12:00", reason=canary("moved"))
    post(reference, "findings", found=canary("found"), source=canary("source"), demand=canary("demand"))
    post(reference, "assessment", **VERDICT, explanation=canary("explanation"))
    post(reference, "parts", titles=canary("part"))
    offer = {"kind": "refund", "sum": "5", "currency": "EUR", "due": "2026-11-25T12:00"}
    post(reference, "remedies", **offer, words=canary("words"), reason=canary("why"))
    accept = re.search(r"remedies/\d+/acceptance", browser.get(f"/cases/{reference}").text)[0]
    browser.post(f"/cases/{reference}/{accept}", {})
    delivery = re.search(r"remedies/\d+/delivery", ada.get(f"{DESK}{reference}").text)[0]
    post(reference, delivery, proof=canary("proof"))
    done = re.search(r"parts/\d+/end", ada.get(f"{DESK}{reference}").text)[0]
    post(reference, done)
    between_units(cast, reference)
    answer = {"text": canary("answer"), "touchpoint": "gate-b4", "category": "lost-luggage"}
    post(reference, "answer", **answer, about_staff=canary("staff"))
    return reference


INSIDE = (
    "unitpart",
    "brief",
    "inquiry",
    "told",
    "progress",
    "longer",
    "found_inside",
    "missing",
    "evidence",
    "refusal",
)
INSIDE += ("ruling", "objection", "objected", "verdict")


def between_units(cast, reference):
    """Two units of Meridian hand a part of their own to and fro, and a manager decides: with words in every field."""
    case_id = case_by(cast, reference).id
    with entered(Scope.system(cast.riverside)), writing():
        units = [
            Unit(network_id=cast.riverside, tenant_id=cast.meridian, slug=each, name={"en": canary(each)})
            for each in ("unitone", "unittwo")
        ]
        db.session.add_all(units)
        db.session.flush()
        one, two = (unit.id for unit in units)
    boss = Scope.staff(cast.riverside, cast.meridian, cast.ada, "manager")

    def act(verb, *given, **values):
        with entered(boss):
            newest = db.session.scalars(select(UnitHandoff).order_by(UnitHandoff.id.desc())).first()
            verb(newest.id, *(given or (newest.version,)), **values)

    def offer(unit_id, **what):
        with entered(boss):
            ask = UnitAsk(unit_id, canary("brief"), **what)
            unit_offering.offer(case_id, case_of(cast, case_id).state_version, ask, author=canary("staff"))

    by = {"author": canary("staff")}
    offer(one, title=canary("unitpart"))
    act(handing.accept, **by)
    act(working.ask, text=canary("inquiry"), **by)
    act(working.tell, text=canary("told"), **by)
    act(handing.give_back, reason="cannot_solve", evidence=canary("evidence"))
    with entered(boss):
        part = db.session.scalars(select(Part.id).where(Part.is_internal)).one()
    offer(two, part_id=part)
    act(handing.decline, reason="not_ours", text=canary("refusal"), **by)
    with entered(boss):
        version = case_of(cast, case_id).state_version
        managing.assign(case_id, version, part_id=part, to_unit_id=one, reason=canary("ruling"))
    act(hosting.dispute, text=canary("objection"), **by)
    act(hosting.reply, text=canary("objected"), **by)
    act(hosting.rule, reason=canary("verdict"))
    with entered(boss):
        newest = db.session.scalars(select(UnitHandoff).order_by(UnitHandoff.id.desc())).first()
        working.report_progress(newest.id, text=canary("progress"), **by)
    act(working.ask_longer, until=clock.now() + timedelta(days=90), text=canary("longer"), **by)
    act(working.grant_longer, granted=True)
    act(working.answer, text=canary("found_inside"), **by)
    act(working.reopen, text=canary("missing"), **by)
    act(working.answer, text=canary("found_inside"), **by)
    act(working.confirm)


SEARCH = "/search?q=arrive"


def starts(reference):
    return "/", "/cases", SEARCH, f"/cases/{reference}", f"/cases/{reference}/live", f"/cases/{reference}/feed.atom"


def test_what_is_for_few_is_met_by_few(planted, another, signed_in):
    until_idle()
    everybody = crawl(another(), *starts(planted))
    for name in (*PRIVATE, *INSIDE, "unitone", "unittwo"):
        assert met(everybody, name) == [], name
    for name in PUBLIC:
        assert f"/cases/{planted}" in met(everybody, name), name
    assert SEARCH in met(everybody, "report"), "search is looked into as well"
    stranger = signed_in("hugo")
    theirs = crawl(stranger, "/desk/harbor/", f"/desk/harbor{SEARCH}", f"/desk/harbor/cases/{planted}")
    for name in (*PUBLIC, *PRIVATE, *INSIDE, "unitone", "unittwo"):
        assert not [path for path in met(theirs, name) if path.startswith("/desk/")], name
    far = crawl(another("northport.example"), *starts(planted))
    for name in (*PUBLIC, *PRIVATE, *INSIDE):
        assert met(far, name) == [], name


def test_what_is_inside_is_met_by_the_business_alone(cast, planted, browser, another, signed_in, migrated):
    """Also not by the customer, nor by a business that works on the case; nor in any letter or answer of the search."""
    case_id = case_by(cast, planted).id
    lead_to(cast, case_id, cast.harbor)
    until_idle()
    owner = crawl(browser, *starts(planted))
    assert f"/cases/{planted}/export.zip" in met(owner, "report")
    hugo = signed_in("hugo")
    theirs = crawl(hugo, "/desk/harbor/", f"/desk/harbor{SEARCH}", f"/desk/harbor/cases/{planted}")
    assert f"/desk/harbor/cases/{planted}" in met(theirs, "report")
    ada = crawl(signed_in("ada"), f"/desk/meridian/cases/{planted}", "/desk/meridian/units")
    mails = [
        message_from_bytes(mail.read_bytes(), policy=policy.default).as_string()
        for mail in (migrated.data_dir / "outbox").glob("*.eml")
    ]
    for name in (*INSIDE, "unitone", "unittwo"):
        assert met(owner, name) == met(theirs, name) == [], name
        assert met(ada, name), name
        assert not [mail for mail in mails if canary(name) in mail], name
    for desk in ("/search", "/desk/harbor/search"):
        assert planted not in hugo.get(f"{desk}?q={canary('brief')}").text
    assert planted in signed_in("ada").get(f"/desk/meridian/search?q={canary('brief')}").text


def test_what_is_removed_is_met_by_nobody(cast, planted, browser, another, signed_in, migrated, caplog):
    caplog.set_level(logging.DEBUG)
    for person in (another(), browser):  # fills what is kept in memory
        crawl(person, *starts(planted))
    owner = crawl(browser, f"/cases/{planted}")
    assert f"/cases/{planted}/export.zip" in met(owner, "report"), "the archive is read as well"
    case_id = case_by(cast, planted).id
    with entered(cast.as_ada):
        for entry in history(cast, case_id):
            if "canary" in f"{entry.text}{entry.facts}" and entry.kind != "case.original.kept":
                redaction.redact(case_id, entry.seq, "personal")
    until_idle()
    names = (*PUBLIC, *INSIDE, "note", "explanation", "demand", "clause", "part", "answer", "staff")
    readers = {
        "everybody": crawl(another(), *starts(planted)),
        "owner": crawl(browser, *starts(planted)),
        "lead": crawl(signed_in("ada"), "/desk/meridian/", f"/desk/meridian{SEARCH}", f"{DESK}{planted}"),
    }
    for reader, found in readers.items():
        for name in names:
            assert met(found, name) == [], (reader, name)
    left = database(migrated)
    for name in names:
        assert [table for table, row in left if canary(name) in row] == [], name
        assert canary(name) not in caplog.text, name


def test_what_a_customer_has_erased_is_met_by_nobody(cast, planted, another, signed_in, migrated):
    case_id = case_by(cast, planted).id
    with entered(cast.customer(case_id)):
        customer_verbs.accept_answer(case_id, case_of(cast, case_id).state_version)
        second_look.reopen(case_id, case_of(cast, case_id).state_version, reason=canary("again"))
        erase_customer(case_id)
    wait_until(clock.now())
    until_idle()
    assert another().get(f"/cases/{planted}").status_code == 404
    found = crawl(signed_in("ada"), "/desk/meridian/", f"{DESK}{planted}")
    for name in ("report", "wish", "happened", "message", "words", "proof", "again"):
        assert met(found, name) == [], name
        assert [table for table, row in database(migrated) if canary(name) in row] == [], name
        for mail in (migrated.data_dir / "outbox").glob("*.eml"):
            assert canary(name) not in message_from_bytes(mail.read_bytes(), policy=policy.default).as_string()


def case_by(cast, reference):
    from sqlalchemy import select

    from portal.cases.models import Case
    from tenants.scope import Scope, db

    with entered(Scope.system(cast.riverside)):
        return db.session.scalars(select(Case).where(Case.reference == reference)).one()
