"""The suitcase of flight MD 512: the one story with everything in it, and the first that a visitor should open."""

# What people wrote stays on one line each.

from __future__ import annotations

from portal.demo.script import Story, move, note, plan, promise, reply, take, write

SUITCASE = Story(
    "3d 21:40",
    "My suitcase did not arrive on flight MD 512. It is grey, with a sticker of a whale, and the tag ends in 418. "
    "The belt stopped, everybody left, and mine never came. I am wearing what I flew in, and my sister gets married "
    "in four days. My shoes for it are in there.",
    place="T2-BELT-3",
    category="bag-late",
    wish="My suitcase before the wedding, and something to wear until then.",
    happened="Flight MD 512, landed 20:55, belt 3",
    contact="paula.reyes@mail.example",
    acts=(
        take("1d 07:25", "ada"),
        note("6m", "ada", "Scan at the transfer point 20:58, none at the aircraft. Looks like the belt stop at 21:02."),
        plan(
            "9m",
            "ada",
            "We look for the suitcase with Harbor Ground Handling, who run the belts, and tell you where it is. Until "
            "then you may buy what you need for up to 120 €. Keep the receipts; we pay within five days.",
            "3d 18:00",
        ),
        promise("4m", "ada", "The suitcase is brought to your hotel", "0d 22:00"),
        reply(
            "3h",
            "ada",
            "The bag missed its connection because the transfer belt stopped for 25 minutes. Eleven bags stayed "
            "behind. Seven have been found; yours is not among them yet. A colleague at Harbor goes through the cages.",
        ),
        write(
            "0d 16:20",
            "Thank you for saying it straight. The whale is blue, and one of the wheels is broken, if that helps.",
        ),
        move(
            "0d 20:10",
            "ada",
            "It was not among the bags on this evening's flight. We would rather tell you now than let you wait up.",
            "now+420m",
        ),
        note(
            "1d 08:40",
            "jonas",
            "Wedding is the hard date. If it is not found tonight we offer her 300 for clothes, my name.",
        ),
        reply(
            "0d 09:05",
            "ada",
            "A bag with a broken wheel was scanned at cage 7 at 06:12. The tag is torn, so a colleague opens the "
            "list of contents with you by phone before anybody opens the bag. When can we call?",
        ),
        write("0d 09:40", "Any time until noon. There is a red scarf on top, and the shoes are in a blue cloth bag."),
        note(
            "now-190m",
            "ada",
            "Called. Scarf and shoes match. Hugo puts it on the next van, driver has the hotel's number.",
        ),
        promise("now-170m", "ada", "We tell you when the driver leaves, with his arrival time", "now+200m"),
        write("now-140m", "You found it! I will wait at the hotel. I told my sister and she cried a little."),
    ),
)
