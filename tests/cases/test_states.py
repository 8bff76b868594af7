import pytest

from portal.cases.models import STATES
from portal.cases.states import OPEN, TRANSITIONS, WrongState, after, can

# The life of a case, written down once more by hand: state, then where each act leads.
EXPECTED = {
    "received": {"acknowledge": "acknowledged", "withdraw": "withdrawn"},
    "acknowledged": {
        "start": "in_progress",
        "ask": "waiting_for_customer",
        "answer": "answered",
        "withdraw": "withdrawn",
    },
    "in_progress": {"ask": "waiting_for_customer", "answer": "answered", "withdraw": "withdrawn"},
    "waiting_for_customer": {
        "hear": "in_progress",
        "go_on": "in_progress",
        "close": "closed",
        "withdraw": "withdrawn",
    },
    "answered": {"hear": "in_progress", "close": "closed", "appeal": "appealed", "withdraw": "withdrawn"},
    "closed": {"reopen": "reopened", "appeal": "appealed"},
    "withdrawn": {"reopen": "reopened"},
    "reopened": {"take_up": "in_progress", "withdraw": "withdrawn"},
    "appealed": {"take_up": "in_progress", "withdraw": "withdrawn"},
}
ACTS = sorted({act for leads_to in EXPECTED.values() for act in leads_to} | {act for _state, act in TRANSITIONS})


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", STATES)
def test_the_table(state, act):
    leads_to = EXPECTED[state].get(act)
    assert can(state, act) is (leads_to is not None)
    if leads_to is None:
        with pytest.raises(WrongState) as wrong:
            after(state, act)
        assert (wrong.value.state, wrong.value.act) == (state, act)
    else:
        assert after(state, act) == leads_to


def test_an_act_that_is_unknown_is_refused():
    with pytest.raises(WrongState):
        after("received", "explode")


def test_the_states_of_the_table_are_those_that_the_database_knows():
    assert {state for state, _act in TRANSITIONS} | set(TRANSITIONS.values()) == set(STATES) == set(EXPECTED)


def test_every_open_state_leads_somewhere_and_the_business_cannot_stir_what_has_ended():
    """What is open is never a dead end; what has ended moves only by the customer's word."""
    assert {state for state, _act in TRANSITIONS} == set(STATES)
    assert {act for state, act in TRANSITIONS if state not in OPEN} == {"reopen", "appeal"}
