"""One way to write an e-mail address, so that the same person is found again."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 254
_BARE = re.compile(r"""[^@\s<>()\[\],;:"\\\x00-\x1f\x7f]+@[^@\s<>()\[\],;:"\\\x00-\x1f\x7f]+\.[^@\s<>()\[\],;:"\\.]+""")


class NotAnAddress(ValueError):
    """The text is not one bare e-mail address."""


def normal_email(text: str) -> str:
    """The address as it is stored: NFC, lower case, without blanks around it. Raises NotAnAddress."""
    email = unicodedata.normalize("NFC", text).strip().lower()
    if len(email) > LONGEST or not _BARE.fullmatch(email):
        raise NotAnAddress("not an e-mail address like name@example.org")
    return email
