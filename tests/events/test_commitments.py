import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.cases.handling import note
from portal.events.commitments import SALT_BYTES, canonical, commit, fingerprint, holds
from portal.events.models import Event, EventContent
from tenants.scope import Scope, current, db, entered, writing
from tests.play import history, reported

texts = st.text(st.characters(exclude_categories=["Cs"]))
contents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def test_a_known_answer():
    """Computed apart from this code: HMAC-SHA256 with key 00…1f over the bytes of the canonical JSON."""
    salt = bytes(range(32))
    content = {"due": "2026-11-17T09:00:00+00:00", "a": ["é", 1]}
    said = '{"a":["é",1],"due":"2026-11-17T09:00:00+00:00"}'.encode()
    assert canonical(content) == said
    assert fingerprint(content, salt) == base64.b64encode(hmac.new(salt, said, hashlib.sha256).digest()).decode()
    assert fingerprint("kept", salt) == "0lZO4g93L+cMpVr+wfLWYf6ncPKgrJIU8x0joHeID5E="


@given(contents)
def test_holds_for_what_was_said_and_for_nothing_else(content):
    commitment, salt = commit(content)
    assert len(salt) == SALT_BYTES and holds(commitment, content, salt)
    assert not holds(commitment, [content], salt)
    assert not holds(commitment, content, bytes(32))
    assert commit(content)[0] != commitment


def test_both_unicode_forms_of_a_text_are_the_same():
    salt = bytes(32)
    assert fingerprint({"caf\u00e9": "\u00e9"}, salt) == fingerprint({"cafe\u0301": "e\u0301"}, salt)
    assert fingerprint("é", salt) != fingerprint("e", salt)


@pytest.mark.database
def test_every_part_of_every_event_holds_and_each_has_a_salt_of_its_own(cast):
    made = reported(cast, text="Cafe\u0301 closed", channel="email", address="c@example.com")
    with entered(cast.as_ada):
        note(made.case_id, text="Call him.", author="Ada")
    events, contents = Event.__table__, EventContent.__table__
    with entered(Scope.system(cast.riverside)):
        query = current().select(events.c.commitments, contents).select_from(
            events.join(contents, contents.c.event_id == events.c.id)
        )  # fmt: skip
        rows = db.session.execute(query).all()
    salts = []
    for row in rows:
        parts = {"facts": row.facts, "text": row.text, "names": row.names}
        assert row.commitments.keys() == {name for name, content in parts.items() if content is not None}
        for name, commitment in row.commitments.items():
            salt = getattr(row, f"{name}_salt")
            salts.append(salt)
            assert holds(commitment, json.loads(json.dumps(parts[name])), salt)
    assert len(salts) == len(set(salts)) >= 8


@pytest.mark.database
def test_what_is_erased_is_gone_and_shows_that_it_was_there(cast):
    made = reported(cast, text="Call me on 0123")
    with entered(Scope.system(cast.riverside)):
        event_id = db.session.scalar(select(Event.id).where(Event.kind == "case.reported"))
        before = db.session.scalar(select(Event.commitments).where(Event.id == event_id))
    table = EventContent.__table__
    with entered(Scope.system(cast.riverside)), writing():
        erase = current().update(table).where(table.c.event_id == event_id).values(text=None, text_salt=None)
        db.session.execute(erase)
    entry = history(cast, made.case_id, cast.public)[0]
    assert (entry.text, entry.erased) == (None, ("text",)) and entry.facts["language"] == "en"
    with entered(Scope.system(cast.riverside)):
        assert db.session.scalar(select(Event.commitments).where(Event.id == event_id)) == before
