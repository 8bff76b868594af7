"""Words that are removed are gone from the database itself; envelope, commitments and the log stay as they were."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from portal.cases import assessment, customer_verbs, handling, promises, redaction
from portal.cases.erasure import erase_customer, retain
from portal.cases.holding import NoSuchCase
from portal.cases.models import Contact
from portal.database import owner_engine
from portal.events.commitments import holds
from portal.events.models import Event
from portal.followers.log.models import LogEntry
from portal.worker.main import until_idle
from tenants import clock, door
from tenants.db import Base
from tenants.permissions import Forbidden
from tenants.scope import Scope, entered
from tests.play import SOON, acknowledged, answered, case_of, history, kinds_of, reported, snapshot
from tests.worker.invariants import check_figures, check_history, check_log, check_positions, rows

pytestmark = pytest.mark.database
CANARY = "xyzzy-canary"


def everything(settings):
    """Every value of every table, as text."""
    engine = owner_engine(settings)
    with engine.connect() as connection:
        found = [
            str(value)
            for table in Base.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))  # noqa: S608
            for value in row
        ]
    engine.dispose()
    return "\n".join(found)


def seq_of(cast, case, kind):
    return next(entry.seq for entry in reversed(history(cast, case.case_id)) if entry.kind == kind)


def entry_of(cast, case, kind, scope):
    return next(entry for entry in reversed(history(cast, case.case_id, scope)) if entry.kind == kind)


def planted(cast):
    """A case with the canary in everything that somebody writes."""
    case = acknowledged(cast, text=f"{CANARY} was lost. Write to {CANARY}@example.com.", wish=CANARY, happened=CANARY)
    with entered(cast.customer(case.case_id)):
        customer_verbs.write_to_business(case.case_id, text=f"And {CANARY}.")
    with entered(cast.as_ada):
        handling.reply(case.case_id, text=f"We read {CANARY}.", author="Ada")
        promises.promise_more(case.case_id, f"We find {CANARY}.", clock.now() + SOON)
        version = case_of(cast, case.case_id).state_version
        assessment.find(case.case_id, version, demand=CANARY, found=CANARY, source=CANARY, author="Ada")
        handling.note(case.case_id, text=f"Careful: {CANARY}", author="Ada")
    return case


KINDS = (
    "case.reported",
    "case.message.received",
    "case.reply.sent",
    "case.finding.added",
    "case.note.added",
)


@pytest.mark.parametrize("kind", KINDS)
def test_one_entry_is_gone_and_the_rest_stays(cast, kind):
    case = planted(cast)
    seq, before = seq_of(cast, case, kind), entry_of(cast, case, kind, cast.as_ada)
    with entered(cast.as_ada):
        redaction.redact(case.case_id, seq, "personal")
    after = entry_of(cast, case, kind, cast.as_ada)
    assert after.text is None and "text" in after.erased
    assert CANARY not in str(after.facts)
    assert (after.seq, after.at, after.audience) == (before.seq, before.at, before.audience)
    told = history(cast, case.case_id)[-1]
    assert (told.kind, told.facts, told.audience) == (
        "case.redacted",
        {"entry": seq, "reason": "personal"},
        before.audience,
    )


def test_all_of_it_is_gone_from_the_database(cast, migrated):
    case = planted(cast)
    until_idle()
    assert CANARY in everything(migrated)
    with entered(cast.as_ada):
        for entry in history(cast, case.case_id):
            if CANARY in f"{entry.text}{entry.facts}" and entry.kind != "case.original.kept":
                redaction.redact(case.case_id, entry.seq, "personal")
    assert CANARY not in everything(migrated)
    assert case_of(cast, case.case_id).title == ""
    until_idle()
    for check in (check_history, check_positions, check_log, check_figures):
        check()


def test_commitments_stay_and_prove_nothing_any_more(cast):
    case = planted(cast)
    until_idle()
    before = {row.event_id: bytes(row.entry) for row in rows(LogEntry, "number")}
    seq = seq_of(cast, case, "case.reported")
    with entered(cast.as_ada):
        redaction.redact(case.case_id, seq, "personal")
    event = next(row for row in rows(Event, "id") if row.case_id == case.case_id and row.case_seq == seq)
    assert set(event.commitments) == {"text", "facts"}
    assert not holds(event.commitments["text"], f"{CANARY} was lost.", b"0" * 32)
    assert before.items() <= {row.event_id: bytes(row.entry) for row in rows(LogEntry, "number")}.items()


def test_the_original_words_go_with_the_masked_ones(cast, migrated):
    case = reported(cast, text="Write to secret.person@example.com please.")
    assert "secret.person" in everything(migrated)
    with entered(cast.customer(case.case_id)):
        redaction.redact(case.case_id, seq_of(cast, case, "case.reported"), "personal")
    assert "secret.person" not in everything(migrated)


def test_who_may(cast):
    case = planted(cast)
    theirs, ours = seq_of(cast, case, "case.message.received"), seq_of(cast, case, "case.reply.sent")
    before = snapshot(cast)
    with entered(cast.customer(case.case_id)), pytest.raises(Forbidden):
        redaction.redact(case.case_id, ours, "personal")
    with entered(Scope.staff(cast.riverside, cast.meridian, cast.ada, "product")), pytest.raises(Forbidden):
        redaction.redact(case.case_id, theirs, "personal")
    for scope in (cast.as_hugo, cast.as_otto):
        with entered(scope), pytest.raises(NoSuchCase):
            redaction.redact(case.case_id, theirs, "personal")
    with entered(cast.public), pytest.raises(Forbidden):
        redaction.redact(case.case_id, theirs, "personal")
    with entered(cast.as_ada):
        with pytest.raises(ValueError, match="because"):
            redaction.redact(case.case_id, theirs, "because")
        with pytest.raises(redaction.NothingThere):
            redaction.redact(case.case_id, 999, "personal")
    assert snapshot(cast) == before
    with entered(cast.customer(case.case_id)):
        redaction.redact(case.case_id, theirs, "personal")
        with pytest.raises(redaction.NothingThere):
            redaction.redact(case.case_id, theirs, "personal")


def test_erased_at_the_customers_wish(cast, migrated):
    case = planted(cast)
    with entered(cast.customer(case.case_id)):
        erase_customer(case.case_id)
    after = case_of(cast, case.case_id)
    assert (after.state, after.visibility, after.title, after.erased_at) == (
        "withdrawn",
        "private",
        "",
        clock.now(),
    )
    for entry in history(cast, case.case_id):
        assert entry.actor != "customer" or CANARY not in f"{entry.text}{entry.facts}"
    clock._source.set(clock.now() + timedelta(seconds=1))
    until_idle()
    with entered(Scope.door(cast.riverside)):
        assert door.key(case.key, "case") is None
    for check in (check_history, check_positions, check_figures):
        check()
    assert kinds_of(cast, case.case_id)[-1] == "case.erased"


def test_only_the_customer_erases(cast):
    case = planted(cast)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        erase_customer(case.case_id)


def test_retention_runs_by_rule(cast, hand):
    case = answered(cast, channel="email", address="c@example.com")
    with entered(cast.customer(case.case_id)):
        customer_verbs.accept_answer(case.case_id, case_of(cast, case.case_id).state_version)
    open_one = reported(cast, channel="email", address="d@example.com")
    ended = case_of(cast, case.case_id).closed_at
    hand.set(ended + timedelta(days=730))
    assert retain(730) == 0
    hand.set(ended + timedelta(days=730, seconds=1))
    assert retain(730) == 1
    assert retain(730) == 0
    assert [row.case_id for row in rows(Contact, "id")] == [open_one.case_id]
    assert history(cast, case.case_id)[-1].facts == {"because": "retention"}
    assert case_of(cast, case.case_id).visibility == "public"
    until_idle()
    check_history()
