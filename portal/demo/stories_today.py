"""Stories in English that are still going on: what the desks find this morning."""

# What people wrote stays on one line each.
# ruff: noqa: E501

from __future__ import annotations

from portal.demo.script import Story, accept, answer, note, plan, promise, reply, take, write

NOW: tuple[Story, ...] = (
    Story(
        "6d 15:10",
        "The shuttle from P3 comes every twelve minutes says the sign. We waited 41 with two sleeping children and "
        "then ran across the car park.",
        place="P3-SHUTTLE",
        category="queue",
        acts=(
            plan(
                "1d 09:30",
                "rosa",
                "We compare the drivers' logs with the sign and tell you which of the two is wrong.",
                "5d 16:00",
            ),
            promise("3h", "rosa", "The sign shows the real time of the next bus", "12d 12:00"),
        ),
    ),
    Story(
        "now-1740m",
        "Green hard-shell case, one corner broken open on belt 1, a glass jar of my grandmother's plums broken "
        "inside. Everything is purple. I have photos.",
        place="T1-BELT-1",
        category="bag-damaged",
        wish="The cleaning paid. The plums nobody can pay.",
        contact="m.kovac@mail.example",
        acts=(
            take("25m", "hugo"),
            plan(
                "10m",
                "hugo",
                "We look at the belt's camera for the half hour after your landing and tell you who pays what.",
                "now-110m",
            ),
            reply("3h", "hugo", "Have the clothes cleaned already, do not wait for us: we pay the bill in any case."),
            note("2h", "hugo", "Camera of belt 1 was down for a quarter of that half hour. Asked ramp for theirs."),
        ),
    ),
    Story(
        "now-1290m",
        "No changing table in the family room, only the screws in the wall. I changed my son on the floor on my coat.",
        place="T2-FAMILY",
        category="clean",
        acts=(
            plan(
                "40m",
                "samir",
                "A table from Terminal 1 comes over first thing, and we find out where this one went.",
                "now+170m",
            ),
            reply(
                "now-380m",
                "samir",
                "The table from Terminal 1 is up. The old one was taken for repair three weeks ago and never written down.",
            ),
        ),
    ),
    Story(
        "now-1010m",
        "Two officers at lane 2 laughed about my insulin pump and passed it round. I asked three times to have it back.",
        place="T1-SEC-2",
        category="treatment",
        wish="That they learn what it is. I do not want anybody dismissed.",
        contact="sam.whitlock@mail.example",
        is_private=True,
        acts=(
            take("now-300m", "lena"),
            note(
                "now-295m",
                "lena",
                "Shift lead confirms. Both are on shift. I speak to them myself, separately.",
            ),
            plan(
                "now-280m",
                "lena",
                "I am sorry. I speak with both officers today and write to you what was said and what follows.",
                "now+260m",
            ),
        ),
    ),
    Story(
        "now-410m",
        "The app shows gate B4, the screen shows B14, the voice says B4 again. I am standing between the two with "
        "forty others and a map.",
        place="APP-MD",
        category="signs",
        acts=(
            plan(
                "now-385m",
                "ada",
                "It is B14. We correct the voice and the app now, and tell you how they came apart.",
                "now+1500m",
            ),
            reply(
                "now-370m",
                "ada",
                "Voice and app say B14 since a minute ago. The aircraft waits for everyone who is between the gates.",
            ),
            write("now-355m", "We all made it. Thank you for waiting for the man with the cello."),
            answer(
                "now-120m",
                "ada",
                "The gate was changed in one system by hand and the other two were not told. Until they are joined, whoever changes a gate has to press all three; the list hangs at the desk.",
            ),
        ),
    ),
    Story(
        "now-330m",
        "I left a brown teddy bear in tray 14 at security, one ear is missing. He is called Mister Olsen. My daughter "
        "is four and will not sleep.",
        place="T2-SEC-1",
        category="lost",
        wish="Mister Olsen.",
        contact="rasmus.lind@mail.example",
        acts=(
            plan("now-310m", "samir", "We ask at the lanes and at lost property within the hour.", "now+45m"),
            reply(
                "now-240m",
                "samir",
                "A bear with one ear sits on the counter of lost property, with a badge so that he may stay. He leaves by post today; shall he go to the address on your ticket?",
            ),
            write("now-225m", "Yes please. She wants to know if he is afraid of the dark."),
            answer(
                "now-200m",
                "samir",
                "The night shift left the lamp on for him. He travels in a box with a window, parcel number to your e-mail.",
            ),
            accept("now-150m"),
        ),
    ),
    Story(
        "now-160m",
        "Is there anywhere after security where I can pump milk that is not a toilet? I asked at two counters and was "
        "sent to the toilet twice.",
        category="access",
        contact="j.moreno@mail.example",
    ),
    Story(
        "now-95m",
        "Booked assistance for my husband (blind, with a guide dog) three days ago. At desk 12 nobody knew and they "
        "wanted to put the dog in the hold.",
        place="T1-CHK-12",
        category="access",
        wish="Somebody who walks with us to the aircraft. We fly in six hours.",
        contact="c.hartmann@mail.example",
    ),
    Story(
        "now-48m",
        "There is a pot of rainwater dripping from the ceiling in the corridor between the two terminals, right where "
        "people run. It says nothing. It will be somebody's hip.",
    ),
    Story(
        "now-22m",
        "Ordered a flat white at the bakery in arrivals, allergic to almond, said so twice, got almond milk. I noticed "
        "by the smell. Please be careful, this ends in hospital for me.",
        place="T2-CAFE-1",
        category="treatment",
    ),
)

FERRIES: tuple[Story, ...] = (
    Story(
        "4w Sat 08:20",
        "The 8 o'clock boat left at 7:54. I stood on pier 2 with a ticket and a cake.",
        place="PIER-2",
        category="delay",
        wish="A boat that leaves when it says.",
        acts=(
            plan("1h", "ines", "We read the ship's log and tell you.", "2d 12:00"),
            answer(
                "2d 09:40",
                "ines",
                "The log says 7:55. The tide was early and the captain forgot the people. Your next crossing is ours, and the boat's whistle now goes five minutes before it leaves.",
            ),
            accept("2h"),
        ),
    ),
    Story(
        "5d 18:40",
        "The lift from the car deck smells of fuel and the emergency button has no cover. With a wheelchair there is "
        "no other way up.",
        place="DECK-CAR",
        category="access",
        acts=(
            plan(
                "1d 08:30",
                "ines",
                "The engineer comes aboard at the next long stop. You hear what was found.",
                "6d 17:00",
            ),
        ),
    ),
    Story(
        "now-130m", "请问去对岸的末班船是几点？码头上的时刻表被太阳晒得看不清了。", language="zh_Hans", place="PIER-2"
    ),
)
