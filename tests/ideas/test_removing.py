"""Words of ideas that are removed, hidden, or not public: planted everywhere, looked for everywhere, met nowhere."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from typing import Any

import pytest

from portal.cases.redaction import NothingThere
from portal.events import kinds
from portal.events.models import EventContent
from portal.events.record import record
from portal.events.timeline import timeline_of_idea
from portal.followers.log.models import LogEntry
from portal.ideas import amending, commenting, moderating, redaction, revising
from portal.ideas.commenting import Said
from portal.ideas.holding import held
from portal.ideas.proposing import Proposal, propose
from portal.ideas.team_models import IdeaPromise
from portal.ideas.voices import Voice
from portal.worker.main import until_idle
from tenants import clock
from tenants.ids import new_id, new_token
from tenants.models import User
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import NIA, OLA, idea_row
from tests.ideas.test_comments import team as team
from tests.pages.test_canaries import canary, crawl, database, met

pytestmark = [pytest.mark.database, pytest.mark.search]

NAMES = (
    "title", "text", "credit", "newtitle", "newtext", "after", "why", "proposer", "comment", "commenter", "discussed",
    "reason", "held",
)  # fmt: skip
SEARCHES = ("/search?q=stands", "/search?q=nodding")


@pytest.fixture
def guests(cast: Cast) -> tuple[Voice, Voice]:
    """Two customers with accounts, and the names that they give."""
    with entered(Scope.system(cast.riverside)), writing():
        users = [User(network_id=cast.riverside, email=f"{who}@example.com", name=who) for who in ("gus", "gil")]
        db.session.add_all(users)
        db.session.flush()
        return Voice("gus", users[0].id, canary("credit")), Voice("gil", users[1].id, canary("proposer"))


@pytest.fixture
def planted(cast: Cast, guests: tuple[Voice, Voice], hand: Any) -> Any:
    """An idea on which everything was written that can be."""
    return plant(cast, *guests)


def plant(cast: Cast, gus: Voice, gil: Voice, scope: Scope | None = None, **changes: str) -> Any:
    own, other = (scope or Scope.customer(cast.riverside, person_id=who.person_id) for who in (gus, gil))
    with entered(own):
        what = Proposal(
            canary("title"), f"{canary('text')} stands.\n\nIt is here.", "en", touchpoint_id=cast.gate, **changes
        )
        idea_id = propose(what, gus, form=new_token()).id
    with entered(other):
        taken = amending.amend(idea_id, amending.Wording(1, 1, canary("after"), canary("why")), gil)
        no = amending.amend(idea_id, amending.Wording(1, 0, f"{canary('text')} {canary('after')}"), gil)
    with entered(own):
        amending.decline(idea_id, no, gus, reason=canary("reason"))
        amending.accept(idea_id, taken, gus)
        text = f"{canary('text')} stands.\n\n{canary('after')}\n\n{canary('newtext')}"
        revising.revise(idea_id, revising.Version(2, canary("newtitle"), text, substantial=True), gus)
    with entered(other):
        named = Voice(gil.word, gil.person_id, canary("commenter"))
        commenting.comment(idea_id, Said(f"{canary('comment')} nodding", "en"), named)
        commenting.comment(idea_id, Said(canary("discussed"), "en", no), named)
    with entered(scope or Scope.customer(cast.riverside)):
        if scope is None:
            commenting.comment(idea_id, Said(canary("held"), "en"), OLA)
    return idea_row(cast, idea_id)


def starts(idea: Any) -> tuple[str, ...]:
    one = f"/ideas/{idea.reference}"
    versions = [f"{one}/versions/{n}" for n in (1, 2, 3)]
    ballot = f"/ballot/ideas/{idea.reference}"
    return (
        "/", "/ideas", "/ideas?order=newest", "/ideas.atom", "/ideas/feed.atom", one, f"{one}/feed.atom",
        f"{one}/versions", *versions, f"{one}/versions/1?against=3", f"{ballot}/paragraphs/1", f"{ballot}/edit",
        f"{ballot}/words", *SEARCHES,
    )  # fmt: skip


def desk(idea: Any, slug: str = "meridian") -> tuple[str, ...]:
    one = f"/desk/{slug}/ideas/{idea.reference}"
    return f"/desk/{slug}/", f"/desk/{slug}/ideas", f"/desk/{slug}/ideas/comments", one, f"{one}/words", f"{one}/edit"


def left_in_database(settings: Any, names: tuple[str, ...]) -> dict[str, list[str]]:
    rows = database(settings)
    found = {name: [table for table, row in rows if canary(name) in row] for name in names}
    return {name: tables for name, tables in found.items() if tables}


# -- what is for few ---------------------------------------------------------------------------------------------------


def test_everything_that_was_said_is_met_but_what_is_held(planted, another) -> None:
    until_idle()
    found = crawl(another(), *starts(planted))
    for name in NAMES:
        assert bool(met(found, name)) is (name != "held"), name


def test_what_is_internal_is_met_by_few(cast, guests, team, another, signed_in, hand) -> None:
    idea = plant(cast, *guests, scope=team, visibility="internal")
    until_idle()
    for reader, paths in ((another(), starts(idea)), (signed_in("hugo"), (*starts(idea), *desk(idea, "harbor")))):
        found = crawl(reader, *paths)
        for name in NAMES:
            assert met(found, name) == [], name


def test_what_was_taken_down_is_met_by_few(cast, planted, team, another, signed_in) -> None:
    until_idle()
    crawl(another(), *starts(planted))
    with entered(team):
        moderating.hide(planted.id, planted.version, reason="abuse")
    until_idle()
    hugo = (*starts(planted), *desk(planted, "harbor"))
    for reader, paths in ((another(), starts(planted)), (signed_in("hugo"), hugo)):
        found = crawl(reader, *paths)
        for name in NAMES:
            assert met(found, name) == [], name


# -- what is removed ---------------------------------------------------------------------------------------------------


def remove_everything(cast: Cast, idea: Any, scope: Scope) -> None:
    team, voice = scope, Voice(person_id=scope.person_id)
    with entered(Scope.system(cast.riverside)):
        amendments, comments = (
            [row.id for row in db.session.query(model).where(model.idea_id == idea.id)]
            for model in (amending.IdeaAmendment, commenting.IdeaComment)
        )
    with entered(team):
        for number in range(1, idea_row(cast, idea.id).revision + 1):
            redaction.redact_version(idea.id, number, "personal", voice)
        for each in comments:
            redaction.redact_comment(idea.id, each, "other_person", voice)
        for each in amendments:
            redaction.redact_amendment(idea.id, each, "unlawful", voice)


def test_what_is_removed_is_met_by_nobody(cast, planted, team, another, signed_in, migrated, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    crawl(another(), *starts(planted))
    remove_everything(cast, planted, team)
    until_idle()
    readers = {
        "everybody": crawl(another(), *starts(planted)),
        "team": crawl(signed_in("pia"), *starts(planted), *desk(planted)),
    }
    for reader, found in readers.items():
        for name in NAMES:
            assert met(found, name) == [], (reader, name)
    assert left_in_database(migrated, NAMES) == {}
    for name in NAMES:
        assert canary(name) not in caplog.text, name
    page = another().get(f"/ideas/{planted.reference}").text
    assert "removed the words of a version" in page and "It is about somebody else" in page


def test_salts_go_and_envelopes_stay(cast, planted, team) -> None:
    until_idle()
    entries = LogEntry.__table__
    with entered(Scope.system(cast.riverside)):
        query = current().select(entries.c.entry).where(entries.c.idea_id == planted.id).order_by(entries.c.number)
        before = [row.entry for row in db.session.execute(query)]
    remove_everything(cast, planted, team)
    until_idle()
    with entered(Scope.system(cast.riverside)):
        assert [row.entry for row in db.session.execute(query)][: len(before)] == before, "the log is not rewritten"
        contents = db.session.query(EventContent).where(EventContent.idea_id == planted.id).all()
        for content in contents:
            for part in ("text", "facts", "names"):
                assert (getattr(content, part) is None) is (getattr(content, f"{part}_salt") is None)
        told = timeline_of_idea(planted.id)
    assert len(told) == len(contents) and any("text" in entry.erased for entry in told)


@pytest.mark.parametrize("who", ["author", "somebody else", "ada", "hugo"])
def test_who_may_remove_a_version(cast, planted, guests, who) -> None:
    gus, gil = guests
    scopes = {
        "author": (gus, None),
        "somebody else": (gil, None),
        "ada": (gus, cast.as_ada),
        "hugo": (gil, cast.as_hugo),
    }
    voice, scope = scopes[who]
    scope = scope or Scope.customer(cast.riverside, person_id=voice.person_id)
    voice = voice if scope.person_id == voice.person_id else Voice(person_id=scope.person_id)
    with entered(scope):
        if who == "author":
            redaction.redact_version(planted.id, 1, "personal", voice)
        else:
            with pytest.raises(Forbidden):
                redaction.redact_version(planted.id, 1, "personal", voice)
    with entered(Scope.system(cast.riverside)):
        assert (revising.revisions_of(planted.id)[0].text is None) is (who == "author")


def test_a_removed_version_that_stands_leaves_no_title_and_can_be_written_anew(cast, planted, guests) -> None:
    gus, _gil = guests
    with entered(Scope.customer(cast.riverside, person_id=gus.person_id)):
        redaction.redact_version(planted.id, 3, "mistake", gus)
        with pytest.raises(NothingThere):
            redaction.redact_version(planted.id, 3, "mistake", gus)
        assert idea_row(cast, planted.id).title == ""
        assert revising.revise(planted.id, revising.Version(3, "Anew", "With other words."), gus) == 4
    assert idea_row(cast, planted.id).title == "Anew"


def test_the_paragraph_of_a_removed_version_is_not_taken_in(cast, proposed) -> None:
    idea = proposed()
    with entered(Scope.customer(cast.riverside)):
        made = amending.amend(idea.id, amending.Wording(1, 0, "Other."), OLA)
        redaction.redact_version(idea.id, 1, "personal", NIA)
        with pytest.raises(amending.Collides):
            amending.accept(idea.id, made, NIA)
    with entered(Scope.system(cast.riverside)):
        one = db.session.get(amending.IdeaAmendment, made)
        assert (one.before, one.after) == (None, None), "both repeat what was removed"


def test_other_entries_are_removed_with_what_repeats_them(cast, proposed, team, migrated, signed_in) -> None:
    idea = proposed()
    with entered(team), held(idea.id) as one:
        facts = {
            "act": "plan",
            "state": "planned",
            "before": "new",
            "reason": canary("because"),
            "cost": canary("cost"),
        }
        record(one, kinds.IDEA_MOVED, text=canary("response"), facts=facts)
        promise = IdeaPromise(
            id=new_id(),
            idea_id=one.id,
            tenant_id=cast.meridian,
            sentence=canary("promised"),
            made_at=clock.now(),
            due_at=clock.now(),
            state="due",
        )
        db.session.add(promise)
        made = {"promise": str(promise.id), "due": clock.now().isoformat()}
        record(one, kinds.IDEA_PROMISE_MADE, text=canary("promised"), facts=made)
    pia = signed_in("pia")
    page = pia.get(f"/desk/meridian/ideas/{idea.reference}/words").text
    assert all(canary(name) in page for name in ("because", "cost", "response", "promised"))
    forms = re.findall(r'action="([^"]+/entries/\d+/removal)"', page)
    assert [pia.post(form, {"reason": "personal"}).status_code for form in forms] == [303, 303]
    assert left_in_database(migrated, ("because", "cost", "response", "promised")) == {}
    with entered(cast.public):
        told = {entry.kind: entry for entry in timeline_of_idea(idea.id)}
    assert told["idea.promise.made"].facts["due"], "a date is nobody's words"
    assert pia.post(forms[0], {"reason": "personal"}).status_code == 404
    with pytest.raises(Forbidden), entered(cast.as_hugo):
        redaction.redact_entry(idea.id, 2, "personal")


def test_by_the_pages(cast, planted, team, another, signed_in) -> None:
    pia = signed_in("pia")
    path = f"/desk/meridian/ideas/{planted.reference}"
    forms = re.findall(r'action="([^"]+/removal)"', pia.get(f"{path}/words").text)
    assert len(forms) == 3 + 2 + 3
    assert pia.post(forms[0], {"reason": "because"}).status_code == 400
    for form in forms:
        assert pia.post(form, {"reason": "personal"}).status_code == 303, form
    assert not re.findall(r'action="([^"]+/removal)"', pia.get(f"{path}/words").text)
    version = idea_row(cast, planted.id).version
    assert pia.post(f"{path}/hiding", {"reason": "abuse", "version": str(version - 1)}).status_code == 409
    assert pia.post(f"{path}/hiding", {"reason": "abuse", "version": str(version)}).status_code == 303
    assert another().get(f"/ideas/{planted.reference}").status_code == 404
    assert pia.post(f"{path}/showing", {"version": str(version + 1)}).status_code == 303
    assert another().get(f"/ideas/{planted.reference}").status_code == 200
    stranger = another()
    assert "Nothing of yours is here" in stranger.get(f"/ballot/ideas/{planted.reference}/words").text
    own = f"/ballot/ideas/{planted.reference}/versions/1/removal"
    assert stranger.post(own, {"reason": "personal"}).status_code in (403, 404)


# -- accounts ----------------------------------------------------------------------------------------------------------


def test_an_account_takes_its_ideas_away(cast, planted, guests, signed_in) -> None:
    gil = signed_in("gil")
    with zipfile.ZipFile(io.BytesIO(gil.get("/account/export").get_data())) as archive:
        ideas = json.loads(archive.read("ideas.json"))
        assert "ideas.json" in archive.read("README.txt").decode()
    assert ideas["ideas"] == [] and len(ideas["amendments"]) == 2 and len(ideas["comments"]) == 2
    assert [(each["number"], each["idea"]) for each in ideas["versions"]] == [(2, planted.reference)]
    assert canary("title") not in json.dumps(ideas["comments"])


@pytest.mark.parametrize("words", [False, True])
def test_an_erased_account_leaves_its_name_and_if_wanted_its_words(
    cast, planted, guests, another, signed_in, migrated, words
) -> None:
    gus, gil = guests
    person = signed_in("gil")
    person.get(f"/ideas/{planted.reference}")
    person.post(f"/ballot/ideas/{planted.reference}/vote")
    before = idea_row(cast, planted.id)
    person.get("/account/erasure")
    answer = person.post("/account/erasure", {"email": "gil@example.com"} | ({"ideas": "1"} if words else {}))
    assert answer.status_code == 303
    until_idle()
    row = idea_row(cast, planted.id)
    assert row.votes == before.votes == 1 and (row.votes_verified, row.votes_anonymous) == (0, 1)
    assert row.author_id == gus.person_id, "nobody else is forgotten with them"
    gone = ("proposer", "commenter", *(("after", "why", "comment", "discussed") if words else ()))
    assert left_in_database(migrated, gone) == {}
    with entered(Scope.system(cast.riverside)):
        for model, column in ((amending.IdeaAmendment, "person_id"), (commenting.IdeaComment, "person_id")):
            assert not db.session.query(model).where(getattr(model, column) == gil.person_id).all()
    found = crawl(another(), *starts(planted))
    for name in gone:
        assert met(found, name) == [], name
    if not words:
        assert f"/ideas/{planted.reference}" in met(found, "comment")


def test_an_author_who_is_forgotten_edits_no_more(cast, planted, guests, signed_in) -> None:
    person = signed_in("gus")
    person.get("/account/erasure")
    person.post("/account/erasure", {"email": "gus@example.com", "ideas": "1"})
    until_idle()
    row = idea_row(cast, planted.id)
    assert row.author_id is None and row.title == ""
    with pytest.raises(Forbidden), entered(Scope.customer(cast.riverside)):
        revising.revise(planted.id, revising.Version(row.revision, "Mine", "now"), OLA)
