"""Hashed names, lasting caching, small files."""

import gzip
import os
from pathlib import Path

import pytest
from flask import Flask

from portal.assets import Assets, init_assets, takes_gzip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.css").write_text("body { color: black }\n" * 50)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "lib.min.js").write_text("x")
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Flask:
    app = Flask(__name__, static_folder=None)
    init_assets(app, folder)
    return app


def test_a_hashed_name_is_kept_forever(app: Flask, folder: Path) -> None:
    url = app.extensions["assets"].url("app.css")
    assert url.startswith("/static/app.") and url.endswith(".css") and url != "/static/app.css"
    answer = app.test_client().get(url)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data == (folder / "app.css").read_bytes()


def test_a_plain_name_is_not(app: Flask) -> None:
    assert "immutable" not in app.test_client().get("/static/app.css").headers["Cache-Control"]


def test_the_hash_of_another_version_gets_the_present_file_for_a_while(app: Flask) -> None:
    answer = app.test_client().get("/static/vendor/lib.min.0123456789.js")
    assert (answer.status_code, answer.data) == (200, b"x")
    assert "immutable" not in answer.headers["Cache-Control"]


def test_it_is_compressed_for_who_can_read_that(app: Flask, folder: Path) -> None:
    client = app.test_client()
    packed = client.get("/static/app.css", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == (folder / "app.css").read_bytes()
    assert "Content-Encoding" not in client.get("/static/app.css").headers
    assert not takes_gzip("br, gzip;q=0")


def test_an_unchanged_file_is_not_sent_again(app: Flask) -> None:
    client = app.test_client()
    etag = client.get("/static/app.css").headers["ETag"]
    assert client.get("/static/app.css", headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "name", ["nothing.css", "../secret.py", "%2e%2e/secret.py", "", "vendor", ".hidden", "//etc/passwd"]
)
def test_nothing_else_is_served(app: Flask, folder: Path, name: str) -> None:
    (folder.parent / "secret.py").write_text("secret")
    (folder / ".hidden").write_text("secret")
    assert app.test_client().get(f"/static/{name}").status_code == 404


def test_only_reading(app: Flask) -> None:
    assert app.test_client().post("/static/app.css").status_code == 405


def test_a_page_never_links_to_nothing(app: Flask) -> None:
    with pytest.raises(KeyError):
        app.extensions["assets"].url("nothing.css")


def test_in_development_a_changed_file_is_picked_up(folder: Path) -> None:
    assets = Assets(folder, watch=True)
    before = assets.url("app.css")
    (folder / "app.css").write_text("other")
    os.utime(folder / "app.css", (1, 1))
    assert assets.url("app.css") != before
    (folder / "new.css").write_text("new")
    assert assets.get("new.css").body == b"new"
    with pytest.raises(KeyError):
        assets.get("../secret.py")
