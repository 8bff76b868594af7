"""What two businesses say to each other is read by those two, by the lead, and by the host where it decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.exc import ProgrammingError

from portal import directory
from portal.cases import reach
from portal.events.models import Event, EventContent, SharedWith
from portal.handoffs import handing, hosting, working
from portal.handoffs.handing import Ask
from portal.handoffs.models import Handoff
from portal.worker.main import until_idle
from tenants import clock, guard, proof, scope
from tenants.scope import Scope, db, entered, writing
from tests.conftest import ON_POSTGRESQL
from tests.handoffs.acts import accepted, do, offered
from tests.handoffs.conftest import handoff
from tests.isolation.test_walls_can_fail import without_second_wall  # noqa: F401 (fixture)
from tests.play import acknowledged, case_of, history, kinds_of, wait_until
from tests.search.conftest import found, keep_up

pytestmark = pytest.mark.database

BETWEEN = ("brief", "progress", "question", "information", "longer", "answer", "again")


@pytest.fixture
def two_parts(partners, cast):
    """Meridian leads. Harbor has had one part with everything that can be said, Lantern has another; id of the case."""
    made = acknowledged(cast, visibility="private")
    accepted(partners, made.case_id, "lantern", title="Look at the pictures")
    ask = Ask(cast.harbor, "zanzibarbrief", None, "Find the bag")
    with entered(cast.as_ada):
        one = handing.offer(made.case_id, case_of(cast, made.case_id).state_version, ask, author="Ada")
    do(partners, "harbor", handing.accept, one, author="Hugo")
    with entered(cast.as_hugo):
        working.report_progress(one, text="zanzibarprogress", author="Hugo")
    until = handoff(one).answer_by + timedelta(days=1)
    do(partners, "harbor", working.ask_longer, one, until=until, text="zanzibarlonger", author="Hugo")
    do(partners, "meridian", working.grant_longer, one, granted=False)
    do(partners, "harbor", working.ask, one, text="zanzibarquestion", author="Hugo")
    do(partners, "meridian", working.tell, one, text="zanzibarinformation", author="Ada")
    do(partners, "harbor", working.answer, one, text="zanzibaranswer", author="Hugo")
    do(partners, "meridian", working.reopen, one, text="zanzibaragain", author="Ada")
    return made.case_id, one


def read_by(cast, case_id, reader):
    """Which of the words a reader finds in the history, whichever of its tables is asked."""
    told = {entry.text.removeprefix("zanzibar") for entry in history(cast, case_id, reader) if entry.text}
    with entered(reader):
        contents = db.session.scalars(select(EventContent.text).where(EventContent.text.startswith("zanzibar")))
        assert {text.removeprefix("zanzibar") for text in contents} == told & {*BETWEEN}
        mine = select(func.count()).select_from(Event).where(Event.kind == "case.handoff.said")
        assert db.session.scalar(mine) >= len(told & {*BETWEEN})
    return told & {*BETWEEN}


def test_a_third_business_reads_nothing_of_it(partners, cast, two_parts):
    case_id, _one = two_parts
    assert read_by(cast, case_id, cast.as_ada) == {*BETWEEN}
    assert read_by(cast, case_id, cast.as_hugo) == {*BETWEEN}
    for name in ("lantern", "airport"):
        assert read_by(cast, case_id, partners.scopes[name]) == set(), name
    for reader in (cast.public, cast.customer(case_id), cast.as_otto):
        assert read_by(cast, case_id, reader) == set()
    kinds = kinds_of(cast, case_id, partners.scopes["lantern"])
    assert "case.handoff.not_extended" not in kinds and kinds.count("case.handoff.said") == 1, "its own brief"
    assert kinds.count("case.handoff.offered") == 2, "what became of a part is public"


def test_nor_does_search_know_it(partners, cast, two_parts):
    keep_up()
    for word in BETWEEN:
        for name, finds in (("meridian", 1), ("harbor", 1), ("lantern", 0), ("airport", 0)):
            assert len(found(partners.scopes[name], f"zanzibar{word}")) == finds, (name, word)


def test_whoever_leads_later_reads_it_and_whoever_led_then_too(partners, cast, two_parts):
    case_id, one = two_parts
    accepted(partners, case_id, "lantern", whole=True)
    assert case_of(cast, case_id).lead_tenant_id == partners.ids["lantern"]
    assert read_by(cast, case_id, partners.scopes["lantern"]) == {*BETWEEN}
    assert read_by(cast, case_id, cast.as_ada) == {*BETWEEN}
    do(partners, "harbor", working.answer, one, text="zanzibaranswer again", author="Hugo")
    assert any(entry.text == "zanzibaranswer again" for entry in history(cast, case_id, partners.scopes["lantern"]))


@pytest.mark.parametrize("end", ["declined", "returned"])
def test_the_words_of_an_end_are_for_the_two(partners, cast, end):
    made = acknowledged(cast)
    accepted(partners, made.case_id, "lantern", title="Look at the pictures")
    one = offered(partners, made.case_id)
    if end == "declined":
        do(partners, "harbor", handing.decline, one, reason="not_ours", text="zanzibar", author="Hugo")
    else:
        do(partners, "harbor", handing.accept, one, author="Hugo")
        do(partners, "harbor", handing.give_back, one, reason="cannot_solve", evidence="zanzibar")
    for name, reads in (("meridian", True), ("lantern", False), ("harbor", end == "returned"), ("airport", False)):
        said = [entry.text for entry in history(cast, made.case_id, partners.scopes[name])]
        assert ("zanzibar" in said) == reads, name


def test_the_host_reads_what_it_has_to_decide_and_no_other_part(partners, cast, two_parts):
    case_id, _one = two_parts
    late = offered(partners, case_id, "harbor", title="Pay the taxi")
    wait_until(handoff(late).accept_by)
    until_idle()
    wait_until(clock.now())
    until_idle()
    greta = partners.scopes["airport"]
    assert read_by(cast, case_id, greta) == set()
    said = [entry for entry in history(cast, case_id, greta) if entry.kind == "case.handoff.said"]
    assert [entry.text for entry in said] == ["Where is it?"] and said[0].facts["handoff"] == str(late)
    with entered(greta):
        version = case_of(cast, case_id).state_version
        to = {"part_id": handoff(late).part_id, "to_tenant_id": cast.harbor}
        hosting.assign(case_id, version, **to, reason="Theirs.")
    with entered(Scope.system(cast.riverside)):
        named = db.session.scalars(select(SharedWith.event_id).where(SharedWith.tenant_id == cast.airport)).all()
    assert len(named) == 2, "the brief, and that nobody took it on"
    disputed = newest(cast)
    do(partners, "harbor", hosting.dispute, disputed, text="The taxi was theirs.", author="Hugo")
    wait_until(clock.now())
    until_idle()
    do(partners, "meridian", hosting.reply, disputed, text="It was not.", author="Ada")
    words = [entry.text for entry in history(cast, case_id, greta) if entry.kind == "case.handoff.said"]
    assert words == ["Where is it?", "The taxi was theirs.", "It was not."]
    assert "The taxi was theirs." not in repr(history(cast, case_id, partners.scopes["lantern"]))
    do(partners, "airport", hosting.rule, disputed, reason="It stands.")
    with entered(cast.as_hugo):
        working.report_progress(disputed, text="We pay it.", author="Hugo")
    assert "We pay it." not in repr(history(cast, case_id, greta)), "it has decided"


def newest(cast):
    with entered(Scope.system(cast.riverside)):
        return db.session.scalars(select(Handoff.id).order_by(Handoff.id.desc())).first()


# -- each wall by itself -------------------------------------------------------------------------------------------


def open_the_rule(monkeypatch):
    monkeypatch.setattr(reach, "_is_for", lambda *_given: true())
    for kept in ("_rules", "_criteria"):
        monkeypatch.setattr(f"tenants.narrowing.{kept}", {})
    monkeypatch.setattr(guard, "_plans", {})
    monkeypatch.setattr(proof, "_written", {})


def words_in(reader):
    with entered(reader):
        statement = select(func.count()).select_from(EventContent).where(EventContent.text.startswith("zanzibar"))
        return db.session.scalar(statement)


def test_a_hole_in_the_rule_would_be_found(partners, cast, two_parts, without_second_wall, monkeypatch):  # noqa: F811
    lena = partners.scopes["lantern"]
    assert words_in(lena) == 0
    open_the_rule(monkeypatch)
    assert words_in(lena) == len(BETWEEN)


def test_the_second_wall_alone(partners, cast, two_parts, monkeypatch):
    """With no rule of ours at all, PostgreSQL shows the third business none of it; SQLite has no second wall."""
    monkeypatch.setattr(guard, "_names", lambda _sql: frozenset())
    monkeypatch.setattr(scope, "criteria", lambda *_a, **_o: [])
    assert words_in(partners.scopes["lantern"]) == (0 if ON_POSTGRESQL else len(BETWEEN))
    assert words_in(cast.as_hugo) == len(BETWEEN)


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has no second wall")
def test_nobody_names_itself_or_others_for_what_it_did_not_say(partners, cast, two_parts):
    """A row of another's entry is refused, though the statement carries the right stamps."""
    with entered(Scope.system(cast.riverside)):
        theirs = db.session.scalars(select(Event.id).where(Event.tenant_id == cast.harbor).limit(1)).one()
    row = {"network_id": cast.riverside, "event_id": theirs, "tenant_id": partners.ids["lantern"]}
    with entered(partners.scopes["lantern"]), pytest.raises(ProgrammingError), writing():
        db.session.execute(partners.scopes["lantern"].insert(SharedWith.__table__).inline(), row)


# -- on the pages --------------------------------------------------------------------------------------------------


def test_the_page_of_others_is_not_there(partners, cast, two_parts, signed_in):
    """A business with another part of the case gets what an id that nobody has gets, whatever it does."""
    directory.forget()
    case_id, one = two_parts
    lena = signed_in("lena")
    path, nothing = f"/desk/lantern/handoffs/{one}", f"/desk/lantern/handoffs/{one + 1}"
    assert lena.get(path).status_code == lena.get(nothing).status_code == 404
    page = lena.get(f"/desk/lantern/cases/{case_of(cast, case_id).reference}").text
    assert "zanzibar" not in page and f"/handoffs/{one}" not in page and "Look at the pictures" in page
