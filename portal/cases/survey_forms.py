"""The survey as it is typed: everything is optional, but an empty one is none."""

from __future__ import annotations

from wtforms import Form, StringField, ValidationError
from wtforms.validators import AnyOf, Length, Optional

from portal.cases.survey_models import SCORES
from portal.cases.surveys import BACK, Opinion
from portal.forms import clean
from portal.languages import gettext as _
from portal.languages import lazy_gettext as _l

FIVE = [str(number) for number in range(1, 6)]


def _score() -> StringField:
    return StringField(validators=[Optional(), AnyOf(FIVE, message=_l("Choose a number from 1 to 5."))])


class SurveyForm(Form):
    """Four scores, whether they would come back, and one line."""

    professionalism = _score()
    quality = _score()
    ease = _score()
    quickness = _score()
    back = StringField(validators=[Optional(), AnyOf(BACK, message=_l("Choose one of the three."))])
    words = StringField(
        filters=[clean],
        validators=[Length(max=500, message=_l("This is longer than %(max)d characters. Please shorten it.", max=500))],
    )

    def validate_words(self, field: StringField) -> None:
        if self.opinion.is_empty:
            raise ValidationError(_("Choose at least one answer, or write a line."))

    @property
    def opinion(self) -> Opinion:
        scores = {score: int(self[score].data) if self[score].data in FIVE else None for score in SCORES}
        return Opinion(scores, self.back.data if self.back.data in BACK else None, self.words.data or "")
