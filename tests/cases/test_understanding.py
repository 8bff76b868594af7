import pytest

from portal.cases.customer_verbs import withdraw
from portal.cases.masking import BLOCK
from portal.cases.states import WrongState
from portal.cases.understanding import correct_wish, wish_of
from portal.cases.words import as_written
from portal.events.timeline import timeline
from tenants.permissions import Forbidden
from tenants.scope import entered
from tests.play import case_of, reported

pytestmark = pytest.mark.database


def wish(cast, made, scope):
    with entered(scope):
        return wish_of(as_written(timeline(made.case_id)))


def test_the_newest_wish_counts_and_is_covered_for_others(cast):
    made = reported(cast, wish="A refund")
    own = cast.customer(made.case_id)
    assert wish(cast, made, own) == wish(cast, made, cast.public) == "A refund"
    with entered(own):
        correct_wish(made.case_id, "A taxi, call +43 660 1234567")
        correct_wish(made.case_id, "An apology, write to ada@example.com")
    assert wish(cast, made, own) == wish(cast, made, cast.as_ada) == "An apology, write to ada@example.com"
    assert wish(cast, made, cast.public) == f"An apology, write to {BLOCK}"


def test_nothing_said_is_nothing_wished(cast):
    made = reported(cast)
    assert wish(cast, made, cast.public) == ""


def test_only_the_customer_and_only_while_it_is_open(cast):
    made = reported(cast)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        correct_wish(made.case_id, "Nothing")
    with entered(cast.customer(made.case_id)):
        withdraw(made.case_id, case_of(cast, made.case_id).state_version)
        with pytest.raises(WrongState):
            correct_wish(made.case_id, "A refund")


def test_what_was_written_is_masked_in_the_title_too(cast):
    made = reported(cast, text="My bag is gone, call me on +43 660 1234567")
    assert case_of(cast, made.case_id).title == "My bag is gone, call me on…"
