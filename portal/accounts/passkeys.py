"""Passkeys (WebAuthn): what a browser is asked, and whether what it answers is good.

Every key must be discoverable, so that signing in needs no typing, and must verify the person, so that it counts as
both proofs. Attestation is not asked for: whose make a key is does not matter here.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

LONGEST = 16_384
"""Characters of a browser's answer."""


class NotProven(ValueError):
    """The answer proves nothing."""


@dataclass(frozen=True)
class Site:
    """Where the browser stands: the origin of the page, and the name that keys are made for."""

    origin: str
    host: str
    name: str


@dataclass(frozen=True)
class NewKey:
    credential_id: bytes
    public_key: bytes
    sign_count: int


def new_challenge() -> str:
    """192 random bits, in base64url."""
    return bytes_to_base64url(secrets.token_bytes(24))


def handle(secret_key: str, network_id: int, user_id: int) -> bytes:
    """What a device knows the account by: it tells nobody anything."""
    return hmac.digest(secret_key.encode(), f"passkey handle {network_id} {user_id}".encode(), hashlib.sha256)


def creation(site: Site, challenge: str, user: bytes, email: str, name: str, known: Iterable[bytes]) -> dict[str, Any]:
    """What a browser is asked to make a key."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=user,
        user_name=email,
        user_display_name=name,
        challenge=base64url_to_bytes(challenge),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    return _plain(options)


def request(site: Site, challenge: str) -> dict[str, Any]:
    """What a browser is asked to sign in with a key, whosever it is."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=base64url_to_bytes(challenge),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


def made(site: Site, challenge: str, answer: str) -> NewKey:
    """The key that a browser has made. Raises NotProven."""
    try:
        checked = webauthn.verify_registration_response(
            credential=_read(answer),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
        raise NotProven(str(wrong)) from None
    if len(checked.credential_id) > 1023:
        raise NotProven("this credential's name is too long")
    return NewKey(checked.credential_id, checked.credential_public_key, checked.sign_count)


def credential_of(answer: str) -> bytes:
    """Which key a browser says it has signed with. Raises NotProven."""
    try:
        return base64url_to_bytes(str(_read(answer)["id"]))
    except (ValueError, KeyError) as wrong:
        raise NotProven(str(wrong)) from None


def signed(site: Site, challenge: str, answer: str, public_key: bytes, sign_count: int, user: bytes) -> int:
    """The key's new counter, if it has signed this challenge for this account. Raises NotProven."""
    try:
        given = _read(answer)
        checked = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
        said = given["response"].get("userHandle")
        if said and not hmac.compare_digest(base64url_to_bytes(str(said)), user):
            raise NotProven("the key speaks of another account")
    except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
        raise NotProven(str(wrong)) from None
    return checked.new_sign_count


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        raise NotProven("this answer is too long")
    given = json.loads(answer)
    if not isinstance(given, dict) or not isinstance(given.get("response"), dict):
        raise NotProven("this is no answer")
    return given


def _plain(options: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return result
