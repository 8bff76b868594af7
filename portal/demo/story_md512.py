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
        note(
            "6m", "ada", "Scanned off the aircraft 21:04, never scanned at belt 3. Looks like the belt stop at 21:10."
        ),
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
            "Your suitcase came off the aircraft at 21:04. Then the belt stopped for 25 minutes, and eleven bags were "
            "taken off by hand and put into cages. Seven have been found; yours is not among them yet. A colleague at "
            "Harbor goes through the cages.",
        ),
        write(
            "0d 16:20",
            "Thank you for saying it straight. The whale is blue, and one of the wheels is broken, if that helps.",
        ),
        move(
            "0d 20:10",
            "ada",
            "Cages 1 to 5 are done, and it is in none of them. We would rather tell you now than let you wait up.",
            "now+420m",
        ),
        note(
            "1d 08:40",
            "jonas",
            "Wedding is the hard date. If it is not found by tomorrow we offer her 300 for clothes, my name.",
        ),
        reply(
            "0d 15:30", "ada", "Ten of the eleven are with their owners. Yours is the last one, and we go on looking."
        ),
        reply(
            "now-330m",
            "ada",
            "A bag with a broken wheel stands in cage 7. The tag is torn, so we would like to go through the list of "
            "contents with you by phone before anybody opens it. When can we call?",
        ),
        write("now-300m", "Any time from now on. There is a red scarf on top, and the shoes are in a blue cloth bag."),
        note(
            "now-190m",
            "ada",
            "Called. Scarf and shoes match. Hugo puts it on the next van, driver has the hotel's number.",
        ),
        reply(
            "now-180m",
            "ada",
            "Your suitcase is found: scarf and shoes are where you said. It comes to your hotel today, with the next "
            "van.",
        ),
        promise("now-170m", "ada", "We tell you when the driver leaves, with his arrival time", "now+200m"),
        write("now-140m", "You found it! I will wait at the hotel. I told my sister and she cried a little."),
    ),
)
