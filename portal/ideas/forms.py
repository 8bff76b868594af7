"""What is typed about an idea, and what we say when something is missing."""

from __future__ import annotations

from wtforms import BooleanField, Form, StringField, ValidationError
from wtforms.validators import Length

from portal.directory import Directory
from portal.forms import clean, words
from portal.ideas.commenting import LONGEST as LONGEST_COMMENT
from portal.ideas.models import KINDS
from portal.ideas.proposing import LONGEST_TEXT, LONGEST_TITLE
from portal.ideas.voices import LONGEST_CREDIT
from portal.languages import lazy_gettext as _l

LONGEST_WHY = 600
TOO_LONG = _l("This is longer than %(max)d characters. Please shorten it.", max=LONGEST_TEXT)
WHY_TOO_LONG = _l("This is longer than %(max)d characters. Please shorten it.", max=LONGEST_WHY)


class ProposalForm(Form):
    """A problem, or a solution; where and about what; and the name to be read beside it."""

    names: Directory
    kind = StringField(filters=[clean])
    title = words(_l("Say it in one sentence."), LONGEST_TITLE)
    text = words(_l("Describe what should be better."), LONGEST_TEXT)
    touchpoint = StringField(filters=[clean])
    category = StringField(filters=[clean])
    credit = StringField(filters=[clean], validators=[Length(max=LONGEST_CREDIT)])

    def validate_kind(self, field: StringField) -> None:
        if field.data not in KINDS:
            raise ValidationError(_l("Choose whether this is a problem or a solution."))

    @property
    def touchpoint_id(self) -> int | None:
        found = self.names.place_by_code(self.touchpoint.data or "")
        return found.id if found else None

    @property
    def category_id(self) -> int | None:
        found = self.names.category_by_code(self.category.data or "")
        return found.id if found else None


class VersionForm(Form):
    """An idea, written anew."""

    title = words(_l("Say it in one sentence."), LONGEST_TITLE)
    text = words(_l("Describe what should be better."), LONGEST_TEXT)
    substantial = BooleanField()
    credit = StringField(filters=[clean], validators=[Length(max=LONGEST_CREDIT)])


class WordingForm(Form):
    """Another wording of a paragraph, or leaving it out, and why."""

    after = StringField(filters=[clean], validators=[Length(max=LONGEST_TEXT, message=TOO_LONG)])
    leave_out = BooleanField()
    why = StringField(filters=[clean], validators=[Length(max=LONGEST_WHY, message=WHY_TOO_LONG)])
    credit = StringField(filters=[clean], validators=[Length(max=LONGEST_CREDIT)])

    def validate_after(self, field: StringField) -> None:
        if not field.data and not self.leave_out.data:
            raise ValidationError(_l("Write how it should read, or tick that it should go."))

    @property
    def words(self) -> str:
        return "" if self.leave_out.data else self.after.data or ""


class CommentForm(Form):
    """Something to say."""

    text = words(_l("Write what you want to say."), LONGEST_COMMENT)
    credit = StringField(filters=[clean], validators=[Length(max=LONGEST_CREDIT)])


class WhyNotForm(Form):
    """Why a proposed change is not taken in."""

    reason = words(_l("Say why: everybody reads it."), LONGEST_WHY)


class RivalForm(Form):
    """What the idea is called that a proposed change becomes."""

    title = words(_l("Say it in one sentence."), LONGEST_TITLE)
