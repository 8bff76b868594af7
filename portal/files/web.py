"""Files and the web: which routes take uploads, how large such a request may be, and how a content is sent.

A route that takes files is marked by `takes_files`; every other request keeps the small limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any, TypeVar

from flask import Flask, Response, current_app, request

from portal.answers import asked_etags
from portal.config import Settings
from portal.files.checking import Limits
from portal.files.reading import Content
from portal.files.storage import storage_of

View = TypeVar("View", bound=Callable[..., Any])
PIECE = 64 * 1024
BESIDES = 64 * 1024
"""Bytes of a request that are neither fields nor contents."""
AS_DATA = "default-src 'none'; sandbox"
"""The content security policy under which a content is sent: should a browser show it as a page, it can do nothing."""


def takes_files(view: View) -> View:
    """Mark a route whose form carries files."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def init_files(app: Flask, settings: Settings) -> None:
    """Open the storage, and raise the limit of the marked routes. Before the entrance, which reads forms."""
    app.extensions["files"] = storage_of(settings)
    app.config["FILE_LIMITS"] = Limits(settings.max_upload_bytes, settings.max_files, settings.max_pixels)
    largest = settings.max_body_bytes + settings.max_files * settings.max_upload_bytes + BESIDES

    @app.before_request
    def make_room() -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if getattr(view, "takes_files", False) and request.mimetype == "multipart/form-data":
            request.max_content_length = largest


def send(content: Content) -> Response:
    """A content that has just been found through the scope. The browser keeps it, and asks each time."""
    etag = f'"{content.id:x}{"" if content.size is not None else "t"}"'
    if etag in asked_etags():
        response = Response(status=304)
    else:
        stream = content.open()
        response = Response(pieces(stream), direct_passthrough=True)
        response.call_on_close(stream.close)
        response.content_type = content.media_type + ("; charset=utf-8" if content.media_type == "text/plain" else "")
        if content.size is not None:
            response.content_length = content.size
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Security-Policy"] = AS_DATA
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    disposition = "inline" if content.is_image else "attachment"
    response.headers["Content-Disposition"] = f'{disposition}; filename="{content.name}"'
    return response


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """A stream as the body of an answer; closed at its end."""
    with stream:
        while piece := stream.read(PIECE):
            yield piece
