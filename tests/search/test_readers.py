"""Nobody finds, counts or is shown what they may not read: the public, another business, another network."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.cases.handling import note, reply
from portal.cases.redaction import redact
from portal.cases.visibility import make_private
from tenants.scope import Scope, entered
from tests.cast import Cast
from tests.play import acknowledged, history
from tests.search.conftest import ask, found, keep_up

pytestmark = pytest.mark.database
Tell = Callable[..., int]


def readers(cast: Cast) -> dict[str, Scope]:
    return {
        "public": cast.public,
        "lead": cast.as_ada,
        "another": cast.as_hugo,
        "host": cast.as_greta,
        "elsewhere": cast.as_otto,
        "public elsewhere": Scope.public(cast.northport),
    }


def who_finds(cast: Cast, question: str) -> set[str]:
    return {name for name, scope in readers(cast).items() if found(scope, question)}


def test_a_public_case_is_the_publics_and_its_business(cast: Cast, tell: Tell) -> None:
    tell("Zanzibar was cold")
    keep_up()
    assert who_finds(cast, "zanzibar") == {"public", "lead"}


def test_a_private_case_is_its_business_alone(cast: Cast, tell: Tell) -> None:
    tell("Zanzibar was cold", visibility="private")
    keep_up()
    assert who_finds(cast, "zanzibar") == {"lead"}
    assert who_finds(cast, "zanzibra") == {"lead"}, "a slip leads to no word that only others wrote"


def test_a_note_is_its_authors_business_alone(cast: Cast, tell: Tell) -> None:
    case_id = tell("My suitcase is gone")
    with entered(cast.as_ada):
        note(case_id, text="Pomegranate behind the shelf", author="Ada")
    keep_up()
    assert who_finds(cast, "pomegranate") == {"lead"}


def test_what_was_covered_and_how_to_reach_the_customer_is_the_leads_alone(cast: Cast, tell: Tell) -> None:
    tell("Write to zuleika@example.org about the suitcase", channel="email", address="yvonne@example.net")
    keep_up()
    assert who_finds(cast, "zuleika") == {"lead"}
    assert who_finds(cast, "yvonne@example.net") == {"lead"}
    assert who_finds(cast, "suitcase") == {"public", "lead"}


def test_what_becomes_private_is_gone_before_the_index_knows(cast: Cast, tell: Tell) -> None:
    case_id = tell("Zanzibar was cold")
    tell("Zanzibar was warm")
    keep_up()
    with entered(cast.customer(case_id)):
        make_private(case_id)
    results = ask(cast.public, "zanzibar")
    assert results.total == 1  # type: ignore[union-attr]
    assert results.facets["state"] == {"received": 1}  # type: ignore[union-attr]
    keep_up()
    assert found(cast.public, "cold") == []
    assert found(cast.as_ada, "cold") != []


def test_what_is_removed_is_not_found(cast: Cast, tell: Tell) -> None:
    case_id = acknowledged(cast, text="Zanzibar was cold").case_id
    with entered(cast.as_ada):
        reply(case_id, text="Pomegranate soon", author="Ada")
    keep_up()
    assert who_finds(cast, "pomegranate") == {"public", "lead"}
    entry = next(each for each in history(cast, case_id) if each.text == "Pomegranate soon")
    with entered(cast.as_ada):
        redact(case_id, entry.seq, reason="personal")
    keep_up()
    assert who_finds(cast, "pomegranate") == set()
    assert who_finds(cast, "zanzibar") == {"public", "lead"}
