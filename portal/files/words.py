"""What a person is told about a file that is not taken: what is wrong, and what to do instead."""

from __future__ import annotations

from portal.files.checking import Limits
from portal.languages import gettext as _
from portal.languages import ngettext


def sentence(why: str, name: str, limits: Limits) -> str:
    """One sentence for a code of Refused. `name` is what the sender's own machine calls the file."""
    said = {
        "empty": _("%(name)s is empty.", name=name),
        "size": _("%(name)s is larger than %(size)s. Please make it smaller.", name=name, size=megabytes(limits)),
        "pixels": _(
            "%(name)s has more than %(number)s million pixels. Please make it smaller.",
            name=name,
            number=limits.max_pixels // 1_000_000,
        ),
        "truncated": _("%(name)s is not whole: its end is missing. Please choose it again.", name=name),
        "broken": _("%(name)s cannot be read as a photo. Please take a screenshot of it and send that.", name=name),
        "heic": _(
            "%(name)s is in Apple’s HEIC format, which not every reader can open. Send a screenshot of it, or set the "
            "camera to “Most Compatible”.",
            name=name,
        ),
        "archive": _("%(name)s is an archive or an office document. Please send it as a PDF or as photos.", name=name),
        "active": _(
            "%(name)s contains a program or a web page, which we do not take. Send a PDF or a photo.", name=name
        ),
    }
    other = _(
        "%(name)s is of a kind that we do not take. Send a photo (JPEG, PNG, WebP), a PDF or plain text.", name=name
    )
    return said.get(why, other)


def too_many(limits: Limits, left: int) -> str:
    """More files than there is room for in the case."""
    if left <= 0:
        return _("This case holds as many files of yours as it can. Remove one first, or describe what it shows.")
    return ngettext(
        "Only one more file fits here. Please choose which.",
        "Only %(num)s more files fit here. Please choose which.",
        min(left, limits.max_files),
    )


def megabytes(limits: Limits) -> str:
    """The largest file, as people say it."""
    return f"{limits.max_upload_bytes / 1024 / 1024:g} MB"
