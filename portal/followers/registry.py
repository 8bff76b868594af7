"""Every follower there is. To add one: a folder beside the others, and a line here."""

from __future__ import annotations

from portal.followers.base import Follower
from portal.followers.figures import Figures
from portal.followers.log.follower import Log
from portal.followers.notifications.follower import DeskMail
from portal.followers.usual import UsualFigures
from portal.following.follower import CustomerMail
from portal.following.idea_mail import IdeaMail

FOLLOWERS: list[Follower] = [Figures(), UsualFigures(), Log(), DeskMail(), CustomerMail(), IdeaMail()]


def named(name: str) -> Follower:
    """The follower of that name; KeyError if there is none."""
    return {follower.name: follower for follower in FOLLOWERS}[name]
