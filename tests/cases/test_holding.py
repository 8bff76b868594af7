from threading import Thread

import pytest

from portal.cases.customer_verbs import accept_answer
from portal.cases.handling import note
from portal.cases.holding import NoSuchCase, Stale, held
from portal.cases.models import Case
from tenants.scope import Scope, db, entered, writing
from tests.conftest import ON_POSTGRESQL
from tests.play import answered, case_of, kinds_of, reported

pytestmark = pytest.mark.database


def test_an_error_inside_takes_everything_back(cast):
    made = reported(cast)

    def fail():
        with held(made.case_id) as case:
            note(made.case_id, text="Lost", author="Ada")
            case.title = "Changed"
            raise RuntimeError

    with entered(cast.as_ada), pytest.raises(RuntimeError):
        fail()
    assert "case.note.added" not in kinds_of(cast, made.case_id)
    assert case_of(cast, made.case_id).title != "Changed"


def test_unknown_foreign_and_out_of_date(cast):
    made = reported(cast)
    for scope, case_id, version, error in (
        (cast.as_ada, 4711, None, NoSuchCase),
        (cast.as_hugo, made.case_id, None, NoSuchCase),
        (cast.as_hugo, made.case_id, 99, NoSuchCase),
        (cast.as_ada, made.case_id, 99, Stale),
    ):
        with entered(scope), pytest.raises(error), held(case_id, version):
            pass


@pytest.mark.skipif(not ON_POSTGRESQL, reason="on SQLite nobody else can write while a transaction does")
def test_what_was_read_before_the_lock_does_not_count(cast, app):
    """A verb that has looked at the case before it holds it must not go on with what it saw then."""
    made = answered(cast)
    version = case_of(cast, made.case_id).state_version

    def accept():
        with app.app_context(), entered(cast.customer(made.case_id)):
            accept_answer(made.case_id, version)

    with entered(Scope.system(cast.riverside)), writing():
        seen = db.session.get_one(Case, made.case_id)
        assert seen.state == "answered"
        thread = Thread(target=accept)
        thread.start()
        thread.join()
        with held(made.case_id) as case:
            assert case.state == "closed" and case.last_seq == len(kinds_of(cast, made.case_id))
