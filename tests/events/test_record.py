from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from portal.cases.customer_verbs import write_to_business
from portal.cases.handling import note, reply
from portal.cases.holding import held
from portal.cases.models import Access
from portal.database import owner_engine
from portal.events import kinds
from portal.events.kinds import CATALOGUE, Audience
from portal.events.models import Event, EventContent, NewEvent, Timer
from portal.events.record import record, set_timer
from tenants import clock
from tenants.scope import Scope, current, db, entered, writing
from tests.play import acknowledged, at_once, case_of, history, kinds_of, reported

pytestmark = pytest.mark.database

ORDER = list(Audience)


def recorded(scope, case_id, *args, **options):
    with entered(scope), held(case_id) as case:
        return record(case, *args, **options)


def versions(cast, case_id):
    case = case_of(cast, case_id)
    return case.public_version, case.customer_version, case.shared_version


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=lambda kind: kind.name)
def test_an_audience_can_only_be_narrowed(cast, kind):
    made = reported(cast)
    for audience in ORDER:
        before = history(cast, made.case_id)
        if ORDER.index(audience) < ORDER.index(kind.audience):
            with pytest.raises(ValueError, match="at most"):
                recorded(cast.as_ada, made.case_id, kind, audience=audience)
            assert history(cast, made.case_id) == before
        else:
            recorded(cast.as_ada, made.case_id, kind, audience=audience)
            assert history(cast, made.case_id)[-1].audience == audience


def test_facts_that_the_catalogue_does_not_name_are_refused(cast):
    made = reported(cast)
    before = history(cast, made.case_id)
    with pytest.raises(ValueError, match="has no mood"):
        recorded(cast.as_ada, made.case_id, kinds.CLOSED, facts={"how": "silent", "mood": "bad"})
    assert history(cast, made.case_id) == before


def test_the_catalogue_keeps_its_grammar():
    """Subject, thing, past participle; one name once."""
    for name, kind in CATALOGUE.items():
        assert name == kind.name and name.split(".")[0] in ("case", "idea") and 2 <= len(name.split(".")) <= 4
        assert len(name) <= Event.__table__.c.kind.type.length


def test_staff_act_for_their_own_business_unless_said(cast):
    made = reported(cast)
    recorded(cast.as_ada, made.case_id, kinds.STARTED)
    recorded(cast.as_ada, made.case_id, kinds.STARTED, tenant_id=cast.harbor, actor="system")
    recorded(cast.customer(made.case_id), made.case_id, kinds.CUSTOMER_WROTE, text="Hello?")
    assert [(entry.tenant_id, entry.actor) for entry in history(cast, made.case_id)[-3:]] == [
        (cast.meridian, "staff"), (cast.harbor, "system"), (None, "customer"),
    ]  # fmt: skip


def test_both_times_are_on_record(cast, hand):
    made = reported(cast)
    due = hand.move(timedelta(days=1))
    hand.move(timedelta(days=1))
    recorded(cast.as_ada, made.case_id, kinds.PROMISE_BROKEN, due_at=due)
    entry = history(cast, made.case_id)[-1]
    assert (entry.due_at, entry.at) == (due, clock.now())


def test_an_event_that_waits_for_the_sequencer_is_written_with_it(cast):
    made = reported(cast)
    table = NewEvent.__table__
    with entered(Scope.system()):
        waiting = set(db.session.scalars(current().select(table.c.event_id)))
    event_id = recorded(cast.as_ada, made.case_id, kinds.STARTED)
    with entered(Scope.system()):
        assert set(db.session.scalars(current().select(table.c.event_id))) - waiting == {event_id}


@pytest.mark.parametrize("scope", ["as_ada", "customer", "system"])
def test_a_timer_is_written_by_everybody_and_read_by_the_worker_only(cast, scope):
    made = reported(cast)
    by = {"as_ada": cast.as_ada, "customer": cast.customer(made.case_id), "system": Scope.system(cast.riverside)}[scope]
    with entered(by), writing():
        set_timer(cast.riverside, "promise.due", 1, clock.now())
    table = Timer.__table__
    query = lambda: db.session.execute(current().select(table.c.id).where(table.c.subject_id == 1)).all()  # noqa: E731
    with entered(Scope.system()):
        assert len(query()) == 1
    if not by.is_system:
        with entered(by):
            assert query() == []


# -- versions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "moved"),
    [("public", (1, 1, 1)), ("customer", (0, 1, 1)), ("shared", (0, 0, 1)), ("internal", (0, 0, 0))],
)
def test_a_page_moves_only_by_what_its_readers_see(cast, audience, moved):
    made = reported(cast)
    before = versions(cast, made.case_id)
    recorded(cast.as_ada, made.case_id, kinds.STARTED, audience=Audience(audience))
    assert tuple(now - then for now, then in zip(versions(cast, made.case_id), before, strict=True)) == moved


def test_a_note_moves_no_page_and_no_form(cast):
    made = acknowledged(cast)
    before, form = versions(cast, made.case_id), case_of(cast, made.case_id).state_version
    with entered(cast.as_ada):
        note(made.case_id, text="Careful.", author="Ada")
    assert versions(cast, made.case_id) == before
    assert case_of(cast, made.case_id).state_version == form


# -- who reads what ------------------------------------------------------------------------------------------------


