"""What the entries of a case say of its looks and of its state, and which promises are told with the act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from portal.cases.folding import folded
from portal.cases.looks import appeal_is_open, looks_of, rounds_of, since_of
from portal.events.timeline import Entry

BEGAN = datetime(2026, 11, 18, 9, tzinfo=UTC)


def history(*told):
    """Entries as a timeline has them (newest first), from (kind, facts), an hour apart unless facts say `with`."""
    entries, at = [], BEGAN
    for seq, (kind, facts) in enumerate(told, 1):
        at += timedelta() if facts.pop("together", False) else timedelta(hours=1)
        entry = Entry(seq, f"case.{kind}", "public", "staff", 1, at, None, None, facts, {}, ())
        entries.insert(0, entry)
    return entries


def kinds_of(*names):
    return history(*((name, {}) for name in names))


FIRST = ("reported", "acknowledged", "finding.added", "assessed", "answered")


def seqs(look):
    return look.which, [each.seq for each in look.findings], look.verdict and look.verdict.seq


@pytest.mark.parametrize(
    ("names", "looks"),
    [
        (("reported", "acknowledged"), []),
        (FIRST, [("", [3], 4)]),
        ((*FIRST, "closed", "reopened", "taken_up"), [("", [3], 4)]),
        ((*FIRST, "appealed"), [("under_review", [3], 4)]),
        ((*FIRST, "appealed", "taken_up", "finding.added"), [("second", [8], None), ("under_review", [3], 4)]),
        ((*FIRST, "appealed", "taken_up", "finding.added", "assessed"), [("second", [8], 9), ("first", [3], 4)]),
        ((*FIRST, "appealed", "taken_up", "answered"), [("first", [3], 4)]),
        ((*FIRST, "appealed", "withdrawn"), [("first", [3], 4)]),
    ],
)
def test_the_first_decision_stands_under_review_while_an_appeal_is_open(names, looks):
    assert [seqs(look) for look in looks_of(kinds_of(*names))] == looks


def test_an_appeal_is_open_until_the_second_answer():
    assert not appeal_is_open(kinds_of(*FIRST))
    assert appeal_is_open(kinds_of(*FIRST, "appealed", "taken_up", "question.asked"))
    assert not appeal_is_open(kinds_of(*FIRST, "appealed", "taken_up", "answered"))


@pytest.mark.parametrize(
    ("names", "state", "hours"),
    [
        (("reported", "routed", "promise.made"), "received", 1),
        (("reported", "acknowledged", "reply.sent", "started", "reply.sent"), "in_progress", 4),
        (("reported", "acknowledged", "question.asked"), "waiting_for_customer", 3),
        (("reported", "acknowledged", "message.received", "promise.kept"), "acknowledged", 2),
        (("reported", "acknowledged", "question.asked", "message.received", "reply.sent"), "in_progress", 4),
        (("reported", "acknowledged", "answered", "message.received"), "in_progress", 4),
        ((*FIRST, "appealed", "lead.changed"), "appealed", 6),
        ((*FIRST, "closed", "reopened", "taken_up", "started"), "in_progress", 8),
    ],
)
def test_since_when_is_that_of_the_state_not_of_the_lead(names, state, hours):
    assert since_of(kinds_of(*names)) == (state, BEGAN + timedelta(hours=hours))


def made(what, due="2026-11-20T09:00:00+00:00", **more):
    return {"what": what, "due": due, "together": True, **more}


def outline(entries):
    return [(entry.kind[5:], [told.facts["what"] for told in entry.told]) for entry in reversed(folded(entries))]


def test_what_an_act_promised_and_kept_is_told_with_it():
    entries = history(
        ("reported", {}),
        ("routed", {"together": True}),
        ("promise.made", made("acknowledge")),
        ("acknowledged", {}),
        ("promise.kept", made("acknowledge")),
        ("promise.made", made("answer")),
        ("promise.made", made("update")),
    )
    assert outline(entries) == [
        ("reported", []),
        ("routed", ["acknowledge"]),
        ("acknowledged", ["acknowledge", "answer", "update"]),
    ]


def test_what_stands_alone_stays():
    entries = history(
        ("acknowledged", {}),
        ("promise.made", made("other")),
        ("promise.made", {"what": "answer", "due": "2026-11-20T09:00:00+00:00"}),
        ("promise.broken", {"what": "answer"}),
        ("answered", {}),
        ("promise.broken", made("answer")),
    )
    assert [told for _kind, told in outline(entries)] == [[]] * 6


def test_a_moved_promise_says_both_dates_once():
    entries = history(
        ("promise.moved", {"what": "answer", "due": "a", "new_due": "b"}),
        ("promise.made", made("answer", due="b")),
    )
    assert outline(entries) == [("promise.moved", [])]
    other = history(
        ("promise.moved", {"what": "answer", "due": "a", "new_due": "b"}), ("promise.made", made("other", due="c"))
    )
    assert len(folded(other)) == 2


def test_a_plan_and_an_answer_belong_to_the_round_in_which_they_were_promised():
    entries = kinds_of("reported", "answered", "reopened", "answered", "appealed")

    def promised(number, what, hours):
        return SimpleNamespace(id=number, what=what, made_at=BEGAN + timedelta(hours=hours))

    promises = [
        promised(1, "answer", 1),
        promised(2, "acknowledge", 3),  # at the moment of the reopening
        promised(3, "remedy", 3.5),
        promised(4, "answer", 4),
        promised(5, "answer", 6),
    ]
    assert rounds_of(entries, promises) == {2: "reopened", 4: "reopened", 5: "appealed"}
