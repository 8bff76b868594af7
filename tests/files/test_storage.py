"""The one interface of both storages, as one suite."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from portal.config import Settings
from portal.files.s3 import Bucket
from portal.files.storage import ContentGone, Folder, StorageAway, new_key, storage_of
from tests.files.conftest import Kept


def test_what_is_put_is_there_until_it_is_deleted(kept: Kept) -> None:
    one, other = new_key(), new_key()
    kept.store.put(one, b"words" * 1000, "text/plain")
    kept.store.put(other, b"", "text/plain")
    with kept.store.open(one) as content:
        assert content.read() == b"words" * 1000
    assert kept.keys() == {one, other}
    kept.store.delete(one)
    assert kept.keys() == {other}
    with pytest.raises(ContentGone):
        kept.store.open(one)


def test_what_is_not_there_is_gone_and_deleting_it_is_no_error(kept: Kept) -> None:
    kept.store.delete(new_key())
    with pytest.raises(ContentGone):
        kept.store.open(new_key())


@pytest.mark.parametrize("key", ["", "..", "../secret", "/etc/passwd", "a" * 39, "A" * 40, "a" * 40 + "\n"])
def test_a_key_that_we_did_not_make_names_nothing(kept: Kept, key: str) -> None:
    with pytest.raises(ContentGone):
        kept.store.open(key)
    with pytest.raises(ContentGone):
        kept.store.put(key, b"x", "text/plain")
    assert kept.keys() == set()


def test_keys_are_random() -> None:
    assert len({new_key() for _ in range(1000)}) == 1000 and len(new_key()) * 4 >= 128


def test_a_folder_shows_a_content_whole_or_not_at_all_and_to_nobody_else(tmp_path: Path) -> None:
    folder, key = Folder(tmp_path / "files"), new_key()
    folder.put(key, b"x", "text/plain")
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and path.name == key
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_storage_that_cannot_be_written_is_away(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder")
    with pytest.raises(StorageAway):
        Folder(tmp_path / "files").put(new_key(), b"x", "text/plain")


def test_a_bucket_that_does_not_exist_is_away(kept: Kept) -> None:
    if isinstance(kept.store, Bucket):
        with pytest.raises(StorageAway):
            Bucket("nowhere", region="us-east-1").put(new_key(), b"x", "text/plain")


@pytest.mark.parametrize(
    ("url", "root"), [("file:", "{data}/files"), ("file:///srv/files", "/srv/files"), ("file:///a%20b", "/a b")]
)
def test_a_folder_is_named_by_the_setting(tmp_path: Path, url: str, root: str) -> None:
    store = storage_of(Settings(data_dir=tmp_path, secret_key="s" * 40, files_url=url))
    assert isinstance(store, Folder) and str(store.root) == root.format(data=tmp_path)


def test_a_bucket_is_named_by_the_setting(tmp_path: Path) -> None:
    url = "s3://evidence/of/cases?endpoint=https://minio.example:9000&region=eu-central-1"
    store = storage_of(Settings(data_dir=tmp_path, secret_key="s" * 40, files_url=url))
    assert isinstance(store, Bucket)
    assert (store.bucket, store.prefix) == ("evidence", "of/cases/")
    assert (store._endpoint, store._region) == ("https://minio.example:9000", "eu-central-1")


@pytest.mark.parametrize("url", ["file://host/folder", "s3://", "s3://B!", "https://x/y", "files"])
def test_a_wrong_setting_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ValueError, match="must be file:"):
        Settings(data_dir=tmp_path, secret_key="s" * 40, files_url=url)


def test_who_keeps_files_in_a_folder_does_not_load_what_speaks_s3() -> None:
    program = "import sys, portal.web; sys.exit(any(name in sys.modules for name in ('boto3', 'botocore', 'moto')))"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
