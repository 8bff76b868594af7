"""What proves a person besides a password: passkeys, a generator of one-time codes, and recovery codes.

Only what the database decides is here: who has what, and that nothing counts twice. What a signature or a code is
worth is worked out in `portal/accounts/`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from tenants import clock, door
from tenants.account_models import CodeGenerator, Passkey, RecoveryCode
from tenants.adding import added
from tenants.ids import new_id
from tenants.models import User
from tenants.scope import current, db

CEREMONY = timedelta(minutes=5)
"""How long a browser has to answer a challenge."""
MOST_PASSKEYS = 20


# -- challenges ----------------------------------------------------------------------------------------------------


def begin_ceremony(purpose: str, user_id: int, challenge: str) -> str:
    """Keep a challenge, inside `writing()`. Returns the token that binds it to a browser, by a cookie.

    `user_id` is 0 for somebody who is not known yet.
    """
    return door.new_key(purpose, user_id, challenge, clock.now() + CEREMONY)


def end_ceremony(token: str, purpose: str, user_id: int) -> str | None:
    """The challenge that this browser was given, for once, inside `writing()`."""
    found = door.key(token, purpose)
    if found is None or found.subject_id != user_id or not door.use_up(found):
        return None
    return found.subject


# -- passkeys ------------------------------------------------------------------------------------------------------


def passkeys_of(user_id: int) -> list[Passkey]:
    return list(db.session.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)))


def passkey(credential_id: bytes) -> Passkey | None:
    """The passkey with this credential, of an account that is not disabled."""
    found = select(Passkey).join(User, User.id == Passkey.user_id)
    return db.session.scalars(
        found.where(Passkey.credential_id == credential_id, User.disabled_at.is_(None))
    ).one_or_none()


def add_passkey(user_id: int, credential_id: bytes, public_key: bytes, sign_count: int, name: str) -> None:
    """Keep a passkey, inside `writing()`. One that exists violates a unique constraint."""
    kept = Passkey(
        id=new_id(),
        user_id=user_id,
        credential_id=credential_id,
        public_key=public_key,
        sign_count=sign_count,
        name=name,
        created_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()


def mark_used(passkey_id: int, before: int, sign_count: int) -> bool:
    """Note a use, inside `writing()`. False when the same counter has been used meanwhile."""
    keys = Passkey.__table__
    same = current().update(keys).where(keys.c.id == passkey_id, keys.c.sign_count == before)
    result = db.session.execute(same.values(sign_count=sign_count, used_at=clock.now()))
    return bool(result.rowcount)  # type: ignore[attr-defined]


def remove_passkey(user_id: int, passkey_id: int) -> bool:
    """Remove one of a person's passkeys, inside `writing()`. False if it is none of theirs."""
    keys = Passkey.__table__
    gone = current().delete(keys).where(keys.c.id == passkey_id, keys.c.user_id == user_id)
    return bool(db.session.execute(gone).rowcount)  # type: ignore[attr-defined]


# -- one-time codes ------------------------------------------------------------------------------------------------


def generator(user_id: int) -> CodeGenerator | None:
    """The generator of a person, confirmed or still being set up."""
    return db.session.get(CodeGenerator, user_id)


def begin_generator(user_id: int, secret: bytes) -> bool:
    """Keep the secret of a generator that is being set up, inside `writing()`. False if there is a confirmed one."""
    found = db.session.get(CodeGenerator, user_id, with_for_update=True)
    if found is not None and found.confirmed_at is not None:
        return False
    if found is None:
        return added(CodeGenerator(user_id=user_id, secret=secret, started_at=clock.now(), last_step=0))
    found.secret, found.started_at, found.last_step = secret, clock.now(), 0
    db.session.flush()
    return True


def use_step(user_id: int, step: int, *, confirming: bool = False) -> bool:
    """Use the code of a step of time, inside `writing()`. False if it, or a later one, has been used."""
    table = CodeGenerator.__table__
    state = table.c.confirmed_at.is_(None) if confirming else table.c.confirmed_at.is_not(None)
    fresh = current().update(table).where(table.c.user_id == user_id, table.c.last_step < step, state)
    values = {"last_step": step, **({"confirmed_at": clock.now()} if confirming else {})}
    return bool(db.session.execute(fresh.values(values)).rowcount)  # type: ignore[attr-defined]


def remove_generator(user_id: int) -> None:
    """Forget the generator and its recovery codes, inside `writing()`."""
    generators, codes = CodeGenerator.__table__, RecoveryCode.__table__
    db.session.execute(current().delete(generators).where(generators.c.user_id == user_id))
    db.session.execute(current().delete(codes).where(codes.c.user_id == user_id))


def keep_recovery_codes(user_id: int, hashes: Iterable[bytes]) -> None:
    """Put these in the place of all that there were, inside `writing()`."""
    codes = RecoveryCode.__table__
    db.session.execute(current().delete(codes).where(codes.c.user_id == user_id))
    for code_hash in hashes:
        db.session.add(RecoveryCode(id=new_id(), user_id=user_id, code_hash=code_hash))
    db.session.flush()


def use_recovery_code(user_id: int, code_hash: bytes) -> bool:
    """Use a recovery code, inside `writing()`. It works once."""
    codes = RecoveryCode.__table__
    unused = (codes.c.user_id == user_id, codes.c.code_hash == code_hash, codes.c.used_at.is_(None))
    result = db.session.execute(current().update(codes).where(*unused).values(used_at=clock.now()))
    return bool(result.rowcount)  # type: ignore[attr-defined]


def recovery_codes_left(user_id: int) -> int:
    unused = select(RecoveryCode.id).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return len(db.session.scalars(unused).all())


# -- who has what --------------------------------------------------------------------------------------------------


def has_second_step(user_id: int) -> bool:
    """Whether a code is asked for after a password or a link."""
    found = generator(user_id)
    return found is not None and found.confirmed_at is not None


def protected(user_ids: Iterable[int]) -> set[int]:
    """Those of these people who have a passkey or a generator of codes."""
    ids = list(user_ids)
    with_passkey = db.session.scalars(select(Passkey.user_id).where(Passkey.user_id.in_(ids)))
    with_codes = select(CodeGenerator.user_id).where(
        CodeGenerator.user_id.in_(ids), CodeGenerator.confirmed_at.is_not(None)
    )
    return {*with_passkey, *db.session.scalars(with_codes)}
