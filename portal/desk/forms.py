"""What an agent types, and what we say when something is missing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import Form, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.directory import Directory
from portal.forms import clean, moment, words
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l
from tenants import clock

LONGEST = 5000


class TextForm(Form):
    """A reply, a note or an answer."""

    text = words(_l("Write something first."), LONGEST)


class AskForm(TextForm):
    """A question. It may end the case, so where the cause lies is asked too, as far as the case does not know.

    `names` (the directory) and `case` (its row) are set by the route before it validates.
    """

    names: Directory
    case: Any
    touchpoint = StringField(filters=[clean])
    category = StringField(filters=[clean])

    def validate_touchpoint(self, field: StringField) -> None:
        if self.touchpoint_id is None and (field.data or self.case.touchpoint_id is None):
            raise ValidationError(_("Say at which place or step the cause lies. The figures of this place count it."))

    def validate_category(self, field: StringField) -> None:
        if self.category_id is None and (field.data or self.case.category_id is None):
            raise ValidationError(_("Say what it was about. The figures of this topic count it."))

    @property
    def touchpoint_id(self) -> int | None:
        place = self.names.place_by_code(self.touchpoint.data or "")
        return place.id if place else None

    @property
    def category_id(self) -> int | None:
        topic = self.names.category_by_code(self.category.data or "")
        return topic.id if topic else None


class AnswerForm(AskForm):
    """The answer, and where the cause lies: whoever answers has looked, so it is always said."""

    about_staff = StringField(filters=[clean], validators=[Length(max=200)])

    def validate_touchpoint(self, field: StringField) -> None:
        if self.touchpoint_id is None:
            raise ValidationError(_("Say at which place or step the cause lies. The figures of this place count it."))

    def validate_category(self, field: StringField) -> None:
        if self.category_id is None:
            raise ValidationError(_("Say what it was about. The figures of this topic count it."))


class DueForm(Form):
    """A form with a date in the business's zone, which the route sets before it validates."""

    zone: ZoneInfo
    due = StringField(filters=[clean], validators=[InputRequired(_l("Give a date and a time."))])

    def validate_due(self, field: StringField) -> None:
        at = moment(field.data or "", self.zone)
        if at is None:
            raise ValidationError(_("Give a date and a time."))
        if at <= clock.now():
            raise ValidationError(_("This moment has passed. A promise needs a time to come."))
        if at.year > clock.now().year + 2:
            raise ValidationError(_("This is more than two years away. Please check the year."))

    @property
    def due_at(self) -> datetime:
        at = moment(self.due.data or "", self.zone)
        assert at is not None, "validated before"  # noqa: S101
        return at


class PlanForm(DueForm):
    plan = words(_l("Tell the customer what you will do."), 1000)


class PromiseForm(DueForm):
    sentence = words(_l("Write down what you promise."), 200)


class MoveForm(DueForm):
    reason = words(_l("Say why. Everyone who sees the promise reads this."), 300)
