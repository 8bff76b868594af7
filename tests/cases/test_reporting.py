from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select

from portal.cases.handling import acknowledge
from portal.cases.models import Access, Case, Consent, Contact
from portal.cases.opening import Published, Report, publish_historic
from portal.cases.reporting import SaidSomethingElse, report
from portal.cases.titles import title_of
from portal.events.models import Timer
from portal.followers.models import Delivery
from portal.worker.main import until_idle
from tenants import clock, door
from tenants.ids import new_token
from tenants.scope import Scope, db, entered, writing
from tests.play import SOON, at_once, case_of, history, kinds_of, promises_of, reported, words

pytestmark = pytest.mark.database


def count(cast, *models):
    with entered(Scope.system(cast.riverside)):
        return [db.session.scalar(select(func.count()).select_from(model)) for model in models]


def opens(cast, reported):
    """Whether the key opens the case."""
    with entered(Scope.door(cast.riverside)):
        found = door.key(reported.key, "case")
    return found is not None and found.subject_id == reported.case_id


def test_a_report_makes_a_case_with_a_lead_a_promise_and_a_key(cast):
    made = reported(cast)
    case = case_of(cast, made.case_id)
    assert (case.state, case.lead_tenant_id, case.visibility, case.origin) == (
        "received", cast.meridian, "public", "web",
    )  # fmt: skip
    promise = promises_of(cast, made.case_id)["acknowledge"]
    assert promise.due_at == datetime(2026, 11, 17, 9, 0, tzinfo=UTC)
    assert (case.next_promise_id, case.next_due_at) == (promise.id, promise.due_at)
    assert kinds_of(cast, made.case_id) == [
        "case.reported", "case.consent.given", "case.routed", "case.promise.made",
    ]  # fmt: skip
    assert opens(cast, made)
    with entered(cast.as_ada):
        access = db.session.scalars(select(Access)).one()
    assert (access.level, access.is_open, access.next_due_at) == ("lead", True, promise.due_at)


def test_the_answer_says_what_was_written(cast):
    """It is made of the row as it was sent to the database, which fills in nothing by itself."""
    made = reported(cast, channel="email", address="cleo@example.com", touchpoint_id=cast.belt)
    written = case_of(cast, made.case_id)
    assert vars(made.made.row) == {each.key: getattr(written, each.key) for each in Case.__table__.columns}


def test_a_report_is_made_ready_before_it_takes_the_lock(app, cast):
    """SQLite has one lock for all: while it is held, rows are written, those of a table together."""
    sent = []
    event.listen(
        db.engine,
        "before_cursor_execute",
        listener := lambda connection, _cursor, sql, *_: sent.append((connection, sql)),
    )
    try:
        report(cast.riverside, words(cast, channel="email", address="cleo@example.com"), form=new_token())
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    written = [sql for connection, sql in sent if connection.get_execution_options().get("writes")]
    tables = [sql.split()[2] for sql in written if sql.startswith("INSERT")]
    assert len(tables) == len(set(tables)) > 8
    others = [sql for sql in written if not sql.startswith(("INSERT", "BEGIN", "PRAGMA", "SELECT nextval"))]
    assert others == []


def test_a_key_opens_for_its_own_purpose_and_network_only(cast):
    made = reported(cast)
    for network, purpose in ((cast.riverside, "form"), (cast.northport, "case")):
        with entered(Scope.door(network)):
            assert door.key(made.key, purpose) is None


def test_the_same_form_twice_makes_one_case_and_two_keys(cast):
    form = new_token()
    first = report(cast.riverside, words(cast), form=form)
    second = report(cast.riverside, words(cast), form=form)
    assert (first.case_id, first.reference) == (second.case_id, second.reference)
    assert first.key != second.key
    assert opens(cast, first) and opens(cast, second)
    assert count(cast, Case, Consent, Timer) == [1, 1, 1]


def test_the_same_words_in_another_unicode_form_are_the_same(cast):
    form = new_token()
    first = report(cast.riverside, words(cast, text="Cafe\u0301 closed"), form=form)
    assert report(cast.riverside, words(cast, text="Caf\u00e9 closed"), form=form).case_id == first.case_id


