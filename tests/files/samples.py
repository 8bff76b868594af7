"""Contents that tests upload: honest ones, and such as pretend to be something else. Everything is made here."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

VIENNA = {1: "N", 2: (48.0, 12.0, 30.0), 3: "E", 4: (16.0, 22.0, 20.0)}
"""Where the photo was taken, as a camera writes it into the GPS part of EXIF."""
SECRET = b"Sergeant Pepper"
"""Written wherever a format has room for words; must never come out again."""


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Left half dark, right half light, so that turning it shows."""
    image = Image.new("RGB", (width, height), (20, 10, 0))
    image.paste((250, 240, 230), (width // 2, 0, width, height))
    if mode == "RGBA":
        image.putalpha(128)
    return image.convert(mode)


def jpeg(width: int = 60, height: int = 40, **options: Any) -> bytes:
    return encoded(picture(width, height), "JPEG", **options)


def png(width: int = 60, height: int = 40, mode: str = "RGB", **options: Any) -> bytes:
    return encoded(picture(width, height, mode), "PNG", **options)


def webp(width: int = 60, height: int = 40, mode: str = "RGB", **options: Any) -> bytes:
    return encoded(picture(width, height, mode), "WEBP", **options)


def photo_with_a_past(orientation: int = 1) -> bytes:
    """A JPEG with place, time, camera, owner, a comment and a colour profile."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    exif[0x9003] = "2026:11:16 09:00:00"
    exif.get_ifd(0x8825).update(VIENNA)
    return jpeg(exif=exif, comment=SECRET, icc_profile=SECRET * 20)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width: int, height: int) -> bytes:
    """A PNG that says it is enormous, and unpacks to that: some kilobytes of zeros, a thousandfold packed."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes(min(width * height, 50_000_000)), 9)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_with_a_bomb_of_words() -> bytes:
    """A small picture whose text chunk unpacks to 100 MB."""
    words = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    whole = png()
    return whole[:33] + words + whole[33:]


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
ACTIVE_PDF = PDF.replace(b"/Type/Catalog", b"/Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>")
TEXT = "The belt stood still from 20:55 on.\nNobody came.\n一直没有人来。".encode()
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SVG_LATE = b"\n\n  words first\n" + b" " * 3000 + SVG
XML = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
GIF_SCRIPT = b"GIF89a/*" + b"\0" * 10 + b"*/=1;alert(1)"
ZIP = b"PK\x03\x04" + bytes(40)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(40)
ELF = b"\x7fELF" + bytes(40)
SHELL = b"#!/bin/sh\nrm -rf /\n"
