"""Evidence: the files that a verb brings along to its case, and their removal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.cases import consents
from portal.cases.holding import held
from portal.cases.models import Case
from portal.events.kinds import Audience
from portal.files import adding, reading
from portal.files.staging import Staged
from portal.files.storage import storage
from tenants.permissions import Forbidden, require
from tenants.scope import Kind, current, db

FILES_TEXT = "files-1"
"""Version of the sentence by which a customer agrees that files are shown to everyone."""
LONGEST_REASON = 300


class Given(Protocol):
    """The files that come with a form, which was checked before (see `portal/files/form.py`)."""

    @property
    def files(self) -> Sequence[Staged]: ...

    @property
    def most(self) -> int:
        """How many a case takes of one side."""

    public: bool
    """Whether to show them to everyone who may read the case."""

    @property
    def language(self) -> str:
        """In which the customer read what they agree to."""


def attach(case: Case, given: Given | None, *, internal: bool = False) -> None:
    """Add the files of a form to a held case: for everyone if asked and the case is public, else for the customer and
    the lead; internal ones for the author's own business. Raises TooManyFiles or Forbidden."""
    if given is None or not given.files:
        return
    scope = current()
    public = given.public and case.visibility == "public" and not internal
    audience = Audience.INTERNAL if internal else Audience.PUBLIC if public else Audience.CUSTOMER
    if audience is Audience.CUSTOMER and scope.for_tenant and scope.tenant_id != case.lead_tenant_id:
        raise Forbidden("only the business that leads shares files with the customer alone")
    if public and scope.kind is Kind.CUSTOMER:
        consents.agree(case, "files", FILES_TEXT, given.language)
    adding.add(case, given.files, audience, most=given.most)


def remove(case_id: int, number: int, reason: str) -> None:
    """Remove a file: the customer their own, staff what is theirs to remove. Raises NoSuchFile or Forbidden."""
    scope = current()
    if scope.kind is not Kind.CUSTOMER:
        require(scope, "case.redact")
    with held(case_id, by_lead=False) as case:
        row = adding.redact(case, number, reason)
        if not reading.may_remove(row, leads=scope.tenant_id == case.lead_tenant_id):
            raise Forbidden("not theirs to remove")
        keys = (row.storage_key, row.thumbnail_key)
    if not db.session.info.get("writing"):  # inside a larger transaction it is not certain yet: the sweep does it
        adding.discard(keys, storage())
