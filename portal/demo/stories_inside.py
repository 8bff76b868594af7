"""Stories in which the units of one business hand a case on. Outside nobody reads that they did."""

# What people wrote stays on one line each.
# ruff: noqa: E501

from __future__ import annotations

from portal.demo.script import (
    Story,
    assign_unit,
    give_unit,
    plan,
    reply,
    unit_answers,
    unit_cannot,
    unit_takes,
    unit_will_do,
)

STORIES: tuple[Story, ...] = (
    Story(
        "6d 09:15",
        "Our flight was canceled at the gate and rebooked for the next morning. The hotel you sent us to knew nothing of it, so we paid the room ourselves: 118 euros, two people.",
        place="T2-CHK-04",
        category="delay",
        wish="The 118 euros back.",
        acts=(
            plan(
                "1h",
                "ada",
                "We find out why the hotel was not told, and pay back the room if it was ours to book.",
                "now+1800m",
            ),
            give_unit(
                "20m",
                "ada",
                "refunds",
                "Receipt over 118 euros is with the case. Was a room booked for MD 640, and can you pay it back?",
                part="Pay back the room",
            ),
            unit_cannot(
                "3h",
                "meiling",
                "not_ours",
                "We pay once the station says that it sent them there. Rooms are booked by the station.",
                suggested="cabin",
            ),
            give_unit(
                "30m", "ada", "cabin", "Who sent the travelers of MD 640 to the hotel, and who booked?", again=True
            ),
            assign_unit(
                "3d 10:00",
                "jonas",
                "refunds",
                "Nobody at the station has looked at it for two days. The receipt is enough: pay first, and settle with the station afterwards.",
            ),
            unit_answers(
                "2h", "meiling", "Paid today to the card of the booking. The station confirms the list of rooms."
            ),
            unit_will_do("40m", "ada", help_=3, ease=2),
            reply(
                "20m",
                "ada",
                "Your 118 euros are on their way to the card of the booking. We still find out why the hotel knew nothing.",
            ),
        ),
    ),
    Story(
        "2d 08:40",
        "The crew told us to leave the pram at the door of the aircraft. It came out at the belt, open and wet.",
        place="APP-MD",
        category="treatment",
        acts=(
            plan("1h", "ada", "We ask the crew and the ramp what happened, and answer for the pram.", "now+2000m"),
            give_unit("15m", "ada", "baggage", "Pram of MD 512. It needs somebody who knows the forms."),
            unit_takes("30m", "ada"),
            give_unit(
                "now-50m",
                "ada",
                "refunds",
                "Model and year are on the photo of the frame. What may a new one cost without asking a manager?",
                part="What a new pram may cost",
            ),
        ),
    ),
)
