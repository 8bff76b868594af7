"""Files of a case: who may know of them and get them, how many there may be, and that removal is removal."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import select

from portal.cases import evidence
from portal.cases.customer_verbs import write_to_business
from portal.cases.evidence import attach
from portal.cases.handling import note, reply
from portal.cases.holding import NoSuchCase, held
from portal.cases.models import Case, Consent
from portal.cases.visibility import make_private
from portal.events.kinds import Audience
from portal.files import adding
from portal.files.adding import NoSuchFile, TooManyFiles
from portal.files.models import File
from portal.files.reading import all_of, files_of, find_content
from portal.files.storage import storage
from portal.worker.sweep import sweep
from tenants.permissions import Forbidden
from tenants.scope import Scope, db, entered, writing
from tests.cast import Cast
from tests.files import samples
from tests.files.conftest import Kept
from tests.files.given import Files, staged
from tests.play import acknowledged, case_of, history, kinds_of, lead_to, reported

pytestmark = pytest.mark.database


def with_file(cast: Cast, case_id: int, audience: Audience, by: Scope, content: bytes = b"") -> int:
    """Add one file with this audience; gives its number."""
    given = staged(cast, content or samples.jpeg())
    with entered(by), held(case_id, by_lead=False) as case:
        return adding.add(case, given, audience, most=6)[0]


def may_get(cast: Cast, scope: Scope, reference: str, number: int) -> bool:
    """Whether the reader gets the content and the thumbnail; never one without the other."""
    got = []
    with entered(scope):
        for thumbnail in (False, True):
            try:
                with find_content(reference, number, thumbnail=thumbnail).open() as content:
                    got.append(content.read(3) == b"\xff\xd8\xff")
            except NoSuchFile:
                got.append(False)
    assert got[0] == got[1]
    return got[0]


TABLE = """
file              public owner customer2 nobody lead past uninvolved elsewhere remote system
public.public     yes    yes   .         .      yes  yes  .          .         yes    yes
public.customer   .      yes   .         .      yes  .    .          .         yes    yes
public.shared     .      .     .         .      yes  .    .          .         yes    yes
public.internal   .      .     .         .      yes  .    .          .         yes    yes
private.public    .      yes   .         .      yes  yes  .          .         yes    yes
private.customer  .      yes   .         .      yes  .    .          .         yes    yes
private.shared    .      .     .         .      yes  .    .          .         yes    yes
private.internal  .      .     .         .      yes  .    .          .         yes    yes
"""
"""Files of Meridian’s case, which Harbor once led, by the visibility of the case and the audience of the file.