@pytest.fixture
def full(cast):
    """A case with one event of each audience, by Ada, and one for Harbor, which assists and has a note of its own."""
    made = reported(cast)
    with entered(Scope.system(cast.riverside)), writing():
        db.session.add(Access(case_id=made.case_id, tenant_id=cast.harbor, level="assist", next_due_at=clock.now()))
    for audience in Audience:
        recorded(cast.as_ada, made.case_id, kinds.STARTED, text=audience.value, audience=audience)
    named = {"audience": Audience.SHARED, "shared_with": [cast.harbor]}
    recorded(cast.as_ada, made.case_id, kinds.STARTED, text="for harbor", **named)
    with entered(cast.as_hugo):
        note(made.case_id, text="harbor's own", author="Hugo")
    return made


@pytest.mark.parametrize(
    ("reader", "sees"),
    [
        ("public", ["public"]),
        ("customer", ["public", "customer"]),
        ("as_ada", ["public", "customer", "shared", "internal", "for harbor"]),
        ("as_hugo", ["public", "for harbor", "harbor's own"]),
        ("as_greta", []),
        ("as_otto", []),
        ("other customer", []),
        ("system", ["public", "customer", "shared", "internal", "for harbor", "harbor's own"]),
    ],
)
@pytest.mark.parametrize("visibility", ["public", "private"])
def test_each_reader(cast, full, reader, sees, visibility):
    from portal.cases.models import Case

    table = Case.__table__
    with entered(Scope.system(cast.riverside)), writing():
        db.session.execute(current().update(table).where(table.c.id == full.case_id).values(visibility=visibility))
    scopes = {
        "customer": cast.customer(full.case_id),
        "other customer": cast.customer(reported(cast).case_id),
        "system": Scope.system(cast.riverside),
    }
    scope = scopes.get(reader) or getattr(cast, reader)
    texts = [entry.text for entry in history(cast, full.case_id, scope)]
    marked = [
        text for text in texts if text in {"public", "customer", "shared", "internal", "for harbor", "harbor's own"}
    ]
    assert marked == ([] if (reader, visibility) == ("public", "private") else sees)


def test_the_newest_come_first_and_no_more_than_asked_for(cast):
    from portal.events.timeline import timeline

    made = reported(cast)
    with entered(cast.public):
        assert [entry.seq for entry in timeline(made.case_id, limit=2)] == [4, 3]


# -- append only ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET kind = 'case.closed'",
        "UPDATE events SET at = due_at",
        "UPDATE events SET commitments = '{}'",
        "DELETE FROM events",
        "UPDATE event_positions SET position = position + 100",
        "DELETE FROM event_positions",
        "UPDATE log_entries SET entry = leaf",
        "DELETE FROM log_entries",
        "DELETE FROM event_contents",
        "UPDATE event_contents SET text = 'something else'",
        "UPDATE event_contents SET audience = 'public'",
        "UPDATE event_contents SET text_salt = facts_salt",
    ],
)
def test_the_database_itself_refuses_to_rewrite_history(cast, migrated, statement):
    """Even for the owner of the tables, who has to take a trigger away first."""
    from portal.worker.main import until_idle

    reported(cast)
    until_idle()
    engine = owner_engine(migrated)
    try:
        with engine.connect().execution_options(writes=True) as connection:
            with pytest.raises(DBAPIError, match=r"append-only|only be erased"):
                connection.execute(text(statement))
            connection.rollback()
    finally:
        engine.dispose()


# -- many at once --------------------------------------------------------------------------------------------------


def test_eight_writers_of_one_case_leave_no_gap(app, cast):
    made = acknowledged(cast)
    each = 5

    def staff(number):
        for turn in range(each):
            with entered(cast.as_ada):
                reply(made.case_id, text=f"reply {number} {turn}", author="Ada")

    def colleague(number):
        for turn in range(each):
            with entered(cast.as_ada):
                note(made.case_id, text=f"note {number} {turn}", author="Ada")

    def customer(number):
        for turn in range(each):
            with entered(cast.customer(made.case_id)):
                write_to_business(made.case_id, text=f"words {number} {turn}")

    writers = [staff, staff, staff, colleague, colleague, customer, customer, customer]
    results = at_once(app, [lambda w=w, n=n: w(n) for n, w in enumerate(writers)])
    assert results == [None] * 8
    entries = history(cast, made.case_id)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    said = [entry.text for entry in entries if entry.text and entry.text.split()[0] in ("reply", "note", "words")]
    assert len(said) == len(set(said)) == 8 * each
    assert case_of(cast, made.case_id).last_seq == len(entries)
    assert kinds_of(cast, made.case_id).count("case.started") == 1


def test_contents_repeat_what_the_envelope_says(cast):
    made = acknowledged(cast)
    events, contents = Event.__table__, EventContent.__table__
    with entered(Scope.system(cast.riverside)):
        columns = ("case_id", "audience", "tenant_id", "network_id")
        rows = db.session.execute(
            current().select(*(events.c[c] for c in columns), *(contents.c[c].label(f"{c}_too") for c in columns))
            .select_from(events.join(contents, contents.c.event_id == events.c.id))
            .where(events.c.case_id == made.case_id)
        ).all()  # fmt: skip
    assert len(rows) == len(history(cast, made.case_id))
    assert all(row[:4] == row[4:] for row in rows)
