"""Static files under hashed names: `asset("app.css")` is `/static/app.3f9a1c20d7.css`, kept by browsers for a year.

The files are few and small, so they are read, hashed and compressed once when the process starts and answered from
memory before the application. WhiteNoise was considered and left out: it serves what lies on disk under its own name,
so hashed names would need copies made by a build step, and compressed files beside them.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

from portal import paths

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

PREFIX = "/static/"
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "application/manifest+json", "image/svg+xml")
TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, ready to be sent."""

    name: str
    hashed: str
    body: bytes
    compressed: bytes | None
    content_type: str
    etag: str
    modified: float


def read(folder: Path, name: str) -> Asset:
    """Read, hash and compress one file of the folder."""
    path = folder / name
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:10]
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    compressed = gzip.compress(body, 9, mtime=0) if kind.startswith(COMPRESSIBLE) else None
    if compressed is not None and len(compressed) >= len(body):
        compressed = None
    return Asset(
        name=name,
        hashed=f"{name.removesuffix(path.suffix)}.{digest}{path.suffix}",
        body=body,
        compressed=compressed,
        content_type=f"{kind}; charset=utf-8" if kind.startswith(("text/", "image/svg")) else kind,
        etag=f'W/"{digest}"',
        modified=path.stat().st_mtime,
    )


class Assets:
    """The files of one folder, by plain and by hashed name."""

    def __init__(self, folder: Path, *, watch: bool = False) -> None:
        """Read the whole folder. With `watch` (development) each file is looked at again when it is asked for."""
        self.folder = folder
        self.watch = watch
        self._plain: dict[str, Asset] = {}
        self._hashed: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                self._keep(path.relative_to(folder).as_posix())

    def _keep(self, name: str) -> Asset:
        kept = read(self.folder, name)
        self._plain[name] = self._hashed[kept.hashed] = kept
        return kept

    def get(self, name: str) -> Asset:
        """The file of that plain name; KeyError if there is none."""
        kept = self._plain.get(name)
        if self.watch and (kept or self._is_new(name)):
            path = self.folder / name
            if kept is None or (path.is_file() and path.stat().st_mtime != kept.modified):
                return self._keep(name)
        if kept is None:
            raise KeyError(name)
        return kept

    def _is_new(self, name: str) -> bool:
        path = (self.folder / name).resolve()
        return path.is_file() and path.is_relative_to(self.folder.resolve())

    def url(self, name: str) -> str:
        """The address to write into a page. A name that does not exist raises: a page never links to nothing."""
        return PREFIX + self.get(name).hashed

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """What to send for the rest of an address, and whether it may be kept forever.

        While a new version is rolled out, a page of one process asks another for a hash that it does not know: the
        present file is better than none, but is not to be kept.
        """
        if kept := self._hashed.get(name):
            return kept, True
        try:
            return self.get(name), False
        except KeyError:
            pass
        stem, _, suffix = name.rpartition(".")
        plain, _, digest = stem.rpartition(".")
        if len(digest) == 10 and (kept := self._plain.get(f"{plain}.{suffix}")):
            return kept, False
        return None

    def wrap(self, application: WSGIApplication) -> WSGIApplication:
        """Answer `/static/…` here and pass everything else on."""

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            path = environ.get("PATH_INFO", "")
            if not path.startswith(PREFIX):
                return application(environ, start_response)
            return self._answer(environ, start_response, self.find(path[len(PREFIX) :]))

        return serve

    @staticmethod
    def _answer(
        environ: WSGIEnvironment, start_response: StartResponse, found: tuple[Asset, bool] | None
    ) -> Iterable[bytes]:
        method = environ.get("REQUEST_METHOD", "GET")
        headers = [("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "same-origin")]
        if method not in ("GET", "HEAD"):
            start_response("405 Method Not Allowed", [*headers, ("Allow", "GET, HEAD"), ("Content-Length", "0")])
            return [b""]
        if found is None:
            body = b"There is no such file.\n"
            text = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
            start_response("404 Not Found", [*headers, ("Cache-Control", "no-store"), *text])
            return [body] if method == "GET" else [b""]
        kept, forever = found
        headers += [
            ("Cache-Control", FOREVER if forever else BRIEFLY),
            ("ETag", kept.etag),
            ("Last-Modified", formatdate(kept.modified, usegmt=True)),
            ("Vary", "Accept-Encoding"),
        ]
        if kept.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", headers)
            return [b""]
        packed = kept.compressed is not None and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        body = kept.compressed if packed and kept.compressed is not None else kept.body
        headers += [("Content-Type", kept.content_type), ("Content-Length", str(len(body)))]
        if packed:
            headers.append(("Content-Encoding", "gzip"))
        start_response("200 OK", headers)
        return [body] if method == "GET" else [b""]


def takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header takes gzip (`gzip;q=0` does not)."""
    for part in header.lower().split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def init_assets(app: Flask, folder: Path | None = None) -> Assets:
    """Give templates `asset(name)` and answer the files before the app. In debug a changed file is picked up."""
    assets = Assets(folder or paths.static(), watch=app.debug)
    app.jinja_env.globals["asset"] = assets.url
    app.wsgi_app = assets.wrap(app.wsgi_app)  # type: ignore[method-assign, assignment]
    app.extensions["assets"] = assets
    return assets
