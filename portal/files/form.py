"""The files of a form: what was chosen now and what was kept from a try before, checked, staged and listed again.

`take_files` is called by a route before its form is checked; whatever happens to the form, `files_form` then shows
what is kept. The hidden field `files_token` finds it again; `kept` names the files that are still ticked.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from flask import current_app, g, request

from portal.files import staging, words
from portal.files.adding import count_own
from portal.files.checking import Limits, check
from portal.files.media import TAKEN, Refused
from portal.files.reading import name_of
from portal.files.staging import Bundle, Staged
from portal.files.storage import StorageAway, storage
from portal.forms import id_of
from portal.languages import current as tongue
from portal.languages import gettext as _
from portal.logs import fields
from tenants.ids import new_token
from tenants.scope import current

LOG = logging.getLogger(__name__)

TAKEN_BY = "daylight.files."
"""Under which names the environment of a request holds what its forms took."""
LONGEST_TOKEN = 100
LONGEST_NAME = 60


@dataclass
class FilesForm:
    """What a form shows of its files, and what its verb takes over."""

    token: str = ""
    """What the form has to hold to find its files again; empty when its own nonce does that."""
    kept: list[Staged] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """At most one sentence, under `files`, for the errors of the form."""
    public: bool = False
    bundle: Bundle | None = None

    @property
    def limits(self) -> Limits:
        return cast(Limits, current_app.config["FILE_LIMITS"])

    @property
    def most(self) -> int:
        return self.limits.max_files

    @property
    def language(self) -> str:
        return tongue().locale

    @property
    def files(self) -> list[Staged]:
        """For the verb: see `portal/cases/evidence.py`."""
        return self.kept

    @property
    def largest(self) -> str:
        return words.megabytes(self.limits)

    @property
    def accept(self) -> str:
        """For the browser's file chooser; phones turn their own formats into the first of these."""
        return ",".join(media.type for media in TAKEN)

    def listed(self) -> list[tuple[int, str, int]]:
        """(id, name, bytes) of what is kept."""
        return [(one.id, name_of(number, one.media.type), one.size) for number, one in enumerate(self.kept, 1)]

    def done(self) -> None:
        """The verb has taken the files over."""
        if self.bundle:
            staging.forget(self.bundle, [one.id for one in self.kept])


def files_form(name: str) -> FilesForm:
    """What the form called `name` shows: what this request brought it, else nothing."""
    taken: FilesForm | None = request.environ.get(TAKEN_BY + name)
    return taken or FilesForm()


def take_files(name: str, *, case_id: int | None = None, token: str = "") -> FilesForm:
    """Check and stage the files of this request for the form called `name`.

    `token` is the form's own nonce, if it has one that was verified. `case_id` is the case that they are for: what is
    there already counts, and nobody else finds them.
    """
    scope = current()
    given = token or request.form.get("files_token", "")[:LONGEST_TOKEN] or new_token()
    purpose = f"{name}:{case_id}:{scope.kind}:{scope.tenant_id}:{scope.person_id}"
    bundle = Bundle(g.network.id, purpose, given)
    form = FilesForm(token="" if token else given, bundle=bundle, public=request.form.get("files_public") == "1")
    request.environ[TAKEN_BY + name] = form
    wanted = _ids(request.form.getlist("kept"))
    form.kept = staging.staged(bundle, wanted) if wanted else []
    if len(form.kept) < len(wanted):
        form.errors["files"] = _("Files are kept for an hour only. Please choose them again.")
    left = form.most - (count_own(case_id) if case_id else 0) - len(form.kept)
    _take_new(form, bundle, left)
    return form


def _take_new(form: FilesForm, bundle: Bundle, left: int) -> None:
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if len(uploads) > left:
        form.errors["files"] = words.too_many(form.limits, left)
    for upload in uploads[: max(0, left)]:
        name = _shown_name(upload.filename or "")
        try:
            checked = check(cast(BinaryIO, upload.stream), name, form.limits)
            form.kept.append(staging.stage(bundle, checked, storage()))
        except Refused as refused:
            form.errors["files"] = words.sentence(refused.why, name, form.limits)
        except StorageAway as problem:
            LOG.error("a file could not be kept", extra=fields("storage.away", problem=problem))
            form.errors["files"] = _("Files cannot be kept just now. Please send without them, and add them later.")
            return


def _shown_name(name: str) -> str:
    """What the sender calls the file, for a sentence to them and for nothing else."""
    plain = "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 13]}…{plain[-12:]}"


def _ids(values: list[str]) -> list[int]:
    return [number for value in values[:LONGEST_TOKEN] if (number := id_of(value)) is not None]
