"""How answers may be kept, and what requests carry: the small things that routes of every slice do alike."""

from __future__ import annotations

from typing import TypeVar

from flask import request
from werkzeug.wrappers import Response

Answer = TypeVar("Answer", bound=Response)


def private(response: Answer) -> Answer:
    """For one person: nobody keeps it."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def secret(response: Answer) -> Answer:
    """A page whose address must not get about: neither kept, nor told to the next site, nor found."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def revalidated(response: Answer, etag: str) -> Answer:
    """The browser keeps it, and asks each time whether it is still so."""
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "no-cache"
    return response


def asked_etags() -> set[str]:
    """The entity tags that the browser holds, as they stand in the header."""
    return {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}


def form_version() -> int:
    """The `state_version` that a form was made from; -1, which no case has, for anything forged."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
