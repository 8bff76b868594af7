"""One-time codes from a generator on somebody's phone (TOTP, RFC 6238), and the recovery codes for when it is lost.

A secret is kept encrypted (AES-256-GCM) and a recovery code as an HMAC, both under keys made of SECRET_KEY: a copy of
the database alone opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STEP = 30
"""Seconds for which a code holds."""
DIGITS = 6
SKEW = 1
"""Steps by which a phone's clock may be wrong, either way."""
RECOVERY_CODES = 10
_NONCE = 12


def new_secret() -> bytes:
    """160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(20)


def code_at(secret: bytes, step: int) -> str:
    """The code of one step of time (RFC 4226, section 5.3, under SHA-1)."""
    digest = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def matching_step(secret: bytes, typed: str, at: datetime) -> int | None:
    """The step of time that this code belongs to, within the skew around `at`; None for a wrong code."""
    code, now, found = _digits(typed), step_of(at), None
    for step in range(now - SKEW, now + SKEW + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def _digits(typed: str) -> str:
    return "".join(typed.split())[:20]


def seal(secret_key: str, owner: str, secret: bytes) -> bytes:
    """A secret as it is stored. `owner` names whose it is: in another's row it cannot be read."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret_key, b"totp")).encrypt(nonce, secret, owner.encode())


def unseal(secret_key: str, owner: str, sealed: bytes) -> bytes | None:
    """The secret again; None if it was sealed under another SECRET_KEY or for somebody else."""
    try:
        return AESGCM(_key(secret_key, b"totp")).decrypt(sealed[:_NONCE], sealed[_NONCE:], owner.encode())
    except InvalidTag:
        return None


def address(secret: bytes, issuer: str, account: str) -> str:
    """What the QR code says: an `otpauth:` address."""
    label = f"{quote(issuer, safe='')}:{quote(account, safe='@')}"
    return f"otpauth://totp/{label}?" + urlencode({"secret": spelled(secret), "issuer": issuer}, quote_via=quote)


def spelled(secret: bytes) -> str:
    """The secret as a person types it where no camera is at hand."""
    return base64.b32encode(secret).decode().rstrip("=")


def qr(text: str) -> str:
    """A QR code as an SVG to stand in a page."""
    out = io.BytesIO()
    options = {"dark": "#000", "light": "#fff", "border": 4, "scale": 5, "svgclass": "qr", "lineclass": None}
    segno.make(text, error="m").save(out, kind="svg", xmldecl=False, svgns=False, omitsize=False, **options)
    return out.getvalue().decode()


def new_recovery_codes() -> list[str]:
    """Codes of 80 random bits each, in groups of four."""
    made = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in made]


def recovery_hash(secret_key: str, owner: str, typed: str) -> bytes:
    """What is stored of a recovery code, however it was typed."""
    code = "".join(letter for letter in typed.lower() if letter.isascii() and letter.isalnum())[:64]
    return hmac.digest(_key(secret_key, b"recovery"), f"{owner}\n{code}".encode(), hashlib.sha256)


def _key(secret_key: str, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"daylight account " + use).derive(secret_key.encode())
