"""Reporting: the verb by which a customer's form becomes a case, once, and gives out its secret link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy.exc import IntegrityError

from portal import nonces
from portal.cases import needs
from portal.cases.contacts import Reach
from portal.cases.evidence import Given, attach
from portal.cases.models import Case
from portal.cases.need_models import NEEDS
from portal.cases.needs import Told
from portal.cases.opening import FIRST, Report, begin, content_hash
from portal.cases.routing import lead_for
from tenants import clock, door
from tenants.ids import new_id, new_token
from tenants.scope import Scope, db, entered, writing
from tenants.together import together

KEY_LIFETIME = timedelta(days=730)
ATTEMPTS = 3


@dataclass(frozen=True)
class Made:
    """What the answer to a new report says, as it was written: so that nothing needs to be read again."""

    row: Any
    promise: Any
    needs: list[Told]
    reach: Reach
    wish: str


@dataclass(frozen=True)
class Reported:
    """`made` is None where the case had been there before."""

    case_id: int
    reference: str
    key: str
    key_id: int
    made: Made | None = None


class SaidSomethingElse(RuntimeError):
    """The same form has been sent before with other words (409): its case exists, and nothing was changed."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


def report(network_id: int, what: Report, *, form: str, files: Given | None = None) -> Reported:
    """Make a case of a customer's report. The reporter is the customer of that case from its first moment.

    `form` is the nonce of the form: sent twice with the same words and files it makes one case and hands out a fresh
    key. Raises SaidSomethingElse when they differ.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _report(network_id, what, form, files)
        except IntegrityError:
            # The same form has been sent before, or its reference had been given out to another case.
            if before := _sent_before(network_id, what, form, files):
                return before
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _report(network_id: int, what: Report, form: str, files: Given | None) -> Reported:
    """Everything is read and made ready first, so that the lock is held only while rows are written.

    What was read is how the case begins: a calendar or a rule that changes in that moment counts from the next one on.
    """
    case_id = new_id()
    with entered(Scope.customer(network_id, case_id=case_id)):
        with together() as verb:
            case = begin(network_id, what, case_id, lead_for(what.touchpoint_id, what.category_id))
            # The nonce is a key like any other, so that its uniqueness is the database's business.
            door.keep_key("form", form, case.id, case.reference, clock.now() + nonces.LIFETIME)
            key = new_case_key(case)
        with writing():
            verb.write()
            if files is not None and files.files:
                _bring(case_id, what, files)
        return Reported(case.id, case.reference, *key, _made(case, what))


def _bring(case_id: int, what: Report, files: Given) -> None:
    """The files that come with a report, to its case that has just been written."""
    case = db.session.get_one(Case, case_id)
    attach(case, files)
    case.content_hash = content_hash(what, files)


def _made(case: Case, what: Report) -> Made:
    told = sorted((each for each in what.needs if needs.counts(each)), key=lambda each: NEEDS.index(each.kind))
    reach = Reach("asked" if what.channel == "email" else "mobile", what.address) if what.address else Reach("none")
    row = SimpleNamespace(**{column.key: getattr(case, column.key) for column in Case.__table__.columns})
    first = SimpleNamespace(what=FIRST, sentence=None, due_at=case.next_due_at)
    return Made(row, first, told, reach, what.wish)


def _sent_before(network_id: int, what: Report, form: str, files: Given | None) -> Reported | None:
    with entered(Scope.door(network_id)):
        found = door.key(form, "form")
    if found is None:
        return None
    with entered(Scope.customer(network_id, case_id=found.subject_id)), writing():
        case = db.session.get(Case, found.subject_id)
        if case is None or case.content_hash != content_hash(what, files):
            raise SaidSomethingElse(found.subject)
        return Reported(case.id, case.reference, *new_case_key(case))


def new_case_key(case: Case) -> tuple[str, int]:
    """A secret link to this case, and the id of its key. The caller is inside `writing()`."""
    token = new_token()
    return token, door.keep_key("case", token, case.id, case.reference, clock.now() + KEY_LIFETIME)
