"""Stories in which several businesses work on one case. In all languages."""

# What people wrote stays on one line each.
# ruff: noqa: E501

from __future__ import annotations

from portal.demo.script import (
    Story,
    accept,
    answer,
    answer_part,
    assign,
    cannot,
    hand_off,
    in_language,
    judge,
    plan,
    reply,
    take_on,
    tell_progress,
    will_do,
)

ENGLISH: tuple[Story, ...] = (
    Story(
        "3w Tue 08:20",
        "My bag is still in Oslo, says the app. The desk at the belt says it arrived yesterday. One of the two must be wrong, and I have a wedding on Saturday.",
        place="T2-BELT-3",
        category="bag-late",
        wish="The bag before Saturday.",
        acts=(
            plan(
                "40m", "ada", "We ask the handlers to look for it today, and call you before the evening.", "1d 18:00"
            ),
            hand_off(
                "10m",
                "ada",
                "harbor",
                "Tag 0 220 MD 418 811. Was it on the belt last night, and where is it now?",
                part="Find the bag",
            ),
            take_on("50m", "hugo"),
            tell_progress("1h", "hugo", "It was on the belt at 19:40 and nobody took it. We look in the store."),
            answer_part(
                "2h",
                "hugo",
                "It stood in the store of Terminal 1 since 21:00: the tag was read as T1. It is at your desk now.",
            ),
            will_do("30m", "ada"),
            answer(
                "20m",
                "ada",
                "Your bag never stayed in Oslo. Its tag was misread and it stood in the wrong store. A courier brings it today, before 20:00.",
            ),
            accept("1d 09:00"),
            judge("10m", (5, 5, 4, 5), "yes", "I could read who was looking for it. That was half the relief."),
        ),
    ),
    Story(
        "2w Mon 07:05",
        "Seventy minutes in front of one open security lane, and our flight left without us. At check-in they said it would take ten.",
        place="T2-CHK-04",
        category="queue",
        wish="Who pays for the new tickets?",
        acts=(
            plan(
                "2h",
                "meiling",
                "We find out who runs the lanes at that hour, and who answers for the wait.",
                "8d 12:00",
            ),
            hand_off(
                "1h",
                "meiling",
                "lantern",
                "One lane of three was open from 5:40 to 7:00. Please take this case: the wait was in your lanes.",
            ),
            cannot(
                "3h",
                "lena",
                "not_ours",
                "We staff the lanes that the plan of the day orders. It ordered one.",
                suggested="airport",
            ),
            hand_off("20m", "meiling", "harbor", "The queue began at your transfer buses. Can you answer for it?"),
            cannot("1h", "hugo", "not_ours", "Our buses were on time; the queue was inside.", suggested="lantern"),
            assign(
                "1d 10:00",
                "greta",
                "lantern",
                "Lantern Security takes it: the wait was at its lanes, and it has the records of that morning. This says who answers you, not whose fault the wait was.",
            ),
            reply(
                "2h",
                "lena",
                "We have taken your case over. We look at the morning minute by minute, and answer for it.",
            ),
        ),
    ),
    Story(
        "4d 15:10",
        "One day, three troubles: our pram came off the belt with a broken wheel, the bakery sold us a child’s meal that was frozen inside, and the train we had tickets for had left although it said “boarding”.",
        place="APP-MD",
        wish="Somebody who does not send us from one desk to the next.",
        acts=(
            plan("1h", "ada", "You tell it once, to us. We ask the other two, and write you one answer.", "6d 12:00"),
            hand_off(
                "10m",
                "ada",
                "harbor",
                "Pram, tag 0 220 MD 440 102, front wheel broken. Can you pay the repair?",
                part="The broken wheel",
            ),
            hand_off(
                "10m",
                "ada",
                "crumb",
                "Child’s meal frozen inside, yesterday about 14:30. What happened?",
                part="The frozen meal",
            ),
            hand_off(
                "10m",
                "ada",
                "cityrail",
                "Tickets for 15:02. Did the sign say “boarding” after it had left?",
                part="The train that had left",
            ),
            take_on("1h", "hugo"),
            take_on("10m", "tomasz"),
            take_on("20m", "rosa"),
            answer_part(
                "1d 11:00", "hugo", "Broken by belt 3. The repair is paid with the bill; up to 80 euros at once."
            ),
            answer_part(
                "10m", "tomasz", "The oven of the afternoon was off. We give the money back, and check each tray now."
            ),
            will_do("2h", "ada"),
            will_do("10m", "ada", help_=2),
            tell_progress("1d 10:00", "rosa", "The sign’s log comes from its maker. It is ordered."),
        ),
    ),
)
SIMPLIFIED = in_language(
    "zh_Hans",
    Story(
        "9d 11:20",
        "行李转盘旁边的工作人员让我去找航空公司，航空公司让我去找地服。来回跑了四趟，孩子的药还在箱子里。",
        place="T2-BELT-3",
        category="bag-late",
        wish="今天之内拿到药。",
        acts=(
            plan("30m", "meiling", "您不用再跑了。我们请地服现在就找，两小时内给您回话。", "3h"),
            hand_off(
                "5m",
                "meiling",
                "harbor",
                "箱子里有儿童用药，请优先查找。行李牌 0 220 MD 433 907。",
                part="找到装药的箱子",
            ),
            take_on("15m", "hugo"),
            answer_part("45m", "hugo", "箱子在中转区，被误贴了转机标签。已送到您的柜台。"),
            will_do("5m", "meiling"),
            answer("10m", "meiling", "箱子已经在值机柜台4，正由同事送到您手上。标签贴错，是我们这边的责任，抱歉。"),
            accept("2h"),
        ),
    ),
)
STORIES = (*ENGLISH, *SIMPLIFIED)
