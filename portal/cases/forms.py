"""What a customer types, and what we say when something is missing."""

from __future__ import annotations

import re

from wtforms import Form, StringField
from wtforms.validators import Length

from portal.cases.understanding import LONGEST_WISH
from portal.forms import clean, words
from portal.languages import lazy_gettext as _l
from tenants.emails import NotAnAddress, normal_email

MOBILE = re.compile(r"\+?\d{6,15}")


class MessageForm(Form):
    """Something the customer adds."""

    text = words(_l("Write something first."), 5000)


class WishForm(Form):
    """What would put it right, said anew."""

    wish = words(_l("Say in a few words what would put it right."), LONGEST_WISH)


class ReasonForm(Form):
    """Why, if the customer likes to say."""

    reason = StringField(filters=[clean], validators=[Length(max=2000, message=_l("Please shorten this."))])


class AppealForm(Form):
    """An appeal names what is wrong with the decision."""

    appeal = words(_l("Say in a few words what is wrong with the decision."), 5000)


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
