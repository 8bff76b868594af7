"""What a file is, by its content alone: our own short table, and what is refused by it. Names only ever narrow."""

from __future__ import annotations

import re
from dataclasses import dataclass


class Refused(ValueError):
    """A file that is not taken. `why` is one of the codes that `portal/files/words.py` has a sentence for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Media:
    """A type that is kept: `name` is what its files are called, `image` whether it is decoded and shown."""

    type: str
    name: str
    extension: str
    image: bool = False


JPEG = Media("image/jpeg", "photo", "jpg", image=True)
PNG = Media("image/png", "photo", "png", image=True)
WEBP = Media("image/webp", "photo", "webp", image=True)
"""Taken, and kept as a JPEG or a PNG."""
PDF = Media("application/pdf", "document", "pdf")
TEXT = Media("text/plain", "text", "txt")
KEPT = {media.type: media for media in (JPEG, PNG, PDF, TEXT)}
TAKEN = (JPEG, PNG, WEBP, PDF, TEXT)

HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0")
"""Zip (and what office programs write, which is zip), rar, 7z, gzip, bzip2, xz, and office documents of old."""
PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"#!")
SCRIPT_NAMES = frozenset({
    "htm", "html", "xhtml", "xht", "shtml", "svg", "svgz", "xml", "xsl", "mht", "mhtml", "eml", "js", "mjs", "cjs",
    "vbs", "vbe", "wsf", "hta", "bat", "cmd", "ps1", "sh", "php", "jsp", "asp", "aspx", "exe", "dll", "scr", "com",
    "jar", "lnk", "reg", "url", "desktop",
})  # fmt: skip
MARKUP = re.compile(
    rb"<(?:!doctype|\?|!--|!\[cdata|/?(?:html|head|body|script|svg|iframe|object|embed|img|style|link|meta|base|form|"
    rb"math|video|audio|template|frame(?:set)?|a|div|table|input|button)\b)|javascript\s*:|vbscript\s*:",
    re.IGNORECASE,
)
ACTIVE_PDF = re.compile(rb"/(?:JavaScript|JS|Launch|RichMedia|EmbeddedFiles?|XFA)\b")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x9f\ud800-\udfff]")
END_OF_PDF = 2048
"""In so many bytes at its end a whole PDF says that it ends."""


def recognize(content: bytes, name: str = "") -> Media:
    """The type of this content. Raises Refused; `name` is what the browser called it, and can only add a reason."""
    if not content:
        raise Refused("empty")
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    if extension in SCRIPT_NAMES:
        raise Refused("active")
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content[4:8] == b"ftyp" and content[8:12] in HEIF:
        raise Refused("heic")
    if content.startswith(ARCHIVES):
        raise Refused("archive")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(PROGRAMS):
        raise Refused("active")
    return _text(content)


def _pdf(content: bytes) -> Media:
    if b"%%EOF" not in content[-END_OF_PDF:]:
        raise Refused("truncated")
    if ACTIVE_PDF.search(content):
        raise Refused("active")
    return PDF


def _text(content: bytes) -> Media:
    """Plain words in UTF-8, without anything that a browser could take for a page."""
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("unknown") from None
    if MARKUP.search(content):
        raise Refused("active")
    if CONTROLS.search(words):
        raise Refused("unknown")
    return TEXT
