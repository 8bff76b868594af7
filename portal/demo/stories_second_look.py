"""Stories that go on after the answer: checked and refused, appealed, put right, judged, withdrawn. In all languages."""

# What people wrote stays on one line each.
# ruff: noqa: E501

from __future__ import annotations

from portal.demo.script import (
    Story,
    accept,
    answer,
    appeal,
    ask,
    decide,
    deliver,
    disagree,
    find,
    finish_part,
    in_language,
    judge,
    offer,
    plan,
    refuse_offer,
    reopen,
    reply,
    split,
    take_offer,
    take_up,
    withdraw,
    write,
)

ENGLISH: tuple[Story, ...] = (
    Story(
        "5w Mon 09:15",
        "My bag came out soaked through, everything in it. It had rained, yes, but a bag is not a sponge, somebody left it standing outside.",
        place="T2-BELT-3",
        category="bag-damaged",
        wish="The dry cleaning: 64 euros.",
        acts=(
            plan("3h", "hugo", "We look up how long it stood on the apron and tell you.", "2d 16:00"),
            find(
                "1d 11:00",
                "hugo",
                "It stood uncovered for 38 minutes, because the cart with the roof had a flat tyre.",
                source="Ramp log, cart 114",
                demand="Was it left outside?",
                standard="Bags stand uncovered for ten minutes at most",
            ),
            decide("5m", "hugo", "You are right: 38 minutes is not ten. This was ours."),
            answer("10m", "hugo", "It was left outside for 38 minutes. We are sorry, and cart 114 has its tyre again."),
            accept("2h"),
            judge("20m", (4, 3, 4, 4), "perhaps", "Honest. But who pays the cleaner?"),
            reopen("1h", "You were right and I have a wet suit. Who pays the cleaning?"),
            take_up("5h", "greta", "That belongs to it. We make you an offer today.", "1d 16:00"),
            offer("30m", "greta", "refund", "The cleaning, as on your bill.", "7d 12:00", amount=6400, currency="EUR"),
            take_offer("3h"),
            deliver("2d 10:00", "greta", "Transfer of 29 October, reference BAG-64"),
            answer("15m", "greta", "64 euros are with you. And bills for cleaning are now paid with the first answer."),
            accept("6h"),
            judge("1h", (5, 5, 4, 4), "yes", "That is how it should have gone the first time."),
        ),
    ),
    Story(
        "3w Wed 18:20",
        "They made me pay 45 for hand luggage at the gate although the same bag went through on three flights this year.",
        place="T2-GATE-B4",
        category="money",
        wish="My 45 back.",
        acts=(
            plan("15h", "ada", "We compare the size that was measured with the fare you bought.", "3d 15:00"),
            find(
                "2d 10:00",
                "ada",
                "The bag was measured at 61 by 41 by 24; your fare allows 55 by 40 by 20.",
                source="Gate record with photo",
                demand="Was it measured rightly?",
                standard="Fare rules: 55 × 40 × 20 cm",
            ),
            decide(
                "10m",
                "ada",
                "The bag is larger than the fare allows, and the fee is the one that was published when you booked. That it went through before was luck.",
                fails="in_scope",
                reason="preference",
                clause="Conditions of carriage 8.3",
            ),
            answer(
                "10m",
                "ada",
                "We do not refund the fee. We do see that the sizer stands where nobody sees it before the gate.",
            ),
            disagree("4h", "On two of the three flights it WAS put in the sizer and it fitted. With some pushing."),
            appeal(
                "20h",
                "Please let somebody look who did not decide already. The frame at B4 is bent, I have a photo of it.",
            ),
            take_up("7h", "meiling", "I go and measure the frame itself, with a ruler.", "2d 14:00"),
        ),
    ),
    Story(
        "6d 08:05",
        "Ticket machine took my 20, gave no ticket and no change. And the lift down to platform 1 was out of order on top of it.",
        place="RAIL-TVM",
        category="money",
        wish="20 back, and a lift.",
        acts=(
            plan("2h", "rosa", "We read the machine's log, and ask about the lift.", "2d 12:00"),
            split("10m", "rosa", "The 20 that the machine kept", "The lift to platform 1"),
            reply("1d 10:00", "rosa", "The log shows your 20 at 08:02 and no ticket. It is yours."),
            offer(
                "10m", "rosa", "refund", "Your 20, to the card you name us.", "5d 12:00", amount=2000, currency="EUR"
            ),
            refuse_offer("2h"),
            write("5m", "Not to a card please, I paid cash. Can I fetch it somewhere?"),
            offer(
                "3h",
                "rosa",
                "refund",
                "Your 20 in cash, at the counter on level 0, any day.",
                "6d 18:00",
                amount=2000,
                currency="EUR",
            ),
            take_offer("1h"),
            finish_part("1d 11:00", "rosa"),
        ),
    ),
)

SIMPLIFIED = in_language(
    "zh_Hans",
    Story(
        "9d 19:30",
        "航班取消以后被安排到一家酒店，房间窗户关不上，半夜零下三度。第二天没有人道歉。",
        place="T2-GATE-B4",
        category="delay",
        wish="退还当晚的差价，最重要的是别再用这家酒店。",
        acts=(
            plan("16h", "meiling", "我们向酒店核实，三个工作日内告诉您结果。", "3d 17:00"),
            ask("3h", "meiling", "请问您还记得房间号吗？酒店需要按房间查维修记录。"),
            write("20h", "612房。"),
            find(
                "1d 10:30",
                "meiling",
                "酒店确认612房的窗户两周前已报修，当晚不应该安排入住。",
                source="酒店维修记录",
                demand="房间为什么不能住人？",
            ),
            decide("10m", "meiling", "您反映的情况属实，是我们选的酒店没有做到位。"),
            offer(
                "20m",
                "meiling",
                "compensation",
                "补偿当晚房费差价三百元，五个工作日内到账。",
                "7d 17:00",
                amount=30000,
                currency="CNY",
            ),
            take_offer("5h"),
        ),
    ),
    Story(
        "4d 14:10",
        "自助值机屏幕上的中文有两处写反了“出发”和“到达”，我差点走错航站楼。",
        place="T1-CHK-12",
        category="signs",
        acts=(
            plan("2h", "nora", "我们请人当场看屏幕，并改正文字。", "1d 17:00"),
            ask("1h", "nora", "请问是哪一台机器？屏幕右下角有一个四位数字。"),
        ),
    ),
)

TRADITIONAL = in_language(
    "zh_Hant",
    Story(
        "11d 09:40",
        "咖啡店找錯錢，少找我一百元，當場說了，店員說要等晚上結帳才知道。",
        place="T1-CAFE-2",
        category="money",
        acts=(
            plan("3h", "tomasz", "今晚結帳後核對，明天中午前給您結果。", "1d 12:00"),
            withdraw("5h", "不用查了，錢在我外套另一個口袋裡，是我自己弄錯，不好意思。"),
        ),
    ),
)

STORIES: tuple[Story, ...] = (*ENGLISH, *SIMPLIFIED, *TRADITIONAL)
