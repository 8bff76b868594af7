"""Versions: who may write them, quick edits, changes of substance, forms that are old, and who wrote which sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.events.timeline import timeline_of_idea
from portal.ideas import amending, revising, voting
from portal.ideas.crediting import credits_of, sentences
from portal.ideas.revising import NothingChanged, RevisionMoved, Version, mark_of, revisions_of
from portal.ideas.states import WrongIdeaState
from portal.ideas.voices import Voice
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.ideas.conftest import NIA, OLA, TEXT, idea_row
from tests.play import at_once, colleague

pytestmark = pytest.mark.database

LONGER = TEXT + "\n\nAnd a table."
LATER = timedelta(minutes=11)


def anybody(cast: Cast, voice: Voice = NIA) -> Scope:
    return Scope.customer(cast.riverside, person_id=voice.person_id)


def revise(cast: Cast, idea: Any, text: str, voice: Voice = NIA, **changes: Any) -> int:
    row = idea_row(cast, idea.id)
    what = {"base": row.revision, "title": row.title, "text": text, **changes}
    with entered(changes.pop("scope", None) or anybody(cast, voice)):
        what.pop("scope", None)
        return revising.revise(idea.id, Version(**what), voice)


def versions(cast: Cast, idea: Any) -> list[Any]:
    with entered(cast.public):
        return revisions_of(idea.id)


def vote(cast: Cast, idea: Any, voice: Voice) -> None:
    with entered(Scope.door(cast.riverside)):
        voting.vote(idea_row(cast, idea.id), voice)


@pytest.fixture
def team(cast: Cast) -> Scope:
    return colleague(cast, cast.meridian, "pia@example.com", "product")


def test_its_author_writes_it_anew_and_the_old_one_stays(cast, proposed, hand) -> None:
    idea = proposed()
    hand.move(LATER)
    assert revise(cast, idea, LONGER) == 2
    assert [each.text for each in versions(cast, idea)] == [TEXT, LONGER]
    with entered(cast.public):
        assert timeline_of_idea(idea.id)[0].facts["revision"] == 2


def test_quick_edits_of_one_person_are_one_version(cast, proposed, hand) -> None:
    idea = proposed()
    for minutes in (4, 4):
        hand.move(timedelta(minutes=minutes))
        assert revise(cast, idea, f"{TEXT} {minutes} {clock.now():%M}") == 1
    hand.move(timedelta(minutes=4))
    assert revise(cast, idea, LONGER) == 2, "the ten minutes do not begin anew with each edit"


@pytest.mark.parametrize("built", ["vote", "amendment"])
def test_words_that_somebody_has_built_on_are_not_changed_under_them(cast, proposed, built) -> None:
    idea = proposed()
    vote(cast, idea, NIA)
    if built == "vote":
        vote(cast, idea, OLA)
    else:
        with entered(anybody(cast, OLA)):
            amending.amend(idea.id, amending.Wording(1, 0, "Nowhere to sit."), OLA)
    assert revise(cast, idea, LONGER) == 2


def test_a_quick_edit_under_an_open_form_is_seen(cast, proposed) -> None:
    idea = proposed()
    seen = mark_of(idea.title, TEXT)
    assert revise(cast, idea, LONGER, mark=seen) == 1
    with pytest.raises(RevisionMoved):
        revise(cast, idea, TEXT + " More.", mark=seen)
    assert versions(cast, idea)[0].text == LONGER


def test_an_old_form_overwrites_nothing(cast, proposed, hand) -> None:
    idea = proposed()
    hand.move(LATER)
    revise(cast, idea, LONGER)
    with pytest.raises(RevisionMoved):
        revise(cast, idea, TEXT + " More.", base=1)


@pytest.mark.parametrize("same", [TEXT, TEXT.replace("\n\n", "\n \n\n"), f"  {TEXT}\n"])
def test_the_same_words_are_no_version(cast, proposed, same) -> None:
    idea = proposed()
    with pytest.raises(NothingChanged):
        revise(cast, idea, same)


@pytest.mark.parametrize("who", ["ola", "another browser", "ada", "hugo", "otto"])
def test_nobody_else_writes_it_anew(cast, proposed, who) -> None:
    idea = proposed()
    scopes = {"ada": cast.as_ada, "hugo": cast.as_hugo}
    voice = {"ola": OLA, "another browser": Voice("x", credit="Nia")}.get(who, Voice(person_id=cast.ada))
    if who == "otto":
        with pytest.raises(LookupError), entered(cast.as_otto):
            revising.revise(idea.id, Version(1, "x", "y"), Voice(person_id=cast.otto))
        return
    with pytest.raises(Forbidden), entered(scopes.get(who) or anybody(cast, voice)):
        revising.revise(idea.id, Version(1, "x", "y"), voice)
    assert versions(cast, idea)[-1].text == TEXT


def test_the_team_that_answers_it_may(cast, proposed, team) -> None:
    idea = proposed()
    assert revise(cast, idea, LONGER, Voice(person_id=team.person_id), scope=team) == 2
    assert versions(cast, idea)[-1].tenant_id == cast.meridian


def test_what_was_decided_is_not_rewritten(cast, proposed) -> None:
    idea = proposed()
    with entered(Scope.system(cast.riverside)), writing():
        from portal.ideas.models import Idea

        db.session.get_one(Idea, idea.id).state = "declined"
    with pytest.raises(WrongIdeaState):
        revise(cast, idea, LONGER)


# -- substance ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says_so", "asked"),
    [(LONGER, False, False), (LONGER, True, True), ("Close the airport at night.\n\nNoise kills.", False, True)],
)
def test_a_change_of_substance_asks_voters_again(cast, proposed, text, says_so, asked) -> None:
    idea = proposed()
    for voice in (NIA, OLA):
        vote(cast, idea, voice)
    revise(cast, idea, text, substantial=says_so)
    row = idea_row(cast, idea.id)
    assert (row.votes, row.votes_current) == (2, 0 if asked else 2)
    assert (row.substance == row.revision) is asked
    assert (row.version > idea.version) is asked, "what the team had open was about something else"


def test_many_small_steps_are_a_long_way(cast, proposed, hand) -> None:
    idea = proposed(text="one two three four five six seven eight nine ten")
    vote(cast, idea, OLA)
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    for step, number in enumerate(range(0, 10, 2)):
        hand.move(LATER)
        words[number : number + 2] = [f"other{step}", f"word{step}"]
        revise(cast, idea, " ".join(words))
    assert idea_row(cast, idea.id).votes_current == 0


def test_many_quick_steps_are_a_long_way_too(cast, proposed) -> None:
    idea = proposed(text="one two three four five six seven eight nine ten")
    vote(cast, idea, NIA)
    vote(cast, idea, OLA)
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    for number in range(0, 10, 2):
        words[number : number + 2] = [f"other{number}", f"word{number}"]
        revise(cast, idea, " ".join(words))
    assert idea_row(cast, idea.id).votes_current == 0


def test_two_forms_at_once_make_one_version(app, cast, proposed, hand) -> None:
    idea = proposed()
    hand.move(LATER)

    def write(number: int) -> Any:
        try:
            with entered(anybody(cast)):
                return revising.revise(idea.id, Version(1, idea.title, f"{TEXT} {number}"), NIA)
        except RevisionMoved:
            return None

    results = at_once(app, [lambda number=number: write(number) for number in range(6)])
    assert sorted(result for result in results if result) == [2]


# -- credits -----------------------------------------------------------------------------------------------------------


def test_each_sentence_has_its_author(cast, proposed, hand, team) -> None:
    idea = proposed(text="There is nowhere to sit. People lean on the walls.")
    hand.move(LATER)
    written = "There is nowhere to sit. People sit on the floor.\n\nTen benches would do."
    revise(cast, idea, written, Voice(person_id=team.person_id), scope=team)
    with entered(anybody(cast, OLA)):
        amended = amending.amend(
            idea.id, amending.Wording(2, 1, "Twelve benches would do."), replace(OLA, credit="Ola")
        )
    with entered(team):
        amending.accept(idea.id, amended, Voice(person_id=team.person_id))
    told = credits_of(versions(cast, idea), {cast.meridian: "Meridian Air"})
    assert [[(each.text, each.name, each.number) for each in part] for part in told.paragraphs] == [
        [("There is nowhere to sit.", "Nia", 1), ("People sit on the floor.", "Meridian Air", 2)],
        [("Twelve benches would do.", "Ola", 3)],
    ]
    assert told.names == ["Nia", "Meridian Air", "Ola"] and not told.others


def test_nobody_gets_the_credit_of_a_removed_version(cast, proposed, hand) -> None:
    idea = proposed()
    hand.move(LATER)
    revise(cast, idea, LONGER, replace(NIA, credit="Not Nia"))
    first, second = versions(cast, idea)
    removed = dict(first._mapping) | {"text": None, "credit": None}
    told = credits_of([type("Row", (), removed), second], {})
    assert told.names == [] and not any(each.is_known for part in told.paragraphs for each in part)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Gate B4.1 is full. Version 2.0 too!", ["Gate B4.1 is full.", "Version 2.0 too!"]),
        ("没有座位。大家靠墙“站着。”很累！真的吗？是", ["没有座位。", "大家靠墙“站着。”", "很累！", "真的吗？", "是"]),
        ("One\nTwo", ["One", "Two"]),
        ("", []),
        ("...", ["..."]),
    ],
)
def test_sentences(text, found) -> None:
    assert sentences(text) == found
