"""Commitments: a fingerprint of content that proves it was not changed, and gives nothing away once it is erased.

HMAC-SHA256 over RFC 8785 canonical JSON (strings in NFC) under 32 fresh random bytes. The salt matters even for a
single status word: without it anybody could guess the word and check. Format: docs/architecture.md, "Events".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata
from typing import Any

import rfc8785

SALT_BYTES = 32


def canonical(content: Any) -> bytes:
    return rfc8785.dumps(_nfc(content))


def fingerprint(content: Any, salt: bytes) -> str:
    """The commitment to `content` under `salt`, in base64."""
    return base64.b64encode(hmac.digest(salt, canonical(content), hashlib.sha256)).decode()


def commit(content: Any) -> tuple[str, bytes]:
    """A commitment under a fresh salt, and that salt."""
    salt = secrets.token_bytes(SALT_BYTES)
    return fingerprint(content, salt), salt


def holds(commitment: str, content: Any, salt: bytes) -> bool:
    """Whether this content under this salt is what was committed to."""
    return hmac.compare_digest(commitment, fingerprint(content, salt))


def _nfc(content: Any) -> Any:
    if isinstance(content, str):
        return unicodedata.normalize("NFC", content)
    if isinstance(content, dict):
        return {_nfc(key): _nfc(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_nfc(value) for value in content]
    return content
