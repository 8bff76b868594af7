"""Each verb in each state, by each reader: what happens, what is refused, and that a refusal writes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.cases import customer_verbs, handling, second_look
from portal.cases.holding import NoSuchCase, Stale
from portal.cases.models import STATES, Case
from portal.cases.states import WrongState
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, current, db, entered, writing
from tests.play import SOON, acknowledged, answered, at_once, case_of, history, kinds_of, reported, snapshot

pytestmark = pytest.mark.database

VERBS = {
    "acknowledge": lambda case: handling.acknowledge(
        case.id, case.state_version, plan="Plan", answer_by=clock.now() + SOON, author="Ada"
    ),
    "reply": lambda case: handling.reply(case.id, text="Hello", author="Ada"),
    "note": lambda case: handling.note(case.id, text="Careful", author="Ada"),
    "answer": lambda case: handling.answer(case.id, case.state_version, text="Done", author="Ada"),
    "close": lambda case: handling.close(case.id, case.state_version),
    "accept": lambda case: customer_verbs.accept_answer(case.id, case.state_version),
    "write": lambda case: customer_verbs.write_to_business(case.id, text="And now?"),
    "take_up": lambda case: handling.take_up(
        case.id, case.state_version, plan="Anew", answer_by=clock.now() + SOON, author="Ada"
    ),
    "ask": lambda case: handling.ask(case.id, case.state_version, text="Which belt?", author="Ada"),
    "go_on": lambda case: handling.go_on(case.id, case.state_version),
    "withdraw": lambda case: customer_verbs.withdraw(case.id, case.state_version, reason="Found it."),
    "reopen": lambda case: second_look.reopen(case.id, case.state_version),
}
OF_CUSTOMER = {"accept", "write", "withdraw", "reopen"}

# Verb → state before → state after. What is not here raises WrongState.
LEADS_TO = {
    "acknowledge": {"received": "acknowledged"},
    "reply": {
        "acknowledged": "in_progress",
        "in_progress": "in_progress",
        "waiting_for_customer": "waiting_for_customer",
        "answered": "answered",
    },
    "note": {state: state for state in STATES},
    "answer": {"acknowledged": "answered", "in_progress": "answered"},
    "close": {"answered": "closed"},
    "accept": {"answered": "closed"},
    "write": {
        "received": "received",
        "acknowledged": "acknowledged",
        "in_progress": "in_progress",
        "waiting_for_customer": "in_progress",
        "answered": "in_progress",
        "reopened": "reopened",
        "appealed": "appealed",
    },
    "take_up": {"reopened": "in_progress", "appealed": "in_progress"},
    "ask": {"acknowledged": "waiting_for_customer", "in_progress": "waiting_for_customer"},
    "go_on": {"waiting_for_customer": "in_progress"},
    "withdraw": {state: "withdrawn" for state in STATES if state not in ("closed", "withdrawn")},
    "reopen": {"closed": "reopened", "withdrawn": "reopened"},
}


def case_in(cast, state):
    made = reported(cast)
    table = Case.__table__
    with entered(Scope.system(cast.riverside)), writing():
        values = {
            "state": state,
            "answered_at": clock.now() if state in ("answered", "closed") else None,
            "waiting_since": clock.now() if state == "waiting_for_customer" else None,
            "round": 2 if state in ("reopened", "appealed") else 1,
        }
        db.session.execute(current().update(table).where(table.c.id == made.case_id).values(**values))
    return case_of(cast, made.case_id)


def right_scope(cast, verb, case):
    return cast.customer(case.id) if verb in OF_CUSTOMER else cast.as_ada


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_in_each_state(cast, verb, state):
    case = case_in(cast, state)
    before = snapshot(cast)
    expected = LEADS_TO[verb].get(state)
    with entered(right_scope(cast, verb, case)):
        if expected is None:
            with pytest.raises(WrongState):
                VERBS[verb](case)
        else:
            VERBS[verb](case)
    after = case_of(cast, case.id)
    assert after.state == (expected or state)
    assert (snapshot(cast) == before) is (expected is None)
    assert (after.state_version > case.state_version) is (expected not in (None, state))


@pytest.mark.parametrize("who", ["as_hugo", "as_greta", "as_otto"])
@pytest.mark.parametrize("verb", sorted(VERBS.keys() - OF_CUSTOMER))
def test_people_of_other_businesses_find_no_case(cast, verb, who):
    case = case_in(cast, "answered")
    before = snapshot(cast)
    with entered(getattr(cast, who)), pytest.raises(NoSuchCase):
        VERBS[verb](case)
    assert snapshot(cast) == before


@pytest.mark.parametrize("verb", VERBS)
def test_who_has_no_part_in_it_may_not(cast, verb):
    case = case_in(cast, "answered")
    strangers = [cast.public, Scope.remote(cast.riverside, cast.meridian)]
    strangers.append(cast.as_ada if verb in OF_CUSTOMER else cast.customer(case.id))
    before = snapshot(cast)
    for scope in strangers:
        with entered(scope), pytest.raises(Forbidden):
            VERBS[verb](case)
    assert snapshot(cast) == before


@pytest.mark.parametrize("verb", sorted(OF_CUSTOMER))
def test_a_customer_of_another_case_finds_none(cast, verb):
    case, other = case_in(cast, "answered"), reported(cast)
    before = snapshot(cast)
    for scope in (cast.customer(other.case_id), Scope.customer(cast.northport, case_id=case.id)):
        with entered(scope), pytest.raises(NoSuchCase):
            VERBS[verb](case)
    assert snapshot(cast) == before


@pytest.mark.parametrize("role", ["agent", "manager", "admin", "product"])
@pytest.mark.parametrize("verb", sorted(VERBS.keys() - OF_CUSTOMER))
def test_each_role(cast, verb, role):
    state = next(iter(LEADS_TO[verb]))
    case = case_in(cast, state)
    before = snapshot(cast)
    with entered(replace(cast.as_ada, role=role)):
        if role == "product" and verb != "note":
            with pytest.raises(Forbidden):
                VERBS[verb](case)
            assert snapshot(cast) == before
        else:
            VERBS[verb](case)


@pytest.mark.parametrize("verb", ["acknowledge", "answer", "close", "accept"])
def test_a_form_that_is_out_of_date_changes_nothing(cast, verb):
    case = case_in(cast, next(iter(LEADS_TO[verb])))
    case.state_version -= 1
    before = snapshot(cast)
    with entered(right_scope(cast, verb, case)), pytest.raises(Stale):
        VERBS[verb](case)
    assert snapshot(cast) == before


def test_two_people_answer_at_once(app, cast):
    case = case_of(cast, acknowledged(cast).case_id)

    def try_it():
        with entered(cast.as_ada):
            VERBS["answer"](case)

    results = at_once(app, [try_it] * 6)
    assert sorted(type(result).__name__ for result in results) == ["NoneType"] + ["Stale"] * 5
    assert kinds_of(cast, case.id).count("case.answered") == 1


def test_a_customer_accepts_while_the_business_closes(app, cast):
    case = case_of(cast, answered(cast).case_id)

    def one(verb):
        with entered(right_scope(cast, verb, case)):
            VERBS[verb](case)

    results = at_once(app, [lambda: one("accept"), lambda: one("close"), lambda: one("accept")])
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Stale", "Stale"]
    assert kinds_of(cast, case.id).count("case.closed") == 1


def test_writing_to_the_business_while_it_closes_is_never_lost(app, cast):
    """Either the words came first, then the case is open again, or the close came first and they are refused."""
    for _ in range(5):
        case = case_of(cast, answered(cast).case_id)

        def one(verb, case=case):
            with entered(right_scope(cast, verb, case)):
                VERBS[verb](case)

        wrote, closed = at_once(app, [lambda: one("write"), lambda: one("close")])
        state = case_of(cast, case.id).state
        if wrote is None:
            assert isinstance(closed, Stale) and state == "in_progress"
        else:
            assert isinstance(wrote, WrongState) and closed is None and state == "closed"


def test_the_first_reply_shows_that_work_has_begun(cast):
    made = acknowledged(cast)
    with entered(cast.as_ada):
        handling.reply(made.case_id, text="We are on it.", author="Ada")
        handling.reply(made.case_id, text="Still on it.", author="Ada")
    told = kinds_of(cast, made.case_id, cast.public)[-3:]
    assert told == ["case.reply.sent", "case.started", "case.reply.sent"]
    assert kinds_of(cast, made.case_id).count("case.assigned") == 1, "whoever has begun has it in hand"


def test_names_of_colleagues_stay_out_of_the_text(cast):
    """Whose hand it was is kept apart from what was said, under a commitment of its own."""
    made = acknowledged(cast)
    entry = next(e for e in history(cast, made.case_id) if e.kind == "case.acknowledged")
    assert entry.names == {"staff": "Ada"} and "Ada" not in (entry.text or "") and "Ada" not in str(entry.facts)


def test_a_note_is_seen_by_its_own_business_only(cast):
    made = reported(cast)
    with entered(cast.as_ada):
        handling.note(made.case_id, text="A regular.", author="Ada")
    for scope in (cast.public, cast.customer(made.case_id), cast.as_hugo, cast.as_greta):
        assert "A regular." not in [entry.text for entry in history(cast, made.case_id, scope)]
    assert "A regular." in [entry.text for entry in history(cast, made.case_id, cast.as_ada)]


def test_work_after_an_answer_promises_another_answer(cast):
    made = answered(cast)
    with entered(cast.customer(made.case_id)):
        customer_verbs.write_to_business(made.case_id, text="It is the wrong suitcase.")
    case = case_of(cast, made.case_id)
    # Monday 09:00 UTC is 10:00 in Vienna; five working days later is the next Monday.
    assert case.state == "in_progress" and case.next_due_at == clock.now() + timedelta(days=7)
