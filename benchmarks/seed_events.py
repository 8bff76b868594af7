"""The histories of the cases that `seed.py` writes: events of the shape that the verbs leave behind."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from portal.events.commitments import commit
from portal.events.models import Event, EventContent, EventPosition, Head
from tenants.scope import current, db

SENTENCES = (
    "The suitcase did not arrive on the belt although the app said that it was loaded.",
    "I waited for forty minutes at the desk and nobody could say who is responsible.",
    "请告诉我行李现在在哪里，我明天一早就要继续出发。",
    "We will find out where it was last seen and write to you today.",
    "櫃檯的人員說已經轉給別的單位處理，但是一直沒有人聯絡我。",
)


def write_events(rng: random.Random, histories: list[tuple[dict[str, Any], int, str]]) -> None:
    """Of each case so many entries, the first with what was said."""
    head = db.session.get(Head, "positions", with_for_update=True) or _begun()
    events, contents, positions = [], [], []
    for case, length, said in histories:
        for seq in range(1, length + 1):
            head.value += 1
            event, content = _event(rng, case, seq, head.value, said)
            events.append(event)
            contents.append(content)
            positions.append({"network_id": case["network_id"], "position": head.value, "event_id": head.value})
    scope = current()
    db.session.execute(scope.insert(Event.__table__), events)
    db.session.execute(scope.insert(EventContent.__table__), contents)
    db.session.execute(scope.insert(EventPosition.__table__), positions)


def _event(
    rng: random.Random, case: dict[str, Any], seq: int, event_id: int, said: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    first = seq == 1
    kind = "case.reported" if first else ("case.routed", "case.reply.sent", "case.message.received")[seq % 3]
    text = said if first else " ".join(rng.choice(SENTENCES) for _ in range(3)) if kind != "case.routed" else None
    commitment, salt = commit(text or "")
    common = {
        "network_id": case["network_id"],
        "case_id": case["id"],
        "audience": "public",
        "tenant_id": None if kind in ("case.reported", "case.message.received") else case["lead_tenant_id"],
    }
    event = {
        **common,
        "id": event_id,
        "case_seq": seq,
        "kind": kind,
        "actor": "customer" if common["tenant_id"] is None else "staff",
        "at": case["reported_at"] + timedelta(hours=seq),
        "commitments": {"text": commitment} if text else {},
    }
    content = {
        **common,
        "event_id": event_id,
        "text": text,
        "text_salt": salt if text else None,
        "facts": {"wish": "find it", "happened": ""}
        if first
        else {"because": "host"}
        if kind == "case.routed"
        else None,
        "facts_salt": salt if first or kind == "case.routed" else None,
    }
    return event, content


def _begun() -> Head:
    head = Head(name="positions", value=0)
    db.session.add(head)
    return head
