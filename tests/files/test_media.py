"""What a file is, by its content, as a table."""

from __future__ import annotations

import pytest

from portal.files.media import JPEG, PDF, PNG, TEXT, WEBP, Media, Refused, recognize
from tests.files import samples


@pytest.mark.parametrize(
    ("content", "name", "media"),
    [
        (samples.jpeg(), "photo.jpg", JPEG),
        (samples.jpeg(), "no name at all", JPEG),
        (samples.png(), "photo.jpg", PNG),
        (samples.webp(), "photo.jpeg", WEBP),
        (samples.PDF, "letter.pdf", PDF),
        (samples.PDF, "letter.jpg", PDF),
        (samples.TEXT, "notes.txt", TEXT),
        (b"\xef\xbb\xbf" + samples.TEXT, "notes.txt", TEXT),
        (b"3 < 4, and a < b > c; <3", "notes.txt", TEXT),
        (samples.jpeg() + samples.HTML, "photo.jpg", JPEG),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_taken(content: bytes, name: str, media: Media) -> None:
    assert recognize(content, name) is media


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "photo.jpg", "empty"),
        (samples.HTML, "photo.jpg", "active"),
        (samples.HTML, "notes.txt", "active"),
        (samples.HTML.upper(), "notes.txt", "active"),
        (b"words, then " + samples.HTML, "notes.txt", "active"),
        (b"see <a href=x>", "notes.txt", "active"),
        (b"<img src=x onerror=alert(1)>", "notes.txt", "active"),
        (b"</script >", "notes.txt", "active"),
        (b"click JavaScript :alert(1)", "notes.txt", "active"),
        (samples.SVG, "drawing.png", "active"),
        (samples.SVG_LATE, "notes.txt", "active"),
        (samples.XML, "notes.txt", "active"),
        (b"<?php system($_GET[1]);", "notes.txt", "active"),
        (samples.SHELL, "notes.txt", "active"),
        (samples.ELF, "photo.jpg", "active"),
        (b"MZ" + bytes(60), "letter.pdf", "active"),
        (samples.GIF_SCRIPT, "photo.gif", "unknown"),
        (samples.GIF_SCRIPT, "photo.jpg", "unknown"),
        (samples.ZIP, "photo.jpg", "archive"),
        (samples.ZIP, "letter.docx", "archive"),
        (b"\x1f\x8b\x08" + bytes(40), "notes.txt", "archive"),
        (samples.HEIC, "IMG_1.HEIC", "heic"),
        (samples.HEIC, "IMG_1.jpg", "heic"),
        (samples.PDF[:-7], "letter.pdf", "truncated"),
        (samples.ACTIVE_PDF, "letter.pdf", "active"),
        (b"\n" + samples.PDF.replace(b"\n", b"\x00"), "letter.pdf", "unknown"),
        (samples.HTML + samples.PDF, "letter.pdf", "active"),
        (b"words\0words", "notes.txt", "unknown"),
        (b"words \x1b[31m red", "notes.txt", "unknown"),
        (b"\xff\xfew\0o\0", "notes.txt", "unknown"),
        (b"caf\xe9", "notes.txt", "unknown"),
        (b"\xed\xa0\x80", "notes.txt", "unknown"),
        (samples.TEXT, "notes.html", "active"),
        (samples.TEXT, "notes.JS", "active"),
        (samples.TEXT, "double.txt.svg", "active"),
        (samples.jpeg(), "photo.exe", "active"),
        (b"RIFF\0\0\0\0WAVE" + bytes(20), "sound.webp", "unknown"),
        (b"\0\0\0\x18ftypisom" + bytes(20), "film.jpg", "unknown"),
    ],
    ids=lambda value: repr(value[:12]) if isinstance(value, bytes) else None,
)
def test_refused(content: bytes, name: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        recognize(content, name)
    assert refused.value.why == why
