"""What is typed about a hand-off, and what we say when something is missing."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Form, IntegerField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.calendars.targets import UNITS, NotATarget, Target
from portal.desk.forms import DueForm, TextForm
from portal.directory import Directory
from portal.forms import clean, id_of, words
from portal.handoffs.models import DECLINES, MODES, RETURNS
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l


class HandOffForm(Form):
    """To whom, which part (one that exists, or a new one), or the whole case; and what the partner is asked."""

    names: Directory
    partner = StringField(filters=[clean])
    what = StringField(filters=[clean])
    title = StringField(filters=[clean], validators=[Length(max=160)])
    brief = words(_l("Tell the partner what you need from them."), 3000)

    def validate_partner(self, field: StringField) -> None:
        if self.names.business_by_slug(field.data or "") is None:
            raise ValidationError(_("Choose whom to ask."))

    def validate_what(self, field: StringField) -> None:
        if field.data not in ("new", "whole") and id_of(field.data) is None:
            raise ValidationError(_("Choose a part of the case, or all of it."))

    def validate_title(self, field: StringField) -> None:
        if self.what.data == "new" and not field.data:
            raise ValidationError(_("Name the part in a few words. Everyone who reads the case sees them."))

    @property
    def tenant_id(self) -> int:
        found = self.names.business_by_slug(self.partner.data or "")
        assert found is not None, "validated before"  # noqa: S101
        return found.id

    @property
    def part_id(self) -> int | None:
        return id_of(self.what.data)


class DeclineForm(Form):
    names: Directory
    reason = StringField(filters=[clean])
    text = StringField(filters=[clean], validators=[Length(max=2000)])
    suggested = StringField(filters=[clean])

    def validate_reason(self, field: StringField) -> None:
        if field.data not in DECLINES:
            raise ValidationError(_("Choose why."))

    @property
    def suggested_id(self) -> int | None:
        found = self.names.business_by_slug(self.suggested.data or "")
        return found.id if found else None


class ReturnForm(TextForm):
    reason = StringField(filters=[clean])

    def validate_reason(self, field: StringField) -> None:
        if field.data not in RETURNS:
            raise ValidationError(_("Choose why."))


class LongerForm(DueForm):
    text = words(_l("Say why you need more time."), 1000)


class RatingForm(Form):
    """One press, one grade."""

    help = IntegerField(validators=[Optional(), NumberRange(1, 3, _l("Choose one."))])
    ease = IntegerField(validators=[Optional(), NumberRange(1, 3, _l("Choose one."))])

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.help.data is None and self.ease.data is None:
            self.help.errors = [_("Choose one.")]
        return not self.help.errors


class AssignForm(Form):
    """The host's decision. `tenant` may be empty in a ruling: then it stands."""

    names: Directory
    business = StringField(filters=[clean])
    reason = words(_l("Say why. Everyone who reads the case sees it."), 1000)

    def validate_business(self, field: StringField) -> None:
        if self.names.business_by_slug(field.data or "") is None:
            raise ValidationError(_("Choose who takes it."))

    @property
    def tenant_id(self) -> int | None:
        found = self.names.business_by_slug(self.business.data or "")
        return found.id if found else None


class RulingForm(AssignForm):
    @property
    def to_id(self) -> int | None:
        return self.tenant_id

    def validate_business(self, field: StringField) -> None:
        if field.data and self.names.business_by_slug(field.data) is None:
            raise ValidationError(_("Choose who takes it."))


class PartnershipForm(Form):
    """Terms of an agreement. `names` and `direction` decide who asks whom."""

    names: Directory
    partner = StringField(filters=[clean])
    direction = StringField(filters=[clean])
    modes = SelectMultipleField(choices=[], validate_choice=False)
    topics = SelectMultipleField(choices=[], validate_choice=False)
    accept_number = IntegerField(validators=[InputRequired(_l("Give a number.")), NumberRange(1, 1000)])
    accept_unit = StringField()
    answer_number = IntegerField(validators=[InputRequired(_l("Give a number.")), NumberRange(1, 1000)])
    answer_unit = StringField()
    passes_assist = SelectMultipleField(choices=[], validate_choice=False)
    passes_transfer = SelectMultipleField(choices=[], validate_choice=False)
    auto_accept = BooleanField(validators=[Optional()])

    def validate_partner(self, field: StringField) -> None:
        if self.names.business_by_slug(field.data or "") is None:
            raise ValidationError(_("Choose a business."))

    asker = StringField(filters=[clean])
    """Of an agreement between two others, which the host proposes: the one that asks."""

    def validate_direction(self, field: StringField) -> None:
        if field.data not in ("we_ask", "they_ask", "others"):
            raise ValidationError(_("Say who asks whom."))

    def validate_asker(self, field: StringField) -> None:
        if self.direction.data == "others" and self.names.business_by_slug(field.data or "") is None:
            raise ValidationError(_("Choose a business."))

    def validate_modes(self, field: Any) -> None:
        if not field.data or not set(field.data) <= set(MODES):
            raise ValidationError(_("Choose at least one."))

    def validate_accept_unit(self, field: StringField) -> None:
        if field.data not in UNITS:
            raise ValidationError(_("Choose a unit of time."))

    validate_answer_unit = validate_accept_unit

    @property
    def topic_ids(self) -> tuple[int, ...]:
        found = (self.names.category_by_code(code) for code in self.topics.data or [])
        return tuple(each.id for each in found if each is not None)

    def within(self, what: str) -> Target:
        """Raises NotATarget."""
        number, unit = self[f"{what}_number"].data, self[f"{what}_unit"].data
        if not isinstance(number, int):
            raise NotATarget(repr(number))
        return Target(number, unit or "")
