"""What a customer types, and what we say when something is missing."""

from __future__ import annotations

import re

from wtforms import Form, StringField, ValidationError
from wtforms.validators import AnyOf, Length

from portal.cases.reporting import LONGEST_TEXT, Report
from portal.directory import Directory
from portal.forms import clean, words
from portal.languages import LOCALES
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l
from tenants.emails import NotAnAddress, normal_email

MOBILE = re.compile(r"\+?\d{6,15}")
LONGEST_WISH = 1000
LONGEST_MOMENT = 120
_TOO_LONG = _l("This is longer than %(max)d characters. Please shorten it.", max=LONGEST_MOMENT)


class ReportForm(Form):
    """The report. `names` (the directory) is set by the route before it validates."""

    names: Directory

    what = words(_l("Tell us what happened, in a few words at least."), LONGEST_TEXT)
    touchpoint = StringField(filters=[clean])
    category = StringField(filters=[clean])
    happened = StringField(filters=[clean], validators=[Length(max=LONGEST_MOMENT, message=_TOO_LONG)])
    wish = StringField(
        filters=[clean],
        validators=[Length(max=LONGEST_WISH, message=_l("This is longer than 1,000 characters. Please shorten it."))],
    )
    contact = StringField(filters=[clean])
    visibility = StringField(validators=[AnyOf(["public", "private"], message=_l("Choose who may read your report."))])
    consent = StringField()

    def validate_what(self, field: StringField) -> None:
        if field.data and len(field.data) < 3:
            raise ValidationError(_("Tell us what happened, in a few words at least."))

    def validate_touchpoint(self, field: StringField) -> None:
        if field.data and self.names.place_by_code(field.data) is None:
            raise ValidationError(_("We do not know this place. Choose one from the list."))

    def validate_category(self, field: StringField) -> None:
        if field.data and self.names.category_by_code(field.data) is None:
            raise ValidationError(_("Choose one from the list."))

    def validate_contact(self, field: StringField) -> None:
        if field.data and channel_of(field.data) is None:
            raise ValidationError(
                _("Give an e-mail address like name@example.org or a mobile number like +43 660 1234567.")
            )

    def validate_consent(self, field: StringField) -> None:
        if self.visibility.data == "public" and field.data != "1":
            raise ValidationError(
                _("For a public case we need your agreement. Or choose that only the businesses read it.")
            )

    def report(self, language: str) -> Report:
        """The report that a valid form describes."""
        place = self.names.place_by_code(self.touchpoint.data or "")
        category = self.names.category_by_code(self.category.data or "")
        channel = channel_of(self.contact.data or "") or ("", "")
        return Report(
            text=self.what.data or "",
            language=language if language in LOCALES else "en",
            visibility=self.visibility.data or "",
            wish=self.wish.data or "",
            happened=self.happened.data or "",
            touchpoint_id=place.id if place else None,
            category_id=category.id if category else None,
            channel=channel[0],
            address=channel[1],
        )


class MessageForm(Form):
    """Something the customer adds."""

    text = words(_l("Write something first."), 5000)


def channel_of(typed: str) -> tuple[str, str] | None:
    """(`email` or `mobile`, the address) for what somebody typed; None when it is neither."""
    if not typed:
        return None
    digits = re.sub(r"[\s().\-/]", "", typed)
    if MOBILE.fullmatch(digits):
        return "mobile", digits
    try:
        return "email", normal_email(typed)
    except NotAnAddress:
        return None
