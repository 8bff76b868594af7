"""Files become a case's, and are removed from it. The caller holds the case, and decided who may do this."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from portal.events import kinds
from portal.events.kinds import Audience
from portal.events.record import ACTORS, Subject, record
from portal.files.models import File
from portal.files.staging import Staged, delete_content
from portal.files.storage import Storage
from tenants import clock
from tenants.ids import new_id
from tenants.scope import Scope, current, db, entered, writing

SWEPT_AT_ONCE = 200


class TooManyFiles(RuntimeError):
    """The customer, or this business, has added as many files to the case as may be (409)."""


class NoSuchFile(LookupError):
    """There is none, it has been removed, or it is not for this reader: never told apart (404)."""


def add(case: Subject, files: Sequence[Staged], audience: Audience, *, most: int) -> list[int]:
    """Take staged files over into a held case, an event for each. Returns their numbers.

    A file that the case has already (a form sent twice) is passed over. `most` is how many the customer, or this
    business, may have in one case. Raises TooManyFiles, and then nothing was written.
    """
    actor, tenant_id = ACTORS[current().kind], current().tenant_id
    keys = [str(staged.values["storage_key"]) for staged in files]
    known = set(db.session.scalars(select(File.storage_key).where(File.case_id == case.id, File.storage_key.in_(keys))))
    new = [staged for staged in files if staged.values["storage_key"] not in known]
    if count_own(case.id) + len(new) > most:
        raise TooManyFiles(case.id)
    return [_add_one(case, staged, audience, actor, tenant_id) for staged in new]


def _add_one(case: Subject, staged: Staged, audience: Audience, actor: str, tenant_id: int | None) -> int:
    """A file has the number of its event: a count of its own would have to see files that this scope may not."""
    number = int(case.last_seq) + 1
    facts = {"file": number, "type": staged.media.type, "size": staged.size}
    record(case, kinds.FILE_ADDED, facts=facts, audience=audience)
    row = File(
        id=new_id(),
        network_id=case.network_id,
        case_id=case.id,
        number=number,
        audience=audience.value,
        actor=actor,
        tenant_id=tenant_id,
        added_at=clock.now(),
        **staged.values,
    )
    db.session.add(row)
    db.session.flush()
    return number


def count_own(case_id: int) -> int:
    """How many files the scope's customer, or business, has in this case."""
    scope = current()
    mine = File.tenant_id == scope.tenant_id if scope.for_tenant else File.actor == ACTORS[scope.kind]
    query = select(func.count()).select_from(File).where(File.case_id == case_id, File.removed_at.is_(None), mine)
    return db.session.scalar(query) or 0


def redact(case: Subject, number: int, reason: str) -> File:
    """Remove a file of a held case for good: its row says that it was there, and why it is not any more.

    From the commit on nobody reads it. Call `discard` after the commit; the sweep does it otherwise. Raises NoSuchFile.
    """
    found = select(File).where(File.case_id == case.id, File.number == number, File.removed_at.is_(None))
    row = db.session.scalars(found).one_or_none()
    if row is None:
        raise NoSuchFile(number)
    row.removed_at, row.removed_because = clock.now(), reason
    db.session.flush()
    record(case, kinds.FILE_REMOVED, text=reason or None, facts={"file": number}, audience=Audience(row.audience))
    return row


def redact_of_customer(case: Subject) -> int:
    """Remove every file that the customer added, without words: they are being forgotten. Returns how many."""
    theirs = select(File.number).where(File.case_id == case.id, File.actor == "customer", File.removed_at.is_(None))
    numbers = list(db.session.scalars(theirs.order_by(File.number)))
    for number in numbers:
        redact(case, number, "")
    return len(numbers)


def discard(keys: Sequence[str | None], store: Storage) -> None:
    """Delete the contents of a file whose removal has been committed."""
    delete_content(store, *keys)


def sweep(store: Storage, most: int = SWEPT_AT_ONCE) -> int:
    """Delete what is left of removed files, up to `most` of them, as the system. Returns how many are done with."""
    with entered(Scope.system()):
        left = select(File).where(File.removed_at.is_not(None), File.storage_key.is_not(None)).limit(most)
        rows = [(row.id, row.storage_key, row.thumbnail_key) for row in db.session.scalars(left)]
        gone = [row_id for row_id, *keys in rows if delete_content(store, *keys)]
        table = File.__table__
        with writing():
            done = current().update(table).where(table.c.id.in_(gone))
            db.session.execute(done.values(storage_key=None, thumbnail_key=None))
    return len(gone)
