"""Whose case it is, as one number for each person and idea: by it one person counts once behind an idea.

Read as the system: neither the people of a business nor a customer may look into accounts, and whoever links a case
learns nothing of this but whether the count moved.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import current_app
from sqlalchemy import select

from portal.accounts.models import AccountCase
from portal.cases.models import Contact
from tenants.scope import db


def accounts_of(case_id: int) -> list[int]:
    """The accounts that keep the case, the oldest first. For the door or the system."""
    kept = select(AccountCase.user_id).where(AccountCase.case_id == case_id)
    return list(db.session.scalars(kept.order_by(AccountCase.user_id)))


def kept_with(case_id: int) -> list[int]:
    """The cases that are kept in the same account, this one among them; none when no account keeps it."""
    if not (accounts := accounts_of(case_id)):
        return []
    return list(db.session.scalars(select(AccountCase.case_id).where(AccountCase.user_id == accounts[0])))


def person_hash(idea_id: int, case_id: int) -> bytes:
    """Of the account that has the case, else of the address that its customer confirmed, else of the case alone."""
    if accounts := accounts_of(case_id):
        return _hashed(idea_id, f"account:{accounts[0]}")
    confirmed = select(Contact.address).where(Contact.case_id == case_id, Contact.confirmed_at.is_not(None))
    address = db.session.scalar(confirmed.order_by(Contact.id.desc()).limit(1))
    return _hashed(idea_id, f"address:{address.strip().casefold()}") if address else case_hash(idea_id, case_id)


def case_hash(idea_id: int, case_id: int) -> bytes:
    """Of a case whose customer is known by nothing else."""
    return _hashed(idea_id, f"case:{case_id}")


def _hashed(idea_id: int, who: str) -> bytes:
    """No two ideas know one person by the same number."""
    key = (current_app.secret_key or "").encode()  # type: ignore[union-attr]
    return hmac.digest(key, f"evidence:{idea_id}:{who}".encode(), hashlib.sha256)
