"""What is typed about an idea, and what we say when something is missing."""

from __future__ import annotations

from wtforms import Form, StringField, ValidationError
from wtforms.validators import Length

from portal.directory import Directory
from portal.forms import clean, words
from portal.ideas.models import KINDS
from portal.ideas.proposing import LONGEST_TEXT, LONGEST_TITLE
from portal.ideas.voices import LONGEST_CREDIT
from portal.languages import lazy_gettext as _l


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
