"""References such as `RIV-7K3M-9QF2`: seven random characters and one that checks them.

Crockford's base32 alphabet (no I, L, O, U), read forgivingly. The check is a weighted sum in the field of 32 elements,
where the weights are powers of a generator: it finds every wrong character and every swap of two neighbours.
"""

from __future__ import annotations

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 7
FORGIVEN = str.maketrans({"I": "1", "L": "1", "O": "0"})
_POLYNOMIAL = 0b100101
"""x⁵ + x² + 1, irreducible over GF(2); x generates all 31 non-zero elements."""


def new_reference(prefix: str) -> str:
    """A fresh reference of the network with this prefix: 35 random bits, neither guessable nor sequential."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return _shown(prefix, body + check_character(body))


def check_character(body: str) -> str:
    total = 0
    for character in body:
        total = _times_x(total ^ ALPHABET.index(character))
    return ALPHABET[total]


def normal(text: str) -> str | None:
    """The reference that a person meant by `text`, or None if it cannot be one (a typing error, say)."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    prefix, body = letters[: -RANDOM_CHARACTERS - 1], letters[-RANDOM_CHARACTERS - 1 :].translate(FORGIVEN)
    if not prefix.isascii() or not prefix.isalnum() or not 2 <= len(prefix) <= 4:
        return None
    if len(body) != RANDOM_CHARACTERS + 1 or any(character not in ALPHABET for character in body):
        return None
    if check_character(body[:-1]) != body[-1]:
        return None
    return _shown(prefix, body)


def _shown(prefix: str, body: str) -> str:
    return f"{prefix}-{body[:4]}-{body[4:]}"


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _POLYNOMIAL if value & 0b100000 else value
