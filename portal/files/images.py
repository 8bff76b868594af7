"""Photos made anew: only the pixels go on. What a camera wrote beside them (place, time, owner) is left behind.

Dimensions are looked at before anything is decoded, and only the decoder of the recognized type is asked.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from portal.files.media import JPEG, PNG, Media, Refused

LONGEST_SIDE = 4096
"""Pixels. A larger photo is made smaller: a reader of evidence needs no more, and a decoder's memory has an end."""
THUMBNAIL = 480
QUALITY, THUMBNAIL_QUALITY = 86, 78
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}

Image.MAX_IMAGE_PIXELS = None  # our own limit stands below, before any pixel is decoded, and is an error at once
_decoding = threading.Lock()
"""One photo at a time in a process: it may take some hundred MB for a moment."""


@dataclass(frozen=True)
class Picture:
    """A photo made anew, with its thumbnail, which is always a JPEG. Sizes in pixels."""

    media: Media
    content: bytes
    width: int
    height: int
    thumbnail: bytes
    thumbnail_width: int
    thumbnail_height: int


def remake(content: bytes, media: Media, *, most_pixels: int, most_bytes: int) -> Picture:
    """Decode and encode again. Raises Refused with `pixels`, `truncated` or `broken`."""
    with _decoding:
        try:
            return _remake(content, media, most_pixels, most_bytes)
        except Refused:
            raise
        except OSError as problem:
            raise Refused("truncated" if "truncated" in str(problem) else "broken") from None
        except Exception:  # a decoder of hostile bytes fails in ways that nobody lists
            raise Refused("broken") from None


def _remake(content: bytes, media: Media, most_pixels: int, most_bytes: int) -> Picture:
    with Image.open(BytesIO(content), formats=[FORMATS[media.type]]) as opened:
        width, height = opened.size
        if width * height > most_pixels:
            raise Refused("pixels")
        if max(width, height) > LONGEST_SIDE:
            opened.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG need not be decoded whole to be made smaller
        opened.load()
        with suppress(Exception):  # what says which way is up may be broken where the picture is not
            ImageOps.exif_transpose(opened, in_place=True)
        image = _plain(opened)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    thumbnail = _on_white(image)
    thumbnail.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    kept, encoded = _encoded(image, media, most_bytes)
    return Picture(kept, encoded, *image.size, _jpeg(thumbnail, THUMBNAIL_QUALITY), *thumbnail.size)


def _plain(image: Image.Image) -> Image.Image:
    """The pixels in one of the modes L, LA, RGB, RGBA, and nothing of what the file said besides."""
    if image.mode.startswith("I") or image.mode == "F":
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    see_through = image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info
    wanted = "RGBA" if see_through else ("L" if image.mode in ("1", "L") else "RGB")
    plain = image.convert(wanted)
    if plain is image:
        plain = image.copy()
    plain.info = {}
    return plain


def _encoded(image: Image.Image, media: Media, most_bytes: int) -> tuple[Media, bytes]:
    """As a PNG where the file was one or has transparency, unless that grows too large; else as a JPEG."""
    if media is PNG or image.mode == "RGBA":
        out = BytesIO()
        image.save(out, "PNG")
        if out.tell() <= most_bytes:
            return PNG, out.getvalue()
    return JPEG, _jpeg(_on_white(image), QUALITY)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.copy()
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _jpeg(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()
