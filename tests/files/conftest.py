"""Both storages, so that one suite shows them alike; an S3 runs in the process and reaches no network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask

from portal.files.s3 import Bucket
from portal.files.storage import Folder, Storage
from tests.pages.conftest import (  # noqa: F401 (fixtures)
    another,
    browser,
    report,
    signed_in,
)


class Kept:
    """A storage, and what lies in it."""

    def __init__(self, store: Storage) -> None:
        self.store = store

    def keys(self) -> set[str]:
        if isinstance(self.store, Folder):
            return set(self.store.keys())
        bucket = cast(Any, self.store)
        found = bucket._client().list_objects_v2(Bucket=bucket.bucket).get("Contents", [])
        return {each["Key"].removeprefix(bucket.prefix) for each in found}


@pytest.fixture(scope="session")
def buckets() -> Iterator[Iterator[str]]:
    """An S3 for all tests, since to start one costs more than most of them; and names of empty buckets in it."""
    import boto3
    from moto import mock_aws

    def made() -> Iterator[str]:
        for number in count():
            boto3.client("s3", region_name="us-east-1").create_bucket(Bucket=f"evidence-{number}")
            yield f"evidence-{number}"

    with mock_aws():
        yield made()


@pytest.fixture(params=["folder", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """An empty storage of each kind."""
    if request.param == "folder":
        return Kept(Folder(tmp_path / "files"))
    bucket = next(request.getfixturevalue("buckets"))
    return Kept(Bucket(bucket, "of/cases", region="us-east-1"))


@pytest.fixture
def store(app: Flask, kept: Kept) -> Iterator[Kept]:
    """The application on that storage."""
    before = app.extensions["files"]
    app.extensions["files"] = kept.store
    yield kept
    app.extensions["files"] = before
