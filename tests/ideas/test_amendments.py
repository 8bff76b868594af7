"""Amendments: proposed by anybody, taken in with credit, declined with a reason, and never over what others wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.events.timeline import timeline_of_idea
from portal.ideas import amending, revising
from portal.ideas.amending import AmendmentMoved, Collides, NothingAmended, TooManyAmendments, Unfit, Wording
from portal.ideas.revising import NothingChanged, RevisionMoved, Version, mark_of, revisions_of, split
from portal.ideas.voices import Voice
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered
from tests.cast import Cast
from tests.ideas.conftest import NIA, OLA, TEXT, idea_row
from tests.play import at_once, colleague

pytestmark = pytest.mark.database

WALLS = "People lean on the walls."


def anybody(cast: Cast, voice: Voice) -> Scope:
    return Scope.customer(cast.riverside, person_id=voice.person_id)


def amend(cast: Cast, idea: Any, after: str, voice: Voice = OLA, *, paragraph: int = 1, **more: Any) -> int:
    with entered(anybody(cast, voice)):
        base = idea_row(cast, idea.id).revision
        return amending.amend(idea.id, Wording(**{"base": base, "paragraph": paragraph, "after": after, **more}), voice)


def accept(cast: Cast, idea: Any, amendment_id: int, voice: Voice = NIA, scope: Scope | None = None) -> int:
    with entered(scope or anybody(cast, voice)):
        return amending.accept(idea.id, amendment_id, voice)


def text_of(cast: Cast, idea: Any) -> str:
    with entered(cast.public):
        return revisions_of(idea.id)[-1].text


def shown(cast: Cast, idea: Any) -> dict[int, Any]:
    with entered(cast.public):
        return {each.row.id: each for each in amending.amendments_of(idea.id, split(revisions_of(idea.id)[-1].text))}


@pytest.fixture
def team(cast: Cast) -> Scope:
    return colleague(cast, cast.meridian, "pia@example.com", "product")


@pytest.mark.parametrize("by_team", [False, True])
def test_an_accepted_one_is_written_in_with_its_proposers_credit(cast, proposed, team, by_team) -> None:
    idea = proposed()
    made = amend(cast, idea, "People sit on the floor.", replace(OLA, credit="Ola"), why="I have seen it")
    voice, scope = (Voice(person_id=team.person_id), team) if by_team else (NIA, None)
    assert accept(cast, idea, made, voice, scope) == 2
    assert text_of(cast, idea) == TEXT.replace(WALLS, "People sit on the floor.")
    with entered(cast.public):
        newest = revisions_of(idea.id)[-1]
        assert (newest.credit, newest.tenant_id, newest.amendment_id) == ("Ola", None, made)
        kinds = [entry.kind for entry in timeline_of_idea(idea.id)]
    assert kinds[:3] == ["idea.amendment.accepted", "idea.revised", "idea.amendment.proposed"]


def test_words_may_be_left_out_but_not_all_of_them(cast, proposed) -> None:
    idea = proposed()
    for _time in range(2):
        accept(cast, idea, amend(cast, idea, "", paragraph=0))
    assert text_of(cast, idea) == "Ten benches would do."
    with pytest.raises(NothingAmended):
        amend(cast, idea, "", paragraph=0)


def test_two_that_would_leave_nothing_together(cast, proposed) -> None:
    idea = proposed(text="One.\n\nTwo.")
    first, second = amend(cast, idea, "", paragraph=0), amend(cast, idea, "", paragraph=1)
    accept(cast, idea, first)
    with pytest.raises(Unfit):
        accept(cast, idea, second)
    assert text_of(cast, idea) == "Two."


@pytest.mark.parametrize(("paragraph", "after"), [(1, WALLS), (1, f" {WALLS}\n"), (3, "x"), (-1, "x")])
def test_what_changes_nothing_is_refused(cast, proposed, paragraph, after) -> None:
    with pytest.raises(NothingAmended):
        amend(cast, proposed(), after, paragraph=paragraph)


def test_sent_twice_it_is_one(cast, proposed) -> None:
    idea = proposed()
    assert amend(cast, idea, "Same.") == amend(cast, idea, "Same.")
    assert len(shown(cast, idea)) == 1


def test_one_person_does_not_fill_the_list(cast, proposed) -> None:
    idea = proposed()
    for number in range(amending.MOST_OF_ONE):
        amend(cast, idea, f"Wording {number}")
    with pytest.raises(TooManyAmendments):
        amend(cast, idea, "One more")
    amend(cast, idea, "Of somebody else", NIA)


def test_a_form_that_shows_other_words_is_told_so(cast, proposed) -> None:
    with pytest.raises(Collides):
        amend(cast, proposed(), "New words.", mark=mark_of("What stood there before a quick edit."))


def test_a_paragraph_that_moved_is_found_and_one_that_changed_collides(cast, proposed) -> None:
    idea = proposed()
    moved, lost = amend(cast, idea, "People sit on the floor."), amend(cast, idea, "Nowhere!", paragraph=0)
    rival = amend(cast, idea, "Nobody sits.", NIA, paragraph=0)
    assert (shown(cast, idea)[lost].rivals, shown(cast, idea)[moved].rivals) == (1, 0)
    with entered(anybody(cast, NIA)):
        written = f"At the gate there is nowhere to sit.\n\nReally.\n\n{WALLS}\n\nTen benches would do."
        revising.revise(idea.id, Version(1, idea.title, written), NIA)
    assert shown(cast, idea)[moved].place == 2
    assert shown(cast, idea)[lost].place is None
    before = text_of(cast, idea)
    for collides in (lost, rival):
        with pytest.raises(Collides):
            accept(cast, idea, collides)
    assert text_of(cast, idea) == before
    accept(cast, idea, moved)
    assert text_of(cast, idea) == written.replace(WALLS, "People sit on the floor.")


def test_of_two_for_one_paragraph_the_second_overwrites_nothing(cast, proposed) -> None:
    idea = proposed()
    first, second = amend(cast, idea, "First."), amend(cast, idea, "Second.", NIA)
    accept(cast, idea, first)
    with pytest.raises(Collides):
        accept(cast, idea, second)
    assert "First." in text_of(cast, idea)


def test_two_accepts_at_once_have_one_result(app, cast, proposed) -> None:
    idea = proposed()
    made = [amend(cast, idea, "First."), amend(cast, idea, "Second.", NIA)]

    def try_it(which: int) -> Any:
        try:
            return accept(cast, idea, which)
        except (Collides, AmendmentMoved) as problem:
            return type(problem).__name__

    results = at_once(app, [lambda which=which: try_it(which) for which in made * 3])
    assert results.count(2) == 1 and len([each for each in results if isinstance(each, str)]) == 5
    with entered(cast.public):
        assert len(revisions_of(idea.id)) == 2


@pytest.mark.parametrize("who", ["ola", "hugo", "ada"])
def test_only_author_and_team_decide(cast, proposed, who) -> None:
    idea = proposed()
    made = amend(cast, idea, "Other.")
    scope = {"ola": anybody(cast, OLA), "hugo": cast.as_hugo, "ada": cast.as_ada}[who]
    voice = OLA if who == "ola" else Voice(person_id=scope.person_id)
    for act in (
        lambda: amending.accept(idea.id, made, voice),
        lambda: amending.decline(idea.id, made, voice, reason="No"),
    ):
        with pytest.raises(Forbidden), entered(scope):
            act()
    assert shown(cast, idea)[made].row.state == "proposed"


def test_declined_with_a_reason_it_may_become_a_rival(cast, proposed) -> None:
    problem = proposed(kind="problem", title="No seats")
    idea = proposed(problem_id=problem.id)
    made = amend(cast, idea, "Write to nia@example.com.", replace(OLA, credit="Ola"))
    with entered(anybody(cast, NIA)):
        amending.decline(idea.id, made, NIA, reason="It is not so")
    assert shown(cast, idea)[made].row.reason == "It is not so"
    with pytest.raises(Forbidden), entered(anybody(cast, NIA)):
        amending.make_rival(idea.id, made, NIA, title="Mine")
    with entered(anybody(cast, OLA)):
        reference = amending.make_rival(idea.id, made, OLA, title="Chairs")
    with entered(cast.public):
        from portal.ideas.reading import find_idea

        rival = find_idea(reference)
        assert (rival.problem_id, rival.title, rival.tenant_id) == (problem.id, "Chairs", cast.meridian)
        assert revisions_of(rival.id)[0].credit == "Ola"
        text = revisions_of(rival.id)[0].text
    assert text.startswith("There is nowhere to sit.\n\n") and "nia@example.com" not in text and WALLS not in text
    with pytest.raises(AmendmentMoved), entered(anybody(cast, OLA)):
        amending.make_rival(idea.id, made, OLA, title="Again")


def test_who_proposed_it_withdraws_it(cast, proposed) -> None:
    idea = proposed()
    made = amend(cast, idea, "Other.")
    with pytest.raises(Forbidden), entered(anybody(cast, NIA)):
        amending.withdraw(idea.id, made, NIA)
    with entered(anybody(cast, OLA)):
        amending.withdraw(idea.id, made, OLA)
    with pytest.raises(AmendmentMoved):
        accept(cast, idea, made)


# -- whatever happens --------------------------------------------------------------------------------------------------

PEOPLE = (NIA, OLA, Voice("pat", credit="Pat"))
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("revise", "amend", "amend", "accept", "accept", "decline", "withdraw")),
        st.integers(0, 2),
        st.integers(0, 4),
        st.text(alphabet="ab 座位。\n", min_size=0, max_size=14),
    ),
    max_size=14,
)
REFUSED = (Forbidden, NothingAmended, NothingChanged, RevisionMoved, Collides, AmendmentMoved, TooManyAmendments, Unfit)


@settings(suppress_health_check=list(HealthCheck), max_examples=30)
@given(acts=ACTS)
def test_no_accepted_wording_is_lost_silently(cast, proposed, acts) -> None:
    idea = proposed()
    made: list[int] = []
    for act, who, which, text in acts:
        voice, before = PEOPLE[who], text_of(cast, idea)
        try:
            with entered(anybody(cast, voice)):
                result = _play(cast, idea, act, voice, which, text, made)
        except REFUSED:
            assert text_of(cast, idea) == before, "what is refused has written nothing"
            continue
        after = text_of(cast, idea)
        if act == "accept":
            one = shown(cast, idea)[result].row
            assert (one.before in split(before)) and all(part in split(after) for part in split(one.after))
            left = split(before)
            left.remove(one.before)
            assert all(part in split(after) for part in left), "nothing else was touched"
        elif act != "revise":
            assert after == before, "only a version or an accepted change moves the words"
    _check(cast, idea)


def _play(cast: Cast, idea: Any, act: str, voice: Voice, which: int, text: str, made: list[int]) -> Any:
    row = idea_row(cast, idea.id)
    if act == "revise":
        written = f"{text_of(cast, idea)}\n\n{text}"
        return revising.revise(idea.id, Version(row.revision - which % 2, row.title, written), voice)
    if act == "amend":
        made.append(amending.amend(idea.id, Wording(max(1, row.revision - which % 2), which, text), voice))
        return None
    chosen = made[which % len(made)] if made else 1
    if not made:
        raise NothingAmended
    if act == "accept":
        amending.accept(idea.id, chosen, voice)
        return chosen
    if act == "decline":
        return amending.decline(idea.id, chosen, voice, reason="No")
    return amending.withdraw(idea.id, chosen, voice)


def _check(cast: Cast, idea: Any) -> None:
    row = idea_row(cast, idea.id)
    with entered(Scope.system(cast.riverside)):
        revisions = revisions_of(idea.id)
        table = amending.IdeaAmendment.__table__
        query = current().select(table).where(table.c.idea_id == idea.id, table.c.state == "accepted")
        accepted = db.session.execute(query).all()
        told = [entry for entry in timeline_of_idea(idea.id) if entry.kind in ("idea.revised", "idea.proposed")]
    assert [each.number for each in revisions] == list(range(1, row.revision + 1))
    assert told[0].text == revisions[-1].text, "what stands is the newest of the history"
    for one in accepted:
        (version,) = [each for each in revisions if each.amendment_id == one.id]
        assert all(part in split(version.text) for part in split(one.after)), "it stands in its own version for good"
        assert version.credit == one.credit
