"""The report as a customer fills it in, and what we say when something is missing."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from wtforms import Form, StringField, ValidationError
from wtforms.validators import AnyOf, Length

from portal.cases.forms import channel_of
from portal.cases.kinds_of_case import suggest
from portal.cases.models import KINDS
from portal.cases.need_models import NEEDS
from portal.cases.needs import Told
from portal.cases.opening import LONGEST_TEXT, Report
from portal.cases.understanding import LONGEST_WISH
from portal.directory import Directory
from portal.forms import clean, moment, words
from portal.languages import LOCALES
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l
from portal.written_in import language_of
from tenants import clock

LONGEST_MOMENT = 120
LONGEST_NEED = 200
PAST, AHEAD = timedelta(days=1), timedelta(days=366)
"""How long ago, and how far ahead, a departure may be that still matters to a case."""
PUBLIC_WORDS = ("what", "happened", "wish")
"""The fields that everybody reads of a public case."""


def _short(longest: int, said: str = "") -> StringField:
    too_long = _l("This is longer than %(max)d characters. Please shorten it.", max=longest)
    return StringField(filters=[clean], validators=[Length(max=longest, message=said or too_long)])


class ReportForm(Form):
    """The report. `names` (the directory) and `zone` (the network's) are set by the route before it validates."""

    names: Directory
    zone: ZoneInfo

    what = words(_l("Tell us what happened, in a few words at least."), LONGEST_TEXT)
    danger = StringField()
    kind = StringField(validators=[AnyOf(["", *KINDS], message=_l("Choose one from the list."))], filters=[clean])
    touchpoint = StringField(filters=[clean])
    category = StringField(filters=[clean])
    happened = _short(LONGEST_MOMENT)
    wish = _short(LONGEST_WISH, _l("This is longer than 1,000 characters. Please shorten it."))
    departure = StringField(filters=[clean])
    urgent = StringField(filters=[clean])
    important = StringField(filters=[clean])
    need_language = _short(LONGEST_NEED)
    need_help = _short(LONGEST_NEED)
    need_flight = _short(LONGEST_NEED)
    need_other = _short(LONGEST_NEED)
    needs_consent = StringField()
    contact = StringField(filters=[clean])
    # Choosing `public` is the consent: the sentence that is agreed to is the choice's own text.
    visibility = StringField(validators=[AnyOf(["public", "private"], message=_l("Choose who may read your report."))])

    def validate_what(self, field: StringField) -> None:
        if field.data and len(field.data) < 3:
            raise ValidationError(_("Tell us what happened, in a few words at least."))

    def validate_touchpoint(self, field: StringField) -> None:
        if field.data and self.names.place_by_code(field.data) is None:
            raise ValidationError(_("We do not know this place. Choose one from the list."))

    def validate_category(self, field: StringField) -> None:
        if field.data and self.names.category_by_code(field.data) is None:
            raise ValidationError(_("Choose one from the list."))

    def validate_departure(self, field: StringField) -> None:
        if not field.data:
            return
        leaves = moment(field.data, self.zone)
        if leaves is None:
            raise ValidationError(_("Give a date and a time, or leave it empty."))
        if not -PAST <= leaves - clock.now() <= AHEAD:
            raise ValidationError(_("This should be a departure still to come, within a year. Or leave it empty."))

    def validate_needs_consent(self, field: StringField) -> None:
        if self.told() and field.data != "1":
            raise ValidationError(
                _("To pass on what you tell once, we need your agreement. Or leave those lines empty.")
            )

    def validate_contact(self, field: StringField) -> None:
        if field.data and channel_of(field.data) is None:
            raise ValidationError(
                _("Give an e-mail address like name@example.org or a mobile number like +43 660 1234567.")
            )

    def told(self) -> tuple[Told, ...]:
        """What the customer wants to tell only once."""
        typed = [(kind, self[f"need_{kind}"].data or "") for kind in NEEDS]
        return tuple(Told(kind, words) for kind, words in typed if words)

    def kind_of_case(self) -> str:
        """The tick first, then what was chosen, then what the words say."""
        if self.danger.data == "1":
            return "emergency"
        return self.kind.data or suggest(" ".join(self[name].data or "" for name in ("what", "wish")))

    def report(self, language: str) -> Report:
        """The report that a valid form describes; `language` is the one in which the form was shown."""
        shown_in = language if language in LOCALES else "en"
        words = " ".join(self[name].data or "" for name in ("what", "wish"))
        place = self.names.place_by_code(self.touchpoint.data or "")
        category = self.names.category_by_code(self.category.data or "")
        channel = channel_of(self.contact.data or "") or ("", "")
        return Report(
            text=self.what.data or "",
            language=language_of(words, shown_in),
            shown_in=shown_in,
            visibility=self.visibility.data or "",
            wish=self.wish.data or "",
            happened=self.happened.data or "",
            touchpoint_id=place.id if place else None,
            category_id=category.id if category else None,
            channel=channel[0],
            address=channel[1],
            kind=self.kind_of_case(),
            departure_at=moment(self.departure.data or "", self.zone),
            urgent=self.urgent.data == "1",
            important=self.important.data == "1",
            needs=self.told(),
        )