@pytest.mark.parametrize(
    "change", [{"text": "Other words."}, {"wish": "Money"}, {"visibility": "private"}, {"address": "c@example.com"}]
)
def test_the_same_form_with_other_words_is_refused(cast, change):
    form = new_token()
    first = report(cast.riverside, words(cast), form=form)
    with pytest.raises(SaidSomethingElse) as refused:
        report(cast.riverside, words(cast, **{"channel": "email", **change}), form=form)
    assert refused.value.reference == first.reference
    assert count(cast, Case) == [1]


def test_two_forms_with_the_same_words_make_two_cases(cast):
    assert reported(cast).case_id != reported(cast).case_id


def test_the_same_form_in_another_network_has_nothing_to_do_with_it(cast):
    """A nonce that is known already must not open another network's case."""
    form = new_token()
    first = report(cast.riverside, words(cast), form=form)
    with pytest.raises(Exception):  # noqa: B017, PT011 - which error matters less than that no case comes of it
        report(cast.northport, words(cast, category_id=None), form=form)
    assert count(cast, Case) == [1]
    assert opens(cast, first)


def test_ten_at_once_make_one_case_and_ten_keys(app, cast):
    form = new_token()
    results = at_once(app, [lambda: report(cast.riverside, words(cast), form=form)] * 10)
    assert not [result for result in results if isinstance(result, Exception)]
    assert len({result.case_id for result in results}) == 1
    assert len({result.key for result in results}) == 10
    assert all(opens(cast, result) for result in results)
    assert count(cast, Case, Consent, Timer) == [1, 1, 1]
    assert [entry.seq for entry in history(cast, results[0].case_id)] == [1, 2, 3, 4]


def test_at_once_with_other_words_one_wins_and_the_others_are_told(app, cast):
    form = new_token()
    tries = [lambda n=n: report(cast.riverside, words(cast, text=f"Words number {n}"), form=form) for n in range(6)]
    results = at_once(app, tries)
    assert sorted(type(result).__name__ for result in results) == ["Reported"] + ["SaidSomethingElse"] * 5
    assert count(cast, Case) == [1]


def test_a_public_report_is_read_by_everybody_a_private_one_by_the_two_sides(cast):
    public, private = reported(cast), reported(cast, visibility="private")
    readers = {
        "public": cast.public,
        "lead": cast.as_ada,
        "other business": cast.as_hugo,
        "other network": cast.as_otto,
    }
    seen = {
        (name, which): len(history(cast, made.case_id, scope))
        for name, scope in readers.items()
        for which, made in (("public", public), ("private", private))
    }
    assert seen == {
        ("public", "public"): 3,
        ("public", "private"): 0,
        ("lead", "public"): 4,
        ("lead", "private"): 3,
        ("other business", "public"): 0,
        ("other business", "private"): 0,
        ("other network", "public"): 0,
        ("other network", "private"): 0,
    }
    assert len(history(cast, private.case_id, cast.customer(private.case_id))) == 3
    assert history(cast, private.case_id, cast.customer(public.case_id)) == []
    assert count(cast, Consent) == [1]


def test_a_contact_is_seen_by_the_lead_and_the_customer_only(cast):
    """Not by a business that only helps, either."""
    made = reported(cast, channel="email", address="cleo@example.com")
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(Access(case_id=made.case_id, tenant_id=cast.harbor, level="assist", next_due_at=clock.now()))
    readers = [cast.public, cast.as_hugo, cast.as_greta, cast.as_otto, cast.as_ada, cast.customer(made.case_id)]
    seen = []
    for scope in readers:
        with entered(scope):
            seen.append([contact.address for contact in db.session.scalars(select(Contact))])
    assert seen == [[], [], [], [], ["cleo@example.com"], ["cleo@example.com"]]
    told = next(entry for entry in history(cast, made.case_id) if entry.kind == "case.contact.given")
    assert told.facts == {"channel": "email"} and told.audience == "customer" and told.text is None


