"""From what a browser sent to what is kept: sizes first, then the type, then the content made anew.

Runs before any write transaction: decoding takes its time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from portal.files import images
from portal.files.media import Media, Refused, recognize


@dataclass(frozen=True)
class Limits:
    """What one file and one case may hold (see the settings of the same names)."""

    max_upload_bytes: int
    max_files: int
    max_pixels: int


@dataclass(frozen=True)
class Checked:
    """A file as it is going to be kept. Sizes in bytes and pixels; `digest` is SHA-256 of what was sent."""

    media: Media
    content: bytes
    digest: bytes
    width: int | None = None
    height: int | None = None
    thumbnail: bytes | None = None
    thumbnail_width: int | None = None
    thumbnail_height: int | None = None


def check(stream: BinaryIO, name: str, limits: Limits) -> Checked:
    """Read one upload and make of it what is kept. Raises Refused; never reads more than the limit and one byte."""
    content = stream.read(limits.max_upload_bytes + 1)
    if len(content) > limits.max_upload_bytes:
        raise Refused("size")
    media, digest = recognize(content, name), hashlib.sha256(content).digest()
    if not media.image:
        return Checked(media, content, digest)
    picture = images.remake(content, media, most_pixels=limits.max_pixels, most_bytes=limits.max_upload_bytes)
    return Checked(
        picture.media,
        picture.content,
        digest,
        picture.width,
        picture.height,
        picture.thumbnail,
        picture.thumbnail_width,
        picture.thumbnail_height,
    )
