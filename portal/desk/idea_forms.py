"""What a product team types about an idea, and what we say when something is missing."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from wtforms import Form, StringField, ValidationError
from wtforms.validators import Length

from portal.desk.forms import DueForm
from portal.directory import Directory
from portal.forms import clean, words
from portal.ideas.answering import DECLINES
from portal.ideas.proposing import LONGEST_TEXT, LONGEST_TITLE
from portal.ideas.states import HORIZONS
from portal.ideas.taking_part import BLOCKING
from portal.ideas.team_models import PART_STATES
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l
from tenants import clock

LONGEST = 5_000
LONGEST_LEFT_OUT = 300
"""Lists show it whole."""
WITHOUT_WORDS = ("review",)
"""A step that says enough by itself."""


class AboutIdea(Form):
    """`zone` (in which the business types its dates) and `names` (the directory) are set before it validates."""

    zone: ZoneInfo
    names: Directory

    def today(self) -> date:
        return clock.now().astimezone(self.zone).date()


class StepForm(AboutIdea):
    """An official response: its words, what it costs, when it is looked at again; of a "no" its reason besides."""

    act = StringField(filters=[clean])
    text = StringField(filters=[clean], validators=[Length(max=LONGEST)])
    cost = StringField(filters=[clean], validators=[Length(max=200)])
    review_on = StringField(filters=[clean])
    reason = StringField(filters=[clean])
    would_change = StringField(filters=[clean], validators=[Length(max=1_000)])
    left_out = StringField(filters=[clean], validators=[Length(max=LONGEST_LEFT_OUT)])

    def validate_text(self, field: StringField) -> None:
        if not field.data and self.act.data not in WITHOUT_WORDS:
            raise ValidationError(_("Say it in your own words. Everyone reads this."))

    def validate_review_on(self, field: StringField) -> None:
        if field.data and (self.review_day is None or self.review_day <= self.today()):
            raise ValidationError(_("Give a day to come."))

    def validate_reason(self, field: StringField) -> None:
        if self.act.data == "decline" and field.data not in DECLINES:
            raise ValidationError(_("Choose the reason. Everyone reads it."))

    def validate_would_change(self, field: StringField) -> None:
        if self.act.data == "decline" and not field.data:
            raise ValidationError(_("Say what would change this “no”."))

    @property
    def review_day(self) -> date | None:
        return day_of(self.review_on.data)


class ProofForm(AboutIdea):
    """What changed, where, since when."""

    what = words(_l("Say what has changed. Nothing is done without proof."), LONGEST)
    since = StringField(filters=[clean])
    touchpoint = StringField(filters=[clean])
    left_out = StringField(filters=[clean], validators=[Length(max=LONGEST_LEFT_OUT)])

    def validate_since(self, field: StringField) -> None:
        if self.since_day is None:
            raise ValidationError(_("Say since which day it has been there."))
        if self.since_day > self.today():
            raise ValidationError(_("This day is still to come. Done is what is there already."))

    @property
    def since_day(self) -> date | None:
        return day_of(self.since.data)

    @property
    def touchpoint_id(self) -> int | None:
        found = self.names.place_by_code(self.touchpoint.data or "")
        return found.id if found else None


class ScheduleForm(AboutIdea):
    """Now, next, later; empty takes it off the roadmap."""

    horizon = StringField(filters=[clean])

    def validate_horizon(self, field: StringField) -> None:
        if field.data and field.data not in HORIZONS:
            raise ValidationError(_("Choose a column."))


class WeightsForm(AboutIdea):
    reach = StringField(filters=[clean])
    effort = StringField(filters=[clean])

    def validate_reach(self, field: StringField) -> None:
        if field.data not in ("1", "2", "3", "4", "5"):
            raise ValidationError(_("Choose a number from 1 to 5."))

    validate_effort = validate_reach


class IdeaPromiseForm(DueForm):
    sentence = words(_l("Write down what you promise."), 200)


class PostponementForm(DueForm):
    reason = words(_l("Say why. Everyone who sees the promise reads this."), 300)


class FulfillmentForm(AboutIdea):
    text = words(_l("Say what was done. Everyone reads this."), 1_000)


class PartForm(AboutIdea):
    """Asking another business for its part."""

    business = StringField(filters=[clean])
    what = words(_l("Say what this business would have to do."), 300)

    def validate_business(self, field: StringField) -> None:
        if self.tenant_id is None:
            raise ValidationError(_("Choose a business."))

    @property
    def tenant_id(self) -> int | None:
        found = self.names.business_by_slug(self.business.data or "")
        return found.id if found else None


class OwnPartForm(AboutIdea):
    """How one's own part stands."""

    state = StringField(filters=[clean])
    reason = StringField(filters=[clean], validators=[Length(max=1_000)])

    def validate_state(self, field: StringField) -> None:
        if field.data not in PART_STATES or field.data == "asked":
            raise ValidationError(_("Choose how it stands."))

    def validate_reason(self, field: StringField) -> None:
        if not field.data and self.state.data in BLOCKING:
            raise ValidationError(_("Say why. Everyone reads it."))


class MergerForm(AboutIdea):
    into = words(_l("Give the number of the idea in which it goes on."), 40)
    reason = words(_l("Say why. Everyone reads it."), 1_000)


class ReasonForm(AboutIdea):
    reason = words(_l("Say why. Everyone reads it."), 1_000)


class TeamProposalForm(AboutIdea):
    """An idea of the front line: for everybody, for the businesses of the network, or for one's own people."""

    kind = StringField(filters=[clean])
    visibility = StringField(filters=[clean])
    title = words(_l("Say it in one sentence."), LONGEST_TITLE)
    text = words(_l("Describe what should be better."), LONGEST_TEXT)
    touchpoint = StringField(filters=[clean])
    category = StringField(filters=[clean])

    def validate_kind(self, field: StringField) -> None:
        if field.data not in ("problem", "solution"):
            raise ValidationError(_("Choose whether this is a problem or a solution."))

    def validate_visibility(self, field: StringField) -> None:
        if field.data not in ("public", "network", "internal"):
            raise ValidationError(_("Choose who can read it."))

    @property
    def touchpoint_id(self) -> int | None:
        found = self.names.place_by_code(self.touchpoint.data or "")
        return found.id if found else None

    @property
    def category_id(self) -> int | None:
        found = self.names.category_by_code(self.category.data or "")
        return found.id if found else None


class ViewForm(Form):
    name = words(_l("Give the view a name."), 60)


def day_of(typed: str | None) -> date | None:
    """What a date field says; None when it is no day."""
    try:
        return date.fromisoformat(typed or "")
    except ValueError:
        return None
