"""What is learned from confirmed cases, what is suggested, to whom, and because of which words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.beside import Beside
from portal.imports.checking import Manner
from portal.suggesting import starting
from portal.suggesting.guessing import suggest
from portal.suggesting.learning import learn, learn_all
from portal.suggesting.models import Learned
from tenants.scope import Scope, db, entered
from tests.beside import recorded
from tests.cast import Cast
from tests.imports.lines import a_line, run, write

pytestmark = pytest.mark.database
BAGS = ("My suitcase was lost on belt {}", "Bag {} damaged, the zip is broken", "箱子 {} 丢了，行李没有到")
DELAYS = ("Flight {} was three hours late", "We waited {} hours for the delayed plane", "航班晚点了 {} 个小时")


@pytest.fixture
def confirmed(cast: Cast, tmp_path) -> None:
    """Sixty cases of Meridian from a published source, half of them about bags, half about delays."""
    lines = [
        a_line(id=number, text=said[number % 3].format(number), reason=reason, lang="zh" if number % 3 == 2 else "en")
        for number in range(60)
        for said, reason in [(BAGS, "Lost luggage") if number % 2 else (DELAYS, "Delay")]
    ]
    run(write(tmp_path / "some.jsonl", lines), Manner(cast.riverside, True, True, ""))


def guessed(scope: Scope, text: str, target: str = "category"):
    with entered(scope):
        return suggest(text, target)


def test_nothing_is_learned_from_too_little(cast: Cast) -> None:
    assert learn(cast.riverside, cast.meridian, "category") is None
    assert guessed(cast.as_ada, "my suitcase is lost") is None


def test_what_was_confirmed_is_suggested_and_explained(cast: Cast, confirmed) -> None:
    made = learn(cast.riverside, cast.meridian, "category")
    assert made is not None
    assert (made.version, made.examples) == (1, 60)
    assert made.hits >= 90
    bag, late, chinese = (
        guessed(cast.as_ada, text) for text in ("Where is my Suitcase?", "plane LATE again", "行李丟了")
    )
    assert bag.label == chinese.label == cast.luggage
    assert late.label == cast.delay
    assert bag.because == ("Suitcase",)
    assert late.because[0] in ("plane", "LATE")
    assert "行李" in "".join(chinese.because) or "丟" in "".join(chinese.because)


def test_what_is_not_clear_is_not_suggested(cast: Cast, confirmed) -> None:
    learn(cast.riverside, cast.meridian, "category")
    assert guessed(cast.as_ada, "The coffee was cold") is None
    assert guessed(cast.as_ada, "") is None


def test_another_business_gets_nothing_of_it(cast: Cast, confirmed) -> None:
    learn_all()
    assert guessed(cast.as_hugo, "my suitcase is lost") is None
    assert guessed(cast.as_otto, "my suitcase is lost") is None
    assert guessed(cast.public, "my suitcase is lost") is None


def test_a_new_version_takes_the_place_of_the_old_one(cast: Cast, confirmed) -> None:
    for _time in range(5):
        learn(cast.riverside, cast.meridian, "category")
    with entered(Scope.system()):
        versions = sorted(db.session.scalars(select(Learned.version).where(Learned.tenant_id == cast.meridian)))
    assert versions == [3, 4, 5]
    assert guessed(cast.as_ada, "my suitcase is lost").version == 5


def test_the_worker_starts_learning_once_a_day(cast: Cast, hand, confirmed, monkeypatch) -> None:
    started = recorded(monkeypatch)
    monkeypatch.setattr(starting, "LEARNING", Beside("search", "learn", "--quiet"))
    assert starting.start_if_due()
    assert not starting.start_if_due(), "it is running"
    started[0].ended = True
    learn(cast.riverside, cast.meridian, "category")
    assert not starting.start_if_due(), "it was learned today"
    hand.move(starting.ONCE)
    assert starting.start_if_due()
    assert started[0].argv[-5:-1] == ["search", "learn", "--quiet", "--beside"]
