"""The real complaints are found, and what is like them is shown: floors under what `make bench` prints.

They lie below what was measured, so that they notice a loss and not a rounding.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from portal.imports.checking import Manner
from portal.imports.reading import mapping_of, source_of
from tests.cast import Cast
from tests.conftest import data_folder
from tests.imports.lines import run
from tests.search.conftest import keep_up
from tests.search.quality import expected, imported, likeness, recall

pytestmark = pytest.mark.database
EVERY = 8
"""One complaint of so many stands beside those that are asked for."""


@pytest.fixture
def complaints(cast: Cast, tmp_path: Path) -> dict[int, int]:
    """A part of the complaints, imported and in the index: case ids by the complaints' numbers."""
    folder = data_folder()
    if folder is None:
        pytest.skip("the real complaints are not here")
    wanted, path, numbers = expected(), tmp_path / "some.jsonl", {}
    with gzip.open(folder / "complaints.jsonl.gz", "rt", encoding="utf-8") as all_of_them, path.open("w") as some:
        for line in all_of_them:
            number = json.loads(line)["id"]
            if number in wanted or number % EVERY == 0:
                some.write(line)
                numbers[len(numbers) + 1] = number
    run(source_of(path, "jsonl", mapping_of("")), Manner(cast.riverside, True, True, ""))
    keep_up()
    return imported(cast.riverside, numbers)


def test_how_well_they_are_found(cast: Cast, complaints: dict[int, int]) -> None:
    shares = recall(cast.riverside, complaints)
    floors = {"en": 90, "zh_Hans": 90, "zh_Hant": 90, "typo": 80}
    assert {kind: share.percent >= floors[kind] for kind, share in shares.items()} == dict.fromkeys(floors, True), (
        shares
    )
    found, silent = likeness(cast.riverside, complaints)
    assert found.percent >= 90, found
    assert silent.percent >= 90, silent
