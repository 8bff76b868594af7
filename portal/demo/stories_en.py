"""Stories in English from the weeks before, most of them finished."""

# What people wrote stays on one line each.
# ruff: noqa: E501

from __future__ import annotations

from portal.demo.script import (
    Story,
    accept,
    answer,
    close,
    hide,
    keep,
    move,
    note,
    plan,
    promise,
    reply,
    take,
    write,
)

BEFORE: tuple[Story, ...] = (
    Story(
        "8w Mon 08:15",
        "Forty minutes in lane 1 with only one of the four scanners open at 7 in the morning. Three families missed "
        "the Lisbon flight while two officers folded trays.",
        place="T2-SEC-1",
        category="queue",
        wish="Open more lanes before the first wave, or say at the entrance how long it takes.",
        acts=(
            plan(
                "3h",
                "lena",
                "We compare the shift plan of that morning with the flights and tell you what we find.",
                "4d 17:00",
            ),
            reply(
                "1d 11:20",
                "lena",
                "Two colleagues were ill and their relief was posted to Terminal 1. We have the plan here and talk to the shift leads tomorrow.",
            ),
            answer(
                "2d 15:10",
                "lena",
                "You were right: one lane for 410 people from 06:30 to 07:25. From next Monday three lanes open at "
                "05:45 on weekdays, and whoever folds trays opens a lane when the line passes the second pillar. The "
                "waiting time now stands on the screen before the entrance.",
            ),
            accept("1d 09:30"),
        ),
    ),
    Story(
        "7w Wed 19:05",
        "The woman at desk 12 was lovely. My father has dementia and was frightened by the noise. She came round the "
        "desk, sat down next to him and did the whole check-in from a chair. I would like her to know.",
        place="T1-CHK-12",
        category="treatment",
        acts=(
            plan("1d 09:40", "nora", "We find out who it was and give her your words.", "3d 16:00"),
            answer(
                "1d 14:05",
                "nora",
                "She was on her second week with us. Your letter hangs in the crew room now, and she asked us to say that your father told her a very good story about a goat.",
            ),
            accept("4h"),
        ),
    ),
    Story(
        "7w Fri 14:30",
        "The machine on the left took 20 euros for a ticket of 4.40 and gave no change and no receipt. The help "
        "button rang for ten minutes.",
        place="RAIL-TVM",
        category="money",
        wish="15.60 back.",
        contact="d.okafor@mail.example",
        acts=(
            plan(
                "1d 09:40",
                "rosa",
                "We open the machine's log for Friday 14:00 to 15:00 and pay back what it kept.",
                "4d 12:00",
            ),
            answer(
                "6d 10:15",
                "rosa",
                "The log shows your 20 euros at 14:22 and an empty coin box. 15.60 went to your account this morning. We should have told you on Wednesday and did not; the colleague with the key to the log was away, and now there are two keys.",
            ),
        ),
    ),
    Story(
        "6w Tue 11:50",
        "Lift 2 has been out of order since Sunday. I use a wheelchair. The sign sends me to lift 4, which is behind "
        "a door that needs a badge. I missed the rail link and sat there until somebody with a badge walked by.",
        place="T1-LIFT-2",
        category="access",
        wish="A sign that leads to a lift I can use.",
        acts=(
            take("20m", "samir"),
            plan(
                "15m",
                "samir",
                "The door to lift 4 stays open from now on until lift 2 runs. We look at why the sign was wrong.",
                "2d 17:00",
            ),
            promise("10m", "samir", "Lift 2 runs again", "3d 18:00"),
            note("1h", "samir", "Contractor needs a door motor. Says Friday, I do not believe it."),
            move(
                "2d 15:00",
                "samir",
                "The door motor comes from abroad and is not here. A colleague stands at lift 4 from 5 to 23 h.",
                "6d 18:00",
            ),
            answer(
                "1h",
                "samir",
                "The sign was printed for staff and put up by mistake. It is gone. Every lift sign now has to be walked by somebody from assistance, with a wheelchair, before it goes up. You showed us that nobody had.",
            ),
            keep("4d 16:40", "samir"),
            accept("1d 08:10"),
        ),
    ),
    Story(
        "6w Thu 06:40",
        "Gate A7: boarding was called three times in German only. My mother speaks Portuguese and some English and "
        "stood in the wrong line with her walking stick for half an hour.",
        place="T1-GATE-A7",
        category="signs",
        acts=(
            plan(
                "4h",
                "nora",
                "We listen to the recordings of that morning and tell you what we change.",
                "4d 16:00",
            ),
            reply(
                "1d 11:00",
                "nora",
                "We have the recordings. The English tape was switched off at the desk; we ask the crew why.",
            ),
            answer(
                "3d 13:20",
                "nora",
                "The tape had a fault and the crew thought German was enough. It was not. Every gate has a card with the calls in six languages now, Portuguese among them. Would you tell your mother that we are sorry about her half hour on her feet?",
            ),
            write("3h", "She says the card should be in large print."),
            answer("1d 09:50", "nora", "She is right. The cards went back to the printer and are in 24 point now."),
        ),
    ),
    Story(
        "5w Mon 13:00",
        "A cheese roll and a water for 14.90 at the café near A5. The board said 9.90. When I showed the board I was "
        "told it was last year's.",
        place="T1-CAFE-2",
        category="money",
        acts=(
            plan("1h", "tomasz", "I look at the board myself this afternoon and write to you.", "1d 12:00"),
            answer(
                "3h",
                "tomasz",
                "The board was old and I have taken it down. What the board says is the price: bring the receipt to any of our counters and you get 5.00 back, this year or next.",
            ),
        ),
    ),
    Story(
        "4w Tue 22:10",
        "Standing in the apron bus at pier B for 35 minutes with the doors closed. A man next to me fainted. Nobody "
        "opened a door until a passenger pulled the emergency handle, and then we were shouted at for pulling it.",
        place="T2-BUS-B",
        category="treatment",
        wish="That the person who pulled the handle gets an apology.",
        acts=(
            plan("40m", "hugo", "We speak with the driver and the ramp lead tonight, while they remember.", "2d 12:00"),
            reply(
                "0d 23:40",
                "hugo",
                "The stand was taken by a late aircraft. The driver had no instruction to turn back, and was afraid to open the doors on the apron. Both are our fault, not his and not yours.",
            ),
            note("1d 07:30", "hugo", "Driver shaken too. Gets a day off and a talk, no warning."),
            answer(
                "0d 16:15",
                "hugo",
                "New rule since this morning: after ten minutes the bus turns back to the gate, without asking anybody. To the passenger who pulled the handle: thank you. You did what we should have done. The man who fainted is well; we spoke with him.",
            ),
            accept("1d 10:20"),
        ),
    ),
    Story(
        "3w Wed 17:25",
        "I complained at the counter about the smell in the washrooms near belt 5 and was asked for my full name and "
        "seat number, out loud, in front of everyone. Why does one need a seat number for a smell?",
        place="T2-WC-5",
        category="clean",
        acts=(
            plan(
                "35m",
                "samir",
                "The washrooms are cleaned now. We look into the pipe, and into the question about your seat.",
                "3d 15:00",
            ),
            hide("2h"),
            answer(
                "2d 11:30",
                "samir",
                "A siphon was dry; it is replaced. Nobody needs your name or seat for a smell: the form had two fields too many, and they are gone.",
            ),
            close("9d 10:00", "samir"),
        ),
    ),
    Story(
        "3w Sat 12:35",
        "Paid for three hours in P3, the barrier stayed down, the intercom told me to pay again. Eighteen euros twice. "
        "The queue behind me was not friendly.",
        place="P3-EXIT",
        category="money",
        wish="One of the two payments back.",
        contact="h.brandl@mail.example",
        is_private=True,
        acts=(
            plan("50m", "samir", "We look for both payments in the barrier's log.", "2d 12:00"),
            answer(
                "2d 10:05",
                "samir",
                "Both payments are there, four minutes apart. 18.00 is on its way back to your card and arrives within three working days. The intercom has been told to open first and ask later.",
            ),
        ),
    ),
    Story(
        "2w Mon 09:20",
        "Flight to Bergen canceled by text message at 4:50, no word on what to do. Nineteen people at a closed "
        "counter. We found the form on the internet ourselves.",
        place="T1-GATE-A7",
        category="delay",
        wish="The compensation, and to know why.",
        contact="ingrid.aas@mail.example",
        acts=(
            plan(
                "4h",
                "nora",
                "We check the reason for the cancellation and what you are owed, and tell you both.",
                "3d 12:00",
            ),
            reply(
                "3d 16:30",
                "nora",
                "The date has passed and you have no answer. That is on us. The technical report is with us since noon; you hear from me by Monday.",
            ),
            answer(
                "4d 11:10",
                "nora",
                "A crack in a window: found at 4:10, not repairable before evening. It is a matter of maintenance, so you are owed 400 euros each. Paid today. The message at 4:50 now has a second line: where to go and who is there.",
            ),
        ),
    ),
)
