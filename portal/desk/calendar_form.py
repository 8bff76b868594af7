"""What a manager types into the service calendar, field by field, and the draft that it makes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import Form, StringField, ValidationError

from portal.calendars.editing import MOST_DAYS, Draft, EndsFirst, NotHours, Overlap, TooMany, spans_typed, zones
from portal.calendars.models import ServiceCalendar
from portal.calendars.presets import BY_CODE, PRESET, WHATS
from portal.calendars.promising import DEFAULTS
from portal.calendars.targets import UNITS, NotATarget, Target
from portal.calendars.words import countries, day_typed
from portal.forms import clean
from portal.languages import gettext as _

DAYS = tuple(f"day_{number}" for number in range(7))
REQUIRED = ("acknowledge", "answer")
LONGEST_DAY = 100
LONGEST_LIST = MOST_DAYS * 24


class HoursField(StringField):
    """The hours of one weekday; `spans` is what was understood."""

    spans: list[list[str]]

    def pre_validate(self, form: Any) -> None:
        if len(self.data or "") > LONGEST_DAY:
            raise ValidationError(_("This is longer than %(max)d characters. Please shorten it.", max=LONGEST_DAY))
        try:
            self.spans = spans_typed(self.data or "")
        except EndsFirst as problem:
            words = _(
                "“%(piece)s” ends before it begins. A night is two spans: to 24:00, then from 00:00.",
                piece=problem.piece,
            )
            raise ValidationError(words) from problem
        except Overlap as problem:
            raise ValidationError(
                _("“%(piece)s” begins before the hours before it are over.", piece=problem.piece)
            ) from problem
        except TooMany as problem:
            raise ValidationError(_("At most six spans a day.")) from problem
        except NotHours as problem:
            words = _("“%(piece)s” is not understood. Write hours like 09:00-12:00, 13:00-17:00.", piece=problem.piece)
            raise ValidationError(words) from problem


class DatesField(StringField):
    """Days, one a line; `days` are those that were understood, as ISO dates in order."""

    days: list[str]

    def pre_validate(self, form: Any) -> None:
        if len(self.data or "") > LONGEST_LIST:
            raise ValidationError(_("At most %(max)d days. Take out those that are over.", max=MOST_DAYS))
        pieces = re.split(r"[\s,;]+", unicodedata.normalize("NFKC", self.data or "").strip())
        found = {self._day(piece) for piece in pieces if piece}
        if len(found) > MOST_DAYS:
            raise ValidationError(_("At most %(max)d days. Take out those that are over.", max=MOST_DAYS))
        self.days = sorted(found)

    def _day(self, piece: str) -> str:
        try:
            day = date.fromisoformat(piece)
        except ValueError:
            words = _("“%(piece)s” is no date. Write one day a line, like 2026-12-24.", piece=piece[:40])
            raise ValidationError(words) from None
        if not 2000 <= day.year <= 2100:
            raise ValidationError(_("“%(piece)s”: please check the year.", piece=piece[:40]))
        return day.isoformat()


class CalendarForm(Form):
    """The whole calendar. `draft` is there once it has validated."""

    zone = StringField(filters=[clean])
    day_0, day_1, day_2, day_3, day_4, day_5, day_6 = (HoursField(filters=[clean]) for _number in range(7))
    holidays = StringField(filters=[clean])
    closed = DatesField(filters=[clean])
    extra = DatesField(filters=[clean])
    acknowledge, update, answer, second_stage = (StringField(filters=[clean]) for _number in range(4))
    acknowledge_unit, update_unit, answer_unit, second_stage_unit = (StringField() for _number in range(4))
    preset = StringField()

    def validate_zone(self, field: StringField) -> None:
        if field.data not in zones():
            raise ValidationError(_("Choose a time zone from the list, like Europe/Vienna."))

    def validate_holidays(self, field: StringField) -> None:
        if field.data and field.data not in {code for code, _name in countries()}:
            raise ValidationError(_("Choose a country from the list."))

    def validate_extra(self, field: StringField) -> None:
        both = set(getattr(field, "days", ())) & set(getattr(self.closed, "days", ()))
        if both:
            raise ValidationError(_("%(day)s stands among the closed days too.", day=min(both)))

    def validate_acknowledge(self, field: StringField) -> None:
        self._check_target(field)

    validate_update = validate_answer = validate_second_stage = validate_acknowledge

    def _check_target(self, field: StringField) -> None:
        if not field.data:
            if field.name in REQUIRED:
                raise ValidationError(_("Say how long this takes at most."))
            return
        try:
            self._target(field.name)
        except (NotATarget, ValueError) as problem:
            raise ValidationError(_("Give a whole number from 1 to 1000, and a unit.")) from problem

    def _target(self, what: str) -> Target:
        number = self[what].data or ""
        if not (number.isascii() and number.isdigit() and len(number) <= 4):
            raise NotATarget(number)
        return Target(int(number), self[f"{what}_unit"].data or "")

    @property
    def draft(self) -> Draft:
        """What would be kept; only after `validate()` said yes."""
        targets: dict[str, Any] = {what: self._target(what).kept() for what in WHATS if self[what].data}
        if self.preset.data in BY_CODE:
            targets[PRESET] = self.preset.data
        return Draft(
            zone=self.zone.data or "",
            week=[getattr(self, name).spans for name in DAYS],
            holidays=self.holidays.data or "",
            closed=self.closed.days,
            extra=self.extra.days,
            targets=targets,
        )


def filled_from(calendar: ServiceCalendar | None, zone: str) -> dict[str, str]:
    """What the form begins with: the calendar as it is kept."""
    if calendar is None:
        return {"zone": zone, **typed_targets(DEFAULTS)}
    kept = {what: Target.read(calendar.targets[what]) for what in WHATS if what in calendar.targets}
    return {
        "zone": calendar.zone,
        **{name: day_typed(spans) for name, spans in zip(DAYS, calendar.week, strict=True)},
        "holidays": calendar.holidays,
        "closed": "\n".join(calendar.closed),
        "extra": "\n".join(calendar.extra),
        **typed_targets({**DEFAULTS, **kept}),
        "preset": str(calendar.targets.get(PRESET, "")),
    }


def with_preset(values: Mapping[str, str], code: str) -> dict[str, str]:
    """What was typed, with the times of a preset in place of its own, and the preset's holidays where it has any.

    An unknown code, or none, leaves the times and forgets where they came from.
    """
    preset = BY_CODE.get(code)
    if preset is None:
        return {**values, "preset": ""}
    kept = {name: value for name, value in values.items() if name not in WHATS}
    country = preset.holidays or values.get("holidays", "")
    return {**kept, **typed_targets(preset.targets()), "holidays": country, "preset": code}


def typed_targets(targets: Mapping[str, Target]) -> dict[str, str]:
    """Times as the form shows them: the number under the name of what is promised, its unit beside it."""
    found = {}
    for what in WHATS:
        found[f"{what}_unit"] = UNITS[1]
        if what in targets:
            found[what], found[f"{what}_unit"] = str(targets[what].number), targets[what].unit
    return found