No business is named for a shared file: it is its author’s and the lead’s.
"""
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_who_gets_a_file(cast: Cast, store: Kept, row: list[str]) -> None:
    visibility, audience = row[0].split(".")
    case, another = reported(cast, visibility=visibility, category_id=None), reported(cast)
    lead_to(cast, case.case_id, cast.harbor)
    lead_to(cast, case.case_id, cast.meridian)
    number = with_file(cast, case.case_id, Audience(audience), cast.as_ada)
    scopes = {
        "public": cast.public,
        "owner": cast.customer(case.case_id),
        "customer2": cast.customer(another.case_id),
        "nobody": Scope.customer(cast.riverside),
        "lead": cast.as_ada,
        "past": cast.as_hugo,
        "uninvolved": Scope.staff(cast.riverside, cast.airport + 1000, cast.greta, "manager"),
        "elsewhere": cast.as_otto,
        "remote": Scope.remote(cast.riverside, cast.meridian),
        "system": Scope.system(cast.riverside),
    }
    assert HEAD[1:] == list(scopes)
    got = {name: may_get(cast, scope, case.reference, number) for name, scope in scopes.items()}
    assert got == {name: cell == "yes" for name, cell in zip(HEAD[1:], row[1:], strict=True)}
    for name, scope in scopes.items():
        with entered(scope):
            assert [file.number for file in all_of(case.case_id)] == ([number] if got[name] else [])


def test_numbers_and_references_are_not_exchanged(cast: Cast, store: Kept) -> None:
    one, other = reported(cast), reported(cast)
    number = with_file(cast, one.case_id, Audience.PUBLIC, cast.as_ada)
    assert may_get(cast, cast.public, one.reference, number)
    assert not may_get(cast, cast.public, other.reference, number)
    assert not may_get(cast, cast.public, one.reference, number + 1)
    assert not may_get(cast, cast.public, "", number)


@pytest.mark.parametrize(
    ("visibility", "public", "audience"),
    [
        ("public", True, "public"),
        ("public", False, "customer"),
        ("private", True, "customer"),
        ("private", False, "customer"),
    ],
)
def test_a_customers_file_is_shown_to_everyone_only_if_asked(
    cast: Cast, store: Kept, visibility: str, public: bool, audience: str
) -> None:
    case = reported(cast, visibility=visibility)
    with entered(cast.customer(case.case_id)):
        write_to_business(case.case_id, text="See.", files=Files(staged(cast), public=public))
    last = history(cast, case.case_id)[-1]
    assert (last.kind, last.audience, last.actor) == ("case.file.added", audience, "customer")
    assert last.facts["file"] == last.seq and last.facts["type"] == "image/jpeg" and last.text is None
    assert "test" not in repr(last.facts) and last.names == {}
    with entered(Scope.system(cast.riverside)):
        agreed = db.session.scalars(select(Consent.text_version).where(Consent.purpose == "files")).all()
    assert agreed == (["files-1"] if audience == "public" else [])


def test_staff_add_to_a_reply_and_to_a_note(cast: Cast, store: Kept) -> None:
    case = acknowledged(cast)
    with entered(cast.as_ada):
        reply(case.case_id, text="See.", author="Ada", files=Files(staged(cast), public=True))
        reply(case.case_id, text="See.", author="Ada", files=Files(staged(cast, samples.PDF)))
        note(case.case_id, text="See.", author="Ada", files=Files(staged(cast, samples.TEXT), public=True))
    added = [entry for entry in history(cast, case.case_id) if entry.kind == "case.file.added"]
    assert [entry.audience for entry in added] == ["public", "customer", "internal"]
    assert {entry.tenant_id for entry in added} == {cast.meridian}
    with entered(cast.as_ada):
        row = db.session.execute(select(Case).where(Case.id == case.case_id)).scalar_one()
        assert [file.name.split("-")[0] for file in files_of(row).values()] == ["photo", "document", "text"]


def test_internal_work_does_not_show_as_a_change(cast: Cast, store: Kept) -> None:
    case = acknowledged(cast)
    before = case_of(cast, case.case_id)
    with entered(cast.as_ada):
        note(case.case_id, text="See.", author="Ada", files=Files(staged(cast)))
    after = case_of(cast, case.case_id)
    assert (before.public_version, before.customer_version) == (after.public_version, after.customer_version)


def test_who_does_not_lead_shares_nothing_with_the_customer_alone(cast: Cast, store: Kept) -> None:
    case = acknowledged(cast)
    lead_to(cast, case.case_id, cast.harbor)
    before = kinds_of(cast, case.case_id)
    with entered(cast.as_ada), pytest.raises(Forbidden):
        reply(case.case_id, text="See.", author="Ada", files=Files(staged(cast)))
    assert kinds_of(cast, case.case_id) == before


def test_a_case_takes_so_many_of_each_side_and_no_more(cast: Cast, store: Kept) -> None:
    case = acknowledged(cast)
    with entered(cast.customer(case.case_id)):
        write_to_business(case.case_id, text="See.", files=Files(staged(cast, samples.TEXT, samples.PDF), most=2))
    before = kinds_of(cast, case.case_id)
    with entered(cast.customer(case.case_id)), pytest.raises(TooManyFiles):
        write_to_business(case.case_id, text="Again.", files=Files(staged(cast), most=2))
    assert kinds_of(cast, case.case_id) == before
    with entered(cast.as_ada):
        note(case.case_id, text="Ours.", author="Ada", files=Files(staged(cast, samples.TEXT, samples.TEXT), most=2))
    with entered(cast.customer(case.case_id)):
        evidence.remove(case.case_id, files_numbers(cast, case.case_id)[0], "mine")
        write_to_business(case.case_id, text="Instead.", files=Files(staged(cast), most=2))


def files_numbers(cast: Cast, case_id: int) -> list[int]:
    with entered(Scope.system(cast.riverside)):
        return list(db.session.scalars(select(File.number).where(File.case_id == case_id).order_by(File.number)))


def test_a_form_sent_twice_adds_its_files_once(cast: Cast, store: Kept) -> None:
    case, given = reported(cast), Files(staged(cast, samples.jpeg(), samples.TEXT))
    for _ in range(2):
        with entered(cast.customer(case.case_id)):
            write_to_business(case.case_id, text="See.", files=given)
    assert len(files_numbers(cast, case.case_id)) == 2


def test_a_verb_that_fails_leaves_no_file(cast: Cast, store: Kept) -> None:
    case, given = reported(cast), staged(cast)
    with entered(cast.customer(case.case_id)), suppress(ZeroDivisionError), held(case.case_id) as own:
        attach(own, Files(given))
        raise ZeroDivisionError
    assert files_numbers(cast, case.case_id) == []


def removal_of(cast: Cast, case_id: int, by: Scope, number: int, reason: str = "It shows others.") -> None:
    with entered(by):
        evidence.remove(case_id, number, reason)


def test_a_removed_file_is_gone_for_everybody_and_the_timeline_says_why(cast: Cast, store: Kept) -> None:
    case = reported(cast)
    number = with_file(cast, case.case_id, Audience.PUBLIC, cast.customer(case.case_id))
    version = case_of(cast, case.case_id).public_version
    removal_of(cast, case.case_id, cast.customer(case.case_id), number)
    assert store.keys() == set()
    for scope in (cast.public, cast.customer(case.case_id), cast.as_ada, Scope.system(cast.riverside)):
        assert not may_get(cast, scope, case.reference, number)
        with entered(scope):
            assert list(all_of(case.case_id)) == []
    entry = history(cast, case.case_id, cast.public)[-1]
    assert (entry.kind, entry.text, entry.facts) == ("case.file.removed", "It shows others.", {"file": number})
    assert case_of(cast, case.case_id).public_version == version + 1
    with entered(cast.public):
        shown = files_of(db.session.execute(select(Case).where(Case.id == case.case_id)).scalar_one())[number]
    assert shown.removed_because == "It shows others." and shown.removed_at is not None
    with pytest.raises(NoSuchFile):
        removal_of(cast, case.case_id, cast.customer(case.case_id), number)


def test_the_sweep_deletes_what_a_removal_left(cast: Cast, store: Kept) -> None:
    case = reported(cast)
    number = with_file(cast, case.case_id, Audience.CUSTOMER, cast.customer(case.case_id))
    with entered(cast.customer(case.case_id)), writing():
        evidence.remove(case.case_id, number, "Within something larger.")
        assert len(store.keys()) == 2
    assert not may_get(cast, cast.customer(case.case_id), case.reference, number)
    sweep()
    assert store.keys() == set()
    with entered(Scope.system(cast.riverside)):
        assert db.session.scalars(select(File.storage_key)).one() is None
    assert adding.sweep(storage()) == 0


def test_a_removal_that_is_taken_back_deletes_nothing(cast: Cast, store: Kept) -> None:
    case = reported(cast)
    number = with_file(cast, case.case_id, Audience.PUBLIC, cast.customer(case.case_id))
    with entered(cast.customer(case.case_id)), suppress(ZeroDivisionError), writing():
        evidence.remove(case.case_id, number, "Not after all.")
        raise ZeroDivisionError
    sweep()
    assert may_get(cast, cast.public, case.reference, number)


@pytest.mark.parametrize(
    ("added_by", "remover", "outcome"),
    [
        ("customer", "customer", None),
        ("lead", "customer", Forbidden),
        ("customer", "lead", None),
        ("lead", "lead", None),
        ("past", "lead", None),
        ("past", "past", None),
        ("lead", "past", Forbidden),
        ("customer", "past", Forbidden),
        ("lead", "product", Forbidden),
        ("lead", "uninvolved", NoSuchCase),
        ("lead", "public", Forbidden),
        ("lead", "stranger", NoSuchCase),
        ("lead", "elsewhere", NoSuchCase),
        ("lead", "system", None),
    ],
)
def test_who_may_remove(cast: Cast, store: Kept, added_by: str, remover: str, outcome: Any) -> None:
    case, another = reported(cast), reported(cast)
    lead_to(cast, case.case_id, cast.harbor)
    lead_to(cast, case.case_id, cast.meridian)
    scopes = {
        "customer": cast.customer(case.case_id),
        "lead": cast.as_ada,
        "past": cast.as_hugo,
        "product": Scope.staff(cast.riverside, cast.meridian, cast.ada, "product"),
        "uninvolved": Scope.staff(cast.riverside, cast.airport + 1000, cast.greta, "manager"),
        "public": cast.public,
        "stranger": cast.customer(another.case_id),
        "elsewhere": cast.as_otto,
        "system": Scope.system(cast.riverside),
    }
    number = with_file(cast, case.case_id, Audience.PUBLIC, scopes[added_by])
    before = kinds_of(cast, case.case_id)
    if outcome is None:
        removal_of(cast, case.case_id, scopes[remover], number)
        assert store.keys() == set()
        return
    with pytest.raises(outcome):
        removal_of(cast, case.case_id, scopes[remover], number)
    assert kinds_of(cast, case.case_id) == before and len(store.keys()) == 2
    assert may_get(cast, cast.public, case.reference, number)


def test_a_case_taken_off_the_public_site_takes_its_files_along(cast: Cast, store: Kept) -> None:
    case = reported(cast)
    number = with_file(cast, case.case_id, Audience.PUBLIC, cast.customer(case.case_id))
    with entered(cast.customer(case.case_id)):
        make_private(case.case_id)
    assert not may_get(cast, cast.public, case.reference, number)
    assert may_get(cast, cast.customer(case.case_id), case.reference, number)
    with entered(cast.public):
        assert list(all_of(case.case_id)) == []


def test_an_export_has_every_file_of_the_customer(cast: Cast, store: Kept) -> None:
    case = acknowledged(cast)
    with entered(cast.customer(case.case_id)):
        write_to_business(case.case_id, text="See.", files=Files(staged(cast, samples.TEXT, samples.jpeg())))
    with entered(cast.as_ada):
        note(case.case_id, text="Ours.", author="Ada", files=Files(staged(cast)))
    with entered(cast.customer(case.case_id)):
        found = list(all_of(case.case_id))
        assert [file.media_type for file in found] == ["text/plain", "image/jpeg"]
        with found[0].open() as content:
            assert content.read() == samples.TEXT


@pytest.mark.parametrize("by", ["customer", "system"])
def test_a_customer_who_is_forgotten_leaves_no_file(cast: Cast, store: Kept, by: str) -> None:
    case = acknowledged(cast)
    with entered(cast.customer(case.case_id)):
        write_to_business(case.case_id, text="See.", files=Files(staged(cast, samples.TEXT), public=True))
        write_to_business(case.case_id, text="See.", files=Files(staged(cast)))
    ours = with_file(cast, case.case_id, Audience.PUBLIC, cast.as_ada)
    scope = cast.customer(case.case_id) if by == "customer" else Scope.system(cast.riverside)
    with entered(scope), held(case.case_id) as own:
        assert adding.redact_of_customer(own) == 2
    sweep()
    with entered(cast.as_ada):
        assert [file.number for file in all_of(case.case_id)] == [ours]
    assert len(store.keys()) == 2
    assert kinds_of(cast, case.case_id)[-2:] == ["case.file.removed"] * 2
