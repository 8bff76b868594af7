"""News of ideas: who supports one gets them, in their language, once, and not after saying no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.followers.models import Delivery
from portal.following import idea_mail, ideas
from portal.following.models import Subscription
from portal.ideas import answering, revising, shipping, voting
from portal.ideas.answering import Answer
from portal.ideas.models import Idea
from portal.ideas.revising import Version
from portal.ideas.team_models import IdeaEvidence
from portal.ideas.voices import Voice
from portal.worker.main import until_idle
from tenants import clock
from tenants.ids import new_id
from tenants.models import User
from tenants.scope import Scope, db, entered, writing
from tests.ideas.conftest import NIA, TEXT, idea_row
from tests.play import reported

pytestmark = pytest.mark.database


@pytest.fixture
def team(cast):
    """A product manager of Meridian."""
    return Scope.staff(cast.riverside, cast.meridian, cast.ada, "product")


@pytest.fixture(autouse=True)
def _known(cast):
    with entered(Scope.system()), writing():
        for user in db.session.scalars(select(User)):
            user.confirmed_at, user.locale = clock.now(), "zh_Hans" if user.name == "Hugo" else "en"


def vote(cast, idea, person_id=None, word="browser"):
    with entered(Scope.door(cast.riverside)):
        voting.vote(idea, Voice(word, person_id))


def answer(cast, team, idea, act, text="Because", **more):
    with entered(team):
        answering.answer(idea.id, idea_row(cast, idea.id).version, Answer(act, text, **more))


def letters(cast, address=None):
    """What was written to anybody about ideas, once the worker has done all that was due."""
    for _turn in range(4):
        clock._source.set(clock.now() + timedelta(seconds=1))
        until_idle()
    with entered(Scope.system()):
        query = select(Delivery).where(Delivery.channel == "mail").order_by(Delivery.id)
        rows = db.session.scalars(query if address is None else query.where(Delivery.address == address)).all()
        return [row for row in rows if "/ideas/" in str(row.message)]


def test_voting_with_an_account_subscribes(cast, team, proposed):
    idea = proposed()
    vote(cast, idea, cast.hugo)
    vote(cast, idea, word="nobody in particular")
    answer(cast, team, idea, "review")
    answer(cast, team, idea, "plan")
    news = letters(cast)
    assert {letter.address for letter in news} == {"hugo@example.com"}
    assert len(news) == 2 and "已列入" in str(news[-1].message), "in the reader's language"
    assert "Because" not in str(news[-1].message), "no word that anybody typed"


def test_a_no_is_remembered_by_later_votes(cast, team, proposed):
    idea = proposed()
    vote(cast, idea, cast.hugo)
    with entered(Scope.door(cast.riverside)):
        ideas.stop(idea.id, cast.hugo)
        voting.take_back(idea, Voice("browser", cast.hugo))
    vote(cast, idea, cast.hugo)
    answer(cast, team, idea, "review")
    assert letters(cast) == []
    with entered(Scope.door(cast.riverside)):
        assert not ideas.follows(idea.id, cast.hugo)
        assert ideas.follow(idea.id, cast.hugo) and ideas.follows(idea.id, cast.hugo), "only by their own press"


def test_an_account_without_a_confirmed_address_gets_nothing(cast, team, proposed):
    with entered(Scope.system()), writing():
        db.session.get_one(User, cast.hugo).confirmed_at = None
    idea = proposed()
    vote(cast, idea, cast.hugo)
    answer(cast, team, idea, "review")
    assert letters(cast) == []


def test_shipping_reaches_whoever_complained_once_each(cast, team, proposed):
    idea = proposed()
    vote(cast, idea, cast.hugo)
    cases = [reported(cast, channel="email", address=f"nia{n % 2}@example.com", language="zh_Hant") for n in range(3)]
    with entered(Scope.system(cast.riverside)), writing():
        for n, case in enumerate(cases):
            of = {"network_id": cast.riverside, "case_id": case.case_id, "locale": "zh_Hant", "role": "customer"}
            known = db.session.scalars(select(Subscription).where(Subscription.case_id == case.case_id)).first()
            if known is None:
                at = {"address": f"nia{n % 2}@example.com", "asked_at": clock.now()}
                db.session.add(Subscription(id=new_id(), **of, **at, confirmed_at=clock.now()))
            db.session.add(
                IdeaEvidence(
                    network_id=cast.riverside, idea_id=idea.id, case_id=case.case_id, person_hash=b"%d" % n,
                    linked_at=clock.now(), removed_at=clock.now() if n == 9 else None,
                )
            )  # fmt: skip
    answer(cast, team, idea, "review")
    answer(cast, team, idea, "plan")
    before = len(letters(cast))
    with entered(team):
        shipping.ship(idea.id, idea_row(cast, idea.id).version, shipping.Proof("Ten benches", clock.now().date()))
    news = letters(cast)[before:]
    assert sorted(letter.address for letter in news) == ["hugo@example.com", "nia0@example.com", "nia1@example.com"]
    to_nia = next(letter for letter in news if letter.address == "nia0@example.com")
    assert "申訴" in str(to_nia.message) or "反映" in str(to_nia.message) or "回報" in str(to_nia.message)
    assert "/k/" not in str(to_nia.message), "the idea is public: no key goes out"


def test_a_change_of_substance_asks_for_the_vote_again(cast, team, proposed):
    idea = proposed()
    vote(cast, idea, cast.hugo)
    for substantial in (False, True):
        with entered(Scope.customer(cast.riverside)):
            version = Version(idea_row(cast, idea.id).revision, "Benches", f"{TEXT} {substantial}.", substantial)
            revising.revise(idea.id, version, NIA)
    news = letters(cast, "hugo@example.com")
    assert (len(news) == 1 and "something else now" in str(news[0].message)) or "有了改动" in str(news[0].message)


def test_a_crowd_is_told_batch_by_batch_and_each_once(cast, team, proposed, monkeypatch):
    monkeypatch.setattr(idea_mail, "BATCH", 3)
    idea = proposed()
    with entered(Scope.system(cast.riverside)), writing():
        for n in range(8):
            of = {"network_id": cast.riverside, "idea_id": idea.id, "role": "follower", "locale": "en"}
            at = {"address": f"fan{n}@example.com", "asked_at": clock.now(), "confirmed_at": clock.now()}
            db.session.add(Subscription(id=new_id(), **of, **at))
    answer(cast, team, idea, "review")
    told = [letter.address for letter in letters(cast)]
    assert sorted(told) == [f"fan{n}@example.com" for n in range(8)]


def test_what_is_hidden_before_it_was_told_is_not_told(cast, team, proposed):
    idea = proposed()
    vote(cast, idea, cast.hugo)
    answer(cast, team, idea, "review")
    with entered(Scope.system(cast.riverside)), writing():
        db.session.get_one(Idea, idea.id).visibility = "hidden"
    assert letters(cast) == []


def test_news_by_mail_without_an_account(cast, browser, proposed):
    idea = proposed()
    form = browser.get(f"/follow?idea={idea.reference}").text
    assert f'name="idea" value="{idea.reference}"' in form
    wrong = browser.post("/follow", {"idea": idea.reference, "email": "no"})
    assert wrong.status_code == 422 and 'value="no"' in wrong.text
    browser.post("/follow", {"idea": idea.reference, "email": "fan@example.org"})
    with entered(Scope.system()):
        (question,) = db.session.scalars(select(Delivery).where(Delivery.address == "fan@example.org"))
        path = "/f/" + str(question.message["text"]).split("/f/")[1].split()[0]
    assert idea.reference in browser.get(path).text
    assert f"/ideas/{idea.reference}" in browser.post(path).text
    assert browser.get("/follow?idea=RIV-0000-0000").status_code == 404


def test_an_account_follows_and_stops_on_the_page(cast, browser, signed_in, proposed):
    idea = proposed()
    path, part = f"/ballot/ideas/{idea.reference}/following", {"HX-Request": "true"}
    assert browser.post(path).status_code == 403, "nobody knows where to write to"
    hugo = signed_in("hugo")
    hugo.get("/ideas")
    assert "You get news" in hugo.post(path, **part).text or "您会收到" in hugo.get(path, **part).text
    with entered(Scope.door(cast.riverside)):
        assert ideas.follows(idea.id, cast.hugo)
    assert hugo.post(f"{path}/end").status_code == 303
    with entered(Scope.door(cast.riverside)):
        assert not ideas.follows(idea.id, cast.hugo)
