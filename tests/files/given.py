"""Files on their way to a case, without a browser."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from portal.files import staging
from portal.files.checking import Limits, check
from portal.files.staging import Bundle, Staged
from portal.files.storage import storage
from tenants.ids import new_token
from tests.cast import Cast
from tests.files import samples

LIMITS = Limits(max_upload_bytes=1024 * 1024, max_files=6, max_pixels=4_000_000)


@dataclass
class Files:
    """What a form gives to a verb."""

    files: Sequence[Staged]
    public: bool = False
    most: int = 6
    language: str = "en"


def bundle(cast: Cast, token: str | None = None, purpose: str = "test") -> Bundle:
    return Bundle(cast.riverside, purpose, token or new_token())


def staged(cast: Cast, *contents: bytes, into: Bundle | None = None) -> list[Staged]:
    form = into or bundle(cast)
    checked = [check(BytesIO(content), "file", LIMITS) for content in contents or [samples.jpeg()]]
    return [staging.stage(form, each, storage()) for each in checked]