def test_an_address_that_was_only_typed_gets_one_question_and_nothing_else(cast):
    case = reported(cast, channel="email", address="cleo@example.com")
    with entered(cast.as_ada):
        acknowledge(case.case_id, 1, plan="We look.", answer_by=clock.now() + SOON, author="Ada")
    until_idle()
    with entered(Scope.system()):
        sent = [each for each in db.session.scalars(select(Delivery)) if "cleo" in each.address + str(each.message)]
    assert [each.effect_id.split(":")[0] for each in sent] == ["follow"]


def test_a_historic_case_promises_nothing_and_tells_nobody(cast):
    at = datetime(2015, 2, 17, 12, 0, tzinfo=UTC)
    with entered(Scope.system(cast.riverside)), writing():
        what = words(cast, origin="import")
        made = publish_historic(cast.riverside, what, Published("old-paper", "7", cast.meridian), at=at)
        case_id = made.id
    case = case_of(cast, case_id)
    assert (case.state, case.origin, case.reported_at, case.closed_at) == ("closed", "import", at, at)
    assert kinds_of(cast, case_id, cast.public) == ["case.reported", "case.published"]
    assert {entry.actor for entry in history(cast, case_id)} == {"import"}
    until_idle()
    assert count(cast, Timer, Delivery, Consent) == [0, 0, 0]
    with entered(cast.as_ada):
        assert db.session.scalars(select(Access.is_open)).all() == [False]
    assert case_id < reported(cast).case_id


def test_nothing_is_left_of_a_report_that_fails_halfway(cast, monkeypatch):
    def fail(*_):
        raise RuntimeError("halfway")

    monkeypatch.setattr("portal.cases.reporting.new_case_key", fail)
    with pytest.raises(RuntimeError):
        reported(cast)
    assert count(cast, Case, Access, Timer, Consent) == [0, 0, 0, 0]


def test_a_form_key_is_forgotten_after_a_day_and_the_case_stays(cast, hand):
    from portal.worker.sweep import sweep

    made = reported(cast)
    hand.move(timedelta(days=2))
    sweep()
    assert opens(cast, made)
    assert count(cast, Case) == [1]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("My bag is gone. It was red.", "My bag is gone"),
        ("Short. But then it goes on and on", "Short. But then it goes on and on"),
        ("行李没有到，我等了三个小时没人管。第二句。", "行李没有到，我等了三个小时没人管。"),
        ("  two\n\nlines   here ", "two lines here"),
        ("w" * 200, "w" * 89 + "…"),
        ("word " * 40, ("word " * 17).strip() + "…"),
    ],
)
def test_the_title_is_the_first_sentence_or_the_beginning(text, title):
    assert title_of(text) == title


LONG = (
    "I waited at belt three for almost an hour with two small children, nobody came to the desk, "
    "the suitcase went through on the belt beside it and nobody could say why"
)


@pytest.mark.parametrize(
    ("text", "longest", "title"),
    [
        (LONG, 100, LONG[: LONG.index(", the suitcase")] + "…"),  # at the last pause, not within the next words
        (LONG, 180, LONG),
        (LONG[:60] + " and so on" * 9, 90, LONG[:60] + " and so on and so on and so…"),  # no pause so late
        ("我在三号转盘等了很久，" * 9, 90, "我在三号转盘等了很久，" * 7 + "我在三号转盘等了很久…"),
        ("Belt 3.5 at 12:45 " * 9, 90, "Belt 3.5 at 12:45 " * 4 + "Belt 3.5 at…"),  # no pause within a number
    ],
)
def test_a_long_title_ends_at_a_pause(text, longest, title):
    assert title_of(text, longest=longest) == title


def test_times_are_in_the_past_or_now(cast):
    made = reported(cast)
    assert {entry.at for entry in history(cast, made.case_id)} == {clock.now()}


def test_a_reference_that_was_given_out_before_is_drawn_again(cast, monkeypatch):
    first = report(cast.riverside, Report(text="One", language="en", visibility="private"), form="a" * 22)
    drawn = iter([first.reference, first.reference, "RIV-0000-0000"])
    monkeypatch.setattr("portal.cases.opening.new_reference", lambda _prefix: next(drawn))
    second = report(cast.riverside, Report(text="Two", language="en", visibility="private"), form="b" * 22)
    assert second.reference == "RIV-0000-0000"
