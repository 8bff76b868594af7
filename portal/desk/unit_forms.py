"""What is typed about units and what they hand to one another, and what we say when something is missing."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, Form, IntegerField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.calendars.targets import UNITS, Target
from portal.desk.handoff_forms import DeclineForm
from portal.forms import clean, words
from portal.handoffs.inside import units
from portal.languages import LOCALES
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l
from tenants.departments import UnitTerms

FRONT = "front"
"""Stands for the front desk where a unit can be chosen."""
LONGEST_NAME = 80


def _id(typed: str | None) -> int | None:
    """The unit of the present business that was chosen."""
    return next((each.id for each in units() if str(each.id) == typed), None)


def row_id(typed: str | None) -> int | None:
    """A number that a row can have."""
    number = int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 20 else 2**63
    return number if number < 2**63 else None


class GiveForm(Form):
    """To which unit, which part (one that exists, or a new one of the business's own), or the whole; what is asked."""

    unit = StringField(filters=[clean])
    what = StringField(filters=[clean])
    title = StringField(filters=[clean], validators=[Length(max=160)])
    brief = words(_l("Tell the unit what you need from them."), 3000)

    def validate_unit(self, field: StringField) -> None:
        if self.unit_id is None:
            raise ValidationError(_("Choose a unit."))

    def validate_what(self, field: StringField) -> None:
        if field.data not in ("new", "whole") and self.part_id is None:
            raise ValidationError(_("Choose a part of the case, or all of it."))

    def validate_title(self, field: StringField) -> None:
        if self.what.data == "new" and not field.data:
            raise ValidationError(_("Name the part in a few words. Only your business sees them."))

    @property
    def unit_id(self) -> int | None:
        return _id(self.unit.data)

    @property
    def part_id(self) -> int | None:
        return row_id(self.what.data)


class UnitDeclineForm(DeclineForm):
    @property
    def suggested_id(self) -> int | None:
        return _id(self.suggested.data)


class UnitAssignForm(Form):
    """A manager's decision: a unit, or the front desk."""

    unit = StringField(filters=[clean])
    reason = words(_l("Say why. The units read it."), 1000)

    def validate_unit(self, field: StringField) -> None:
        if field.data != FRONT and _id(field.data) is None:
            raise ValidationError(_("Choose who takes it."))

    @property
    def to_id(self) -> int | None:
        return _id(self.unit.data)


class UnitRulingForm(UnitAssignForm):
    """An empty `unit`: it stays as it is."""

    def validate_unit(self, field: StringField) -> None:
        if field.data and _id(field.data) is None:
            raise ValidationError(_("Choose who takes it."))


class UnitForm(Form):
    """What a unit is called, in one language or in all, and how fast it is."""

    name_en = StringField(filters=[clean], validators=[Length(max=LONGEST_NAME)])
    name_zh_hans = StringField(filters=[clean], validators=[Length(max=LONGEST_NAME)])
    name_zh_hant = StringField(filters=[clean], validators=[Length(max=LONGEST_NAME)])
    accept_number = IntegerField(validators=[InputRequired(_l("Give a number.")), NumberRange(1, 1000)])
    accept_unit = StringField()
    answer_number = IntegerField(validators=[InputRequired(_l("Give a number.")), NumberRange(1, 1000)])
    answer_unit = StringField()
    auto_accept = BooleanField(validators=[Optional()])

    def validate_name_en(self, field: StringField) -> None:
        if not self._names():
            raise ValidationError(_("Give the unit a name, in one language at least."))

    def validate_accept_unit(self, field: StringField) -> None:
        if field.data not in UNITS:
            raise ValidationError(_("Choose a unit of time."))

    validate_answer_unit = validate_accept_unit

    def terms(self) -> UnitTerms:
        return UnitTerms(self._names(), self._within("accept"), self._within("answer"), bool(self.auto_accept.data))

    def _within(self, what: str) -> list[Any]:
        return Target(self[f"{what}_number"].data or 0, self[f"{what}_unit"].data or "").kept()

    def _names(self) -> dict[str, str]:
        return {locale: name for locale in LOCALES if (name := self[f"name_{locale.lower()}"].data)}
