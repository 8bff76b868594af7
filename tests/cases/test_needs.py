import pytest

from portal.cases.models import Access
from portal.cases.needs import Told, asks_again, needs_of, take_back, warn
from tenants import clock
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.play import history, kinds_of, reported, snapshot

pytestmark = pytest.mark.database

ALL = (
    Told("language", "Turkish"),
    Told("help", "Mother needs a wheelchair"),
    Told("flight", "MD 512"),
    Told("other", "Diabetic"),
)

ASKS = [
    ("language", "Which language do you speak?"),
    ("language", "Do you speak English?"),
    ("language", "请问您使用什么语言？"),
    ("language", "請問您說哪種語言？"),
    ("help", "Do you need a wheelchair at the gate?"),
    ("help", "Do you need any assistance?"),
    ("help", "您需要轮椅吗？"),
    ("help", "請問是否需要輪椅服務？"),
    ("flight", "What is your flight number?"),
    ("flight", "Please tell us on which flight you came."),
    ("flight", "请提供您的航班号。"),
    ("flight", "請告訴我們班機號碼"),
]
NOT = [
    "Your flight was late because of the weather.",
    "Your suitcase comes with the evening flight.",
    "The wheelchair was brought to the gate.",
    "您的航班因天气延误。",
    "輪椅已經送到登機門。",
    "What colour is the suitcase?",
]


def told(cast, **changes):
    return reported(cast, **{"needs": ALL, **changes})


@pytest.mark.parametrize(("kind", "text"), ASKS)
def test_asking_again_is_recognised(cast, kind, text):
    made = told(cast)
    with entered(cast.as_ada):
        assert kind in [need.kind for need in asks_again(made.case_id, text)]


def test_saying_something_of_it_is_not_asking(cast):
    made = told(cast)
    with entered(cast.as_ada):
        assert [text for text in NOT if asks_again(made.case_id, text)] == []


def test_what_was_not_told_may_be_asked(cast):
    made = told(cast, needs=(Told("language", "Turkish"),))
    with entered(cast.as_ada):
        assert asks_again(made.case_id, "What is your flight number?") == []


def test_it_is_known_to_the_customer_and_the_lead_only(cast):
    made = told(cast)
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(Access(case_id=made.case_id, tenant_id=cast.harbor, level="assist", next_due_at=clock.now()))
    seen = []
    for scope in (cast.public, cast.as_hugo, cast.as_greta, cast.as_otto, cast.as_ada, cast.customer(made.case_id)):
        with entered(scope):
            seen.append([(need.kind, need.words) for need in needs_of(made.case_id)])
    everything = [(each.kind, each.words) for each in ALL]
    assert seen == [[], [], [], [], everything, everything]
    consent = [entry.facts for entry in history(cast, made.case_id) if entry.kind == "case.consent.given"]
    assert {"purpose": "needs", "text_version": "needs-1"} in consent
    assert "case.needs.told" not in kinds_of(cast, made.case_id, cast.public)
    assert "MD 512" not in str([entry.facts for entry in history(cast, made.case_id)])


def test_nothing_told_is_no_consent(cast):
    made = told(cast, needs=(Told("flight", ""),))
    assert "case.needs.told" not in kinds_of(cast, made.case_id)
    with entered(cast.as_ada):
        assert needs_of(made.case_id) == []


def test_a_colleague_is_warned_and_asking_all_the_same_is_on_record(cast):
    made = told(cast)
    before = snapshot(cast)
    with entered(cast.as_ada):
        (sentence,) = warn(made.case_id, "What is your flight number?", confirmed=False)
        assert "MD 512" in sentence
        assert warn(made.case_id, "Your suitcase is here.", confirmed=True) == []
        assert snapshot(cast) == before
        assert warn(made.case_id, "What is your flight number?", confirmed=True) == []
    twice = [entry for entry in history(cast, made.case_id) if entry.kind == "case.asked_twice"]
    assert [(entry.facts, entry.audience, entry.tenant_id) for entry in twice] == [
        ({"kinds": ["flight"]}, "internal", cast.meridian)
    ]
    assert "case.asked_twice" not in kinds_of(cast, made.case_id, cast.customer(made.case_id))


def test_others_are_not_warned_of_what_they_may_not_know(cast):
    made = told(cast)
    with entered(cast.as_greta):
        assert warn(made.case_id, "What is your flight number?", confirmed=False) == []
    with entered(cast.customer(made.case_id)), pytest.raises(Forbidden):
        warn(made.case_id, "What is your flight number?", confirmed=False)


def test_what_was_told_is_taken_back_by_the_customer_only(cast):
    made = told(cast)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        take_back(made.case_id)
    with entered(cast.customer(made.case_id)):
        take_back(made.case_id)
        take_back(made.case_id)
    with entered(cast.as_ada):
        assert needs_of(made.case_id) == [] and warn(made.case_id, "What is your flight?", confirmed=False) == []
    taken = [entry.facts for entry in history(cast, made.case_id) if entry.kind == "case.consent.withdrawn"]
    assert taken == [{"purpose": "needs"}]
