"""The demo as it stands once it has been told: everything that the product can show occurs in it, and nothing lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import click
import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import demo
from portal.cases.models import Access, Case, Promise
from portal.cases.remedy_models import Remedy
from portal.cases.survey_models import Survey
from portal.config import Settings
from portal.events.commitments import holds
from portal.events.models import Event, EventContent
from portal.followers.models import Delivery
from portal.ideas.models import Idea
from portal.ideas.states import STATES
from portal.ideas.team_models import IdeaPromise
from tenants import administration, clock
from tenants.models import Tenant
from tenants.scope import Scope, db, entered
from tests.conftest import THE_DAY

pytestmark = pytest.mark.database


@pytest.fixture
def told(app: Flask) -> Iterator[Flask]:
    """The whole demo, and the scope that sees all of it."""
    demo.tell(app)
    with entered(Scope.system()):
        yield app


def counts() -> dict[str, int]:
    tables = (Case, Promise, Event, Access, Tenant, Delivery)
    return {table.__tablename__: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


@pytest.mark.long
def test_everything_occurs_and_nothing_lies(told: Flask, capsys: pytest.CaptureFixture[str]) -> None:
    everything_occurs()
    nothing_lies_in_the_future()
    all_commitments_hold()
    the_desk_has_work()
    no_line_of_the_story_fell_out()
    before = counts()
    demo.tell(told)
    assert "told here already" in capsys.readouterr().out
    db.session.expire_all()
    assert counts() == before
    assert not demo.is_empty(told)
    assert any("/cases/RIV-" in line for line in demo.introduction(told))


def everything_occurs() -> None:
    assert set(db.session.scalars(select(Case.state))) == {
        "received",
        "acknowledged",
        "in_progress",
        "waiting_for_customer",
        "answered",
        "closed",
        "withdrawn",
    }
    states = {"due", "kept", "broken", "moved", "released"}
    assert set(db.session.scalars(select(Promise.state))) == states
    assert {"upheld", "not_upheld"} <= set(db.session.scalars(select(Case.outcome)))
    assert set(db.session.scalars(select(Remedy.state))) >= {"accepted", "refused", "delivered"}
    assert db.session.scalar(select(func.count()).select_from(Survey).where(Survey.answered_at.is_not(None)))
    late = select(func.count()).select_from(Promise).where(Promise.state == "broken", Promise.fulfilled_at.is_not(None))
    assert db.session.scalar(late), "a promise was fulfilled after it had broken"
    assert set(db.session.scalars(select(Case.language))) == {"en", "zh_Hans", "zh_Hant"}
    assert facts("case.routed", "because") == {"place_and_category", "place", "category", "owner", "host"}
    assert facts("case.closed", "how") == {"accepted", "by_business", "silent"}
    assert set(db.session.scalars(select(Case.visibility))) == {"public", "private"}
    kinds = Counter(db.session.scalars(select(Event.kind)))
    assert {"case.unit.declined", "case.unit.expired", "case.unit.assigned", "case.unit.confirmed"} <= kinds.keys()
    assert set(db.session.scalars(select(Idea.state))) == set(STATES), "ideas in every state"
    assert set(db.session.scalars(select(Idea.visibility))) == {"public", "network", "internal"}
    assert set(db.session.scalars(select(IdeaPromise.state))) >= {"due", "kept", "broken", "moved"}
    assert {"idea.amendment.accepted", "idea.amendment.declined", "idea.merged", "idea.part.moved"} <= kinds.keys()
    assert kinds["case.note.added"] and kinds["case.visibility.changed"] and kinds["case.message.received"]


def facts(kind: str, name: str) -> set[str]:
    query = select(EventContent.facts).join(Event, Event.id == EventContent.event_id).where(Event.kind == kind)
    return {said[name] for said in db.session.scalars(query) if said}


def nothing_lies_in_the_future() -> None:
    assert clock.now() == THE_DAY, "the clock is given back"
    first: datetime | None
    first, last = db.session.execute(select(func.min(Event.at), func.max(Event.at))).one()
    assert first is not None and (THE_DAY - first).days > 50
    assert last <= THE_DAY and (THE_DAY - last).total_seconds() < 3600
    broken = select(Event.at, Event.due_at).where(Event.kind.in_(("case.promise.broken", "idea.promise.broken")))
    for at, due_at in db.session.execute(broken):
        assert due_at < at and (at - due_at).total_seconds() < 5, "it broke at its own time"


def all_commitments_hold() -> None:
    pairs = db.session.execute(select(Event, EventContent).join(EventContent, EventContent.event_id == Event.id)).all()
    for event, content in pairs:
        for part, commitment in event.commitments.items():
            assert holds(commitment, getattr(content, part), getattr(content, f"{part}_salt"))


def the_desk_has_work() -> None:
    late = select(func.count()).select_from(Access).where(Access.is_open, Access.next_due_at < clock.now())
    assert db.session.scalar(late)
    assert db.session.scalar(select(func.count()).select_from(Case).where(Case.state == "received"))


def no_line_of_the_story_fell_out() -> None:
    assert db.session.scalar(select(func.count()).select_from(Case)) == sum(map(len, demo.STORIES.values()))
    assert db.session.scalar(select(func.count()).select_from(Idea)) == sum(map(len, demo.IDEAS.values()))
    assert not set(db.session.scalars(select(Delivery.state))) - {"queued", "sent"}


def test_an_interrupted_telling_says_how_to_start_over(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(demo, "play", interrupt)
        with pytest.raises(KeyboardInterrupt):
            demo.tell(app)
    assert demo.is_empty(app)
    assert demo.introduction(app) == []
    with pytest.raises(click.ClickException, match="start over"):
        demo.tell(app)


def test_it_is_not_told_into_somebody_elses_database(app: Flask) -> None:
    administration.add_network("own", prefix="OWN", name="Our own", zone="UTC", locale="en", hosts=["own.example"])
    assert not demo.is_empty(app)
    with pytest.raises(click.ClickException, match="holds own"):
        demo.tell(app)


def test_in_production_the_password_must_be_ones_own(
    app: Flask, migrated: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    values = {"environment": "production", "public_url": "https://feedback.example"}
    monkeypatch.setitem(app.config, "SETTINGS", migrated.model_copy(update=values))
    with pytest.raises(click.ClickException, match="DEMO_PASSWORD"):
        demo.tell(app)
    monkeypatch.setenv("DEMO_PASSWORD", "short")
    with pytest.raises(click.ClickException, match="characters"):
        demo.tell(app)


def test_who_may_sign_in_is_an_agent_of_every_business_and_a_manager() -> None:
    who = demo.sign_ins()
    assert {business for _email, role, business in who if role == "agent"} == {business for *_, business in who}
    assert any(role == "manager" for _email, role, _business in who)
