"""Photos made anew: only the pixels go on, and what cannot be decoded safely is refused before it is."""

from __future__ import annotations

import time
from io import BytesIO

import pytest
from PIL import Image

from portal.files import images
from portal.files.checking import Checked, Limits, check
from portal.files.media import JPEG, PNG, Refused
from tests.files import samples


def short(value: object) -> str | None:
    """The id of a content in a table of tests: not all of it."""
    return repr(value[:12]) if isinstance(value, bytes) else None


LIMITS = Limits(max_upload_bytes=2 * 1024 * 1024, max_files=6, max_pixels=4_000_000)


def checked(content: bytes, name: str = "photo.jpg", limits: Limits = LIMITS) -> Checked:
    return check(BytesIO(content), name, limits)


def opened(content: bytes | None) -> Image.Image:
    assert content is not None
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("content", "media", "size"),
    [
        (samples.jpeg(), JPEG, (60, 40)),
        (samples.jpeg(1800, 1200), JPEG, (1800, 1200)),
        (samples.encoded(samples.picture().convert("CMYK"), "JPEG"), JPEG, (60, 40)),
        (samples.encoded(samples.picture(mode="L"), "JPEG"), JPEG, (60, 40)),
        (samples.png(), PNG, (60, 40)),
        (samples.png(mode="RGBA"), PNG, (60, 40)),
        (samples.png(mode="P"), PNG, (60, 40)),
        (samples.png(mode="P", transparency=0), PNG, (60, 40)),
        (samples.png(mode="1"), PNG, (60, 40)),
        (
            samples.encoded(samples.picture().convert("L").convert("I;16").point(lambda v: v * 256), "PNG"),
            PNG,
            (60, 40),
        ),
        (samples.webp(), JPEG, (60, 40)),
        (samples.webp(mode="RGBA"), PNG, (60, 40)),
    ],
    ids=short,
)
def test_a_photo_becomes_a_photo_with_a_thumbnail(content: bytes, media: object, size: tuple[int, int]) -> None:
    made = checked(content)
    assert made.media is media and (made.width, made.height) == size
    image, small = opened(made.content), opened(made.thumbnail)
    assert image.size == size and small.format == "JPEG"
    assert small.size == (made.thumbnail_width, made.thumbnail_height)
    assert max(small.size) <= images.THUMBNAIL
    assert image.convert("RGB").getpixel((size[0] * 3 // 4, size[1] // 2)) != image.convert("RGB").getpixel((3, 3))


@pytest.mark.parametrize(
    "content", [samples.photo_with_a_past(), samples.png(exif=samples.photo_with_a_past()[20:200])], ids=short
)
def test_nothing_but_pixels_goes_on(content: bytes) -> None:
    for kept in (checked(content).content, checked(content).thumbnail):
        image = opened(kept)
        assert not image.getexif() and not image.getexif().get_ifd(0x8825)
        assert {"exif", "icc_profile", "comment", "xmp", "photoshop"}.isdisjoint(image.info)
        assert samples.SECRET not in (kept or b"")


def test_the_sample_does_have_a_past() -> None:
    image = opened(samples.photo_with_a_past())
    assert image.getexif().get_ifd(0x8825)[2] == samples.VIENNA[2]
    assert samples.SECRET in samples.photo_with_a_past()


def test_words_in_a_png_do_not_go_on() -> None:
    from PIL.PngImagePlugin import PngInfo

    said = PngInfo()
    said.add_text("Author", samples.SECRET.decode())
    said.add_itxt("XML:com.adobe.xmp", samples.SECRET.decode())
    content = samples.png(pnginfo=said)
    assert samples.SECRET in content
    assert samples.SECRET not in checked(content).content


def test_what_hangs_behind_the_picture_does_not_go_on() -> None:
    assert b"<script" not in checked(samples.jpeg() + samples.HTML).content


@pytest.mark.parametrize(
    ("orientation", "size", "corner"),
    [(1, (60, 40), "dark"), (3, (60, 40), "light"), (6, (40, 60), "dark"), (8, (40, 60), "light")],
)
def test_a_photo_is_turned_upright_before_it_forgets_how(orientation: int, size: tuple[int, int], corner: str) -> None:
    made = checked(samples.photo_with_a_past(orientation))
    assert (made.width, made.height) == size
    brightness = opened(made.content).convert("L").getpixel((3, 3))
    assert isinstance(brightness, int) and (brightness > 128) == (corner == "light")


def test_a_large_photo_is_made_smaller() -> None:
    limits = Limits(LIMITS.max_upload_bytes, 6, 40_000_000)
    made = checked(samples.jpeg(6000, 3000), limits=limits)
    assert (made.width, made.height) == (4096, 2048)
    assert max(opened(made.content).size) == 4096


def test_a_picture_that_grows_too_large_as_a_png_becomes_a_jpeg() -> None:
    noise = samples.encoded(Image.effect_noise((1200, 1200), 200).convert("RGB"), "PNG")
    made = checked(noise, limits=Limits(len(noise), 6, 4_000_000))
    assert made.media is PNG
    made = checked(samples.encoded(Image.effect_noise((900, 900), 200).convert("RGBA"), "WEBP", quality=30),
                   limits=Limits(400_000, 6, 4_000_000))  # fmt: skip
    assert made.media is JPEG and len(made.content) <= 900_000


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (samples.jpeg(900, 900)[:2000], "truncated"),
        (samples.png(900, 900)[:1000], "truncated"),
        (samples.jpeg()[:3], "broken"),
        (b"\xff\xd8\xff" + samples.HTML, "broken"),
        (b"\x89PNG\r\n\x1a\n" + samples.SVG, "broken"),
        (b"RIFF\x20\0\0\0WEBP" + bytes(40), "broken"),
        (samples.webp(300, 300)[:60], "broken"),
        (samples.jpeg(2100, 2000), "pixels"),
        (samples.png_bomb(2100, 2000), "pixels"),
        (samples.png_bomb(30_000, 30_000), "pixels"),
        (samples.png_bomb(2_000_000_000, 2_000_000_000), "pixels"),
        (bytes(2 * 1024 * 1024 + 1), "size"),
    ],
    ids=short,
)
def test_refused(content: bytes, why: str) -> None:
    began = time.process_time()
    with pytest.raises(Refused) as refused:
        checked(content)
    assert refused.value.why == why
    assert time.process_time() - began < 2


def test_a_bomb_in_the_words_of_a_picture_does_not_go_off() -> None:
    content = samples.png_with_a_bomb_of_words()
    assert len(content) < 200_000
    with pytest.raises(Refused) as refused:
        checked(content)
    assert refused.value.why == "broken"


def test_no_more_is_read_than_the_limit_allows() -> None:
    class Endless:
        given = 0

        def read(self, most: int) -> bytes:
            self.given += most
            return bytes(most)

    stream = Endless()
    with pytest.raises(Refused):
        check(stream, "photo.jpg", LIMITS)  # type: ignore[arg-type]
    assert stream.given == LIMITS.max_upload_bytes + 1
