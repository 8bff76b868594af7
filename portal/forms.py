"""What forms of every slice share: clean text, times as people type them, and errors as one sentence beside a field."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from wtforms import Form, StringField
from wtforms.validators import DataRequired, Length

from portal.languages import lazy_gettext as _l


def clean(text: str | None) -> str:
    """NFC, with line ends as LF and no blanks around."""
    return unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def id_of(text: str | None) -> int | None:
    """The id that a form carries; None for what cannot be one (our databases know 63 bits)."""
    text = text or ""
    if not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    return number if (number := int(text)) < 2**63 else None


def words(missing: object, longest: int) -> StringField:
    """A text that must be there."""
    too_long = _l("This is longer than %(max)d characters. Please shorten it.", max=longest)
    return StringField(filters=[clean], validators=[DataRequired(missing), Length(max=longest, message=too_long)])  # type: ignore[arg-type]


def first_errors(form: Form) -> dict[str, str]:
    """One sentence for each field that is wrong, in the order of the fields."""
    return {field.name: str(field.errors[0]) for field in form if field.errors}


def moment(typed: str, zone: ZoneInfo) -> datetime | None:
    """What a `datetime-local` field says, taken in `zone`, as UTC. None when it is no time."""
    try:
        local = datetime.fromisoformat(typed)
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
