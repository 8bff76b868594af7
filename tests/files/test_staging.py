"""Uploads that wait for their form: found by it alone, for an hour, and then swept with their contents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.cases.customer_verbs import write_to_business
from portal.files import staging
from portal.files.models import StagedFile
from portal.files.staging import Bundle
from portal.files.storage import StorageAway, storage
from portal.worker.sweep import sweep
from tenants.clock import Hand
from tenants.scope import Scope, db, entered
from tests.cast import Cast
from tests.files import samples
from tests.files.conftest import Kept
from tests.files.given import Files, bundle, staged
from tests.play import reported

pytestmark = pytest.mark.database
LATER = staging.STAGED + staging.MARGIN + timedelta(seconds=1)


def waiting() -> int:
    with entered(Scope.system()):
        return db.session.query(StagedFile).count()


def test_the_form_finds_its_files_for_an_hour(cast: Cast, store: Kept, hand: Hand) -> None:
    form = bundle(cast)
    photo, text = staged(cast, samples.jpeg(), samples.TEXT, into=form)
    assert store.keys() == {photo.values["storage_key"], photo.values["thumbnail_key"], text.values["storage_key"]}
    found = {each.id: each.media.type for each in staging.staged(form)}
    assert found == {photo.id: "image/jpeg", text.id: "text/plain"}
    assert [each.id for each in staging.staged(form, [text.id, photo.id])] == [text.id, photo.id]
    assert [each.id for each in staging.staged(form, [text.id, 77])] == [text.id]
    hand.set(hand.at + staging.STAGED)
    assert staging.staged(form) == []


@pytest.mark.parametrize("changes", [{"token": "x"}, {"token": ""}, {"purpose": "other"}, {"network_id": "other"}])
def test_nobody_else_finds_them(cast: Cast, store: Kept, changes: dict[str, Any]) -> None:
    form = bundle(cast)
    (photo,) = staged(cast, into=form)
    values = {"network_id": form.network_id, "purpose": form.purpose, "token": form.token, **changes}
    other = Bundle(**{**values, "network_id": cast.northport if "network_id" in changes else form.network_id})
    assert staging.staged(other) == [] and staging.staged(other, [photo.id]) == []
    staging.forget(other, [photo.id])
    assert len(staging.staged(form)) == 1


def test_what_nobody_sent_is_swept_with_its_contents(cast: Cast, store: Kept, hand: Hand) -> None:
    staged(cast, samples.jpeg(), samples.TEXT)
    sweep()
    assert waiting() == 2 and len(store.keys()) == 3
    hand.set(hand.at + LATER)
    sweep()
    assert waiting() == 0 and store.keys() == set()


def test_the_sweep_leaves_what_a_case_took_over(cast: Cast, store: Kept, hand: Hand) -> None:
    case, form = reported(cast), bundle(cast)
    taken, left = staged(cast, samples.jpeg(), samples.TEXT, into=form)
    with entered(cast.customer(case.case_id)):
        write_to_business(case.case_id, text="See.", files=Files([taken]))
    staging.forget(form, [taken.id, left.id])
    hand.set(hand.at + LATER)
    sweep()
    assert waiting() == 0 and store.keys() == {taken.values["storage_key"], taken.values["thumbnail_key"]}


def test_a_sweep_has_an_end(cast: Cast, store: Kept, hand: Hand) -> None:
    staged(cast, *[samples.TEXT] * 5)
    hand.set(hand.at + LATER)
    assert staging.sweep(storage(), most=2) == 2 and waiting() == 3


class Away:
    """A storage that does not answer."""

    def put(self, key: str, content: bytes, media_type: str) -> None:
        raise StorageAway("full")

    def open(self, key: str) -> Any:
        raise StorageAway("away")

    def delete(self, key: str) -> None:
        raise StorageAway("away")


def test_what_could_not_be_kept_is_not_listed(app: Any, cast: Cast, store: Kept) -> None:
    form = bundle(cast)
    app.extensions["files"] = Away()
    with pytest.raises(StorageAway):
        staged(cast, into=form)
    assert staging.staged(form) == []


def test_a_sweep_waits_for_a_storage_that_is_away(cast: Cast, store: Kept, hand: Hand) -> None:
    staged(cast, samples.TEXT)
    hand.set(hand.at + LATER)
    assert staging.sweep(Away()) == 0 and waiting() == 1
    assert staging.sweep(storage()) == 1 and store.keys() == set()
