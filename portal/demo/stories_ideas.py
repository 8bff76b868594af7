"""What people at Riverside want to be better, and what became of it. Only data; `idea_acts.py` plays it."""

from __future__ import annotations

from portal.demo.idea_script import (
    IdeaStory,
    amend,
    behind,
    decline_it,
    fixed,
    ideas_in,
    keep_date,
    let_through,
    merge_into,
    move_date,
    need,
    on_roadmap,
    our_part,
    plan_it,
    promise_date,
    refuse_amendment,
    review,
    revise,
    say,
    ship,
    staff_say,
    start_it,
    supporters,
    take_amendment,
    weigh,
)

WAY = "I cannot tell how long the way to my gate is"
BUS = "登机口大屏显示摆渡车几点到"

ENGLISH = (
    IdeaStory(
        "8w Mon 08:20",
        "Seats for everybody who waits at gate B4",
        "A full plane waits at gate B4, and there are thirty seats. People sit on the floor, and those who cannot "
        "do that stand for an hour.\n\nThere is room along the window. Please put benches there.\n\nA power socket "
        "beside every second seat would keep people from crowding around the two sockets at the pillar.",
        "Nia",
        (
            supporters("3h", 18),
            amend(
                "1d 10:05",
                "Tom",
                1,
                "There is room along the window for benches with backs and arms: older people need the arms to get up.",
                "My father cannot get up from a bench without arms.",
            ),
            say("2h", "Ruth", "And please not the metal ones. They are ice cold in winter."),
            take_amendment("1d 07:40"),
            review("1d 11:00", "jonas", "We have read it and measured the window side."),
            let_through("20m", "jonas"),
            supporters("1d 18:00", 21),
            weigh("1d 10:00", "jonas", 4, 2),
            plan_it(
                "1d 14:00",
                "jonas",
                "We put twelve benches with backs and arms along the window. Sockets come with the next works at the "
                "pier; we will say when we know.",
                cost="about 9,000 €, once",
            ),
            need("15m", "jonas", "airport", "A power socket beside every second seat at gate B4"),
            our_part("1d 10:30", "greta", "planned", "They come with the next works at the pier."),
            promise_date("25m", "jonas", "Twelve benches stand at gate B4", "15d 18:00"),
            on_roadmap("20m", "jonas", "now"),
            start_it("5d 09:30", "jonas", "The benches are ordered."),
            ship("8d 15:10", "jonas", "Twelve benches with backs and arms stand along the window of gate B4."),
            fixed("2d 12:00", 14, 3),
        ),
        place="T2-GATE-B4",
        category="clean",
    ),
    IdeaStory(
        "6w Wed 17:45",
        WAY,
        "The boards say “gate A19” and nothing else. I had twenty minutes, and the way took eighteen. Had it been a "
        "minute more, the plane would have been gone.\n\nWhoever does not know the airport cannot know whether to run.",
        "Ola",
        (
            supporters("5h", 31),
            say("1d 09:00", "Piet", "With a child on my hand it is twice as long again."),
            review("2d 10:00", "greta", "We look at it together with the solutions that you propose."),
            let_through("15m", "greta"),
        ),
        kind="problem",
        category="signs",
    ),
    IdeaStory(
        "6w Thu 08:10",
        "Walking times on every departure board",
        "Put the minutes beside the gate: “A19, 18 min”.\n\nCount them at the pace of somebody who is sixty-five and "
        "has a bag.",
        "Piet",
        (
            supporters("6h", 26),
            amend(
                "2d 13:00",
                "Ines",
                1,
                "Count them at the pace of somebody who walks with a stick, and say so.",
                "Those who are slow are those who need it.",
            ),
            amend("3h", "Ravi", 1, "Show two times: with and without a stroller.", "A stroller has to take the lifts."),
            refuse_amendment(
                "1d 09:00", "One number can be read while walking past; a second pace comes with the app."
            ),
            plan_it(
                "3d 11:00",
                "greta",
                "The boards of Terminal 1 can show it with their next program. Terminal 2 has older boards; we replace "
                "them next year.",
                cost="nothing for Terminal 1 (it is in the contract); about 210,000 € for the boards of Terminal 2",
                left_out="the boards of Terminal 2, which have no date yet",
            ),
            on_roadmap("20m", "greta", "next"),
            weigh("5m", "greta", 5, 3),
            promise_date("10m", "greta", "Walking times on all boards of Terminal 1", "70d 12:00"),
        ),
        solves=WAY,
        category="signs",
    ),
    IdeaStory(
        "5w Fri 20:30",
        "Colored lines on the floor, one for each pier",
        "Hospitals have them and everybody understands them. Small children like to follow them, which is a help.",
        "Mira",
        (supporters("1d 12:00", 9), staff_say("2d 10:00", "samir", "The floor of Terminal 1 is listed; we ask.")),
        solves=WAY,
        category="signs",
    ),
    IdeaStory(
        "7w Tue 22:15",
        "A boarding pass that opens without a network",
        "The app asks the network before it shows the boarding pass. At the gate half of the plane stands in one cell, "
        "and nobody has a network.\n\nPlease keep the pass in the phone.",
        "Jun",
        (
            supporters("8h", 22),
            review("2d 09:00", "jonas"),
            decline_it(
                "6d 16:00",
                "jonas",
                "The pass carries a code that changes every minute, because screenshots of passes were sold. A pass "
                "that is kept would be one that can be copied. You can print it, or put it into the wallet of the "
                "phone.",
                reason="conflicts",
                would_change="A code that proves itself without a network. The makers of the gates promise one for "
                "next year; we look again in spring.",
                again="170d 09:00",
            ),
        ),
        place="APP-MD",
        category="signs",
    ),
    IdeaStory(
        "4w Mon 07:05",
        "Pay by card at the exit of P3",
        "The machine at the exit takes coins only. Those who have none walk back three floors, and those "
        "behind them wait.",
        "Lena",
        (
            supporters("4h", 15),
            review("1d 10:00", "greta"),
            plan_it("3d 14:00", "greta", "A reader for cards comes to both exits.", cost="about 4,500 € for both"),
            promise_date("10m", "greta", "Cards can be used at the exit of P3", "12d 12:00"),
            on_roadmap("5m", "greta", "now"),
            behind("14d 10:00", "greta", "停车场出口的机器"),
            behind("5m", "greta", "Paid for three hours in P3"),
        ),
        place="P3-EXIT",
        category="money",
    ),
    IdeaStory(
        "3w Wed 13:00",
        "One call for a lost child, heard everywhere",
        "When a child is missing, each business calls its own people. We could have one word that everybody hears on "
        "the radio, also the shops.",
        "samir",
        (staff_say("1d 09:10", "hugo", "On the apron we hear nothing of it at all today. Yes please."),),
        category="treatment",
        visibility="network",
        from_staff=True,
    ),
    IdeaStory(
        "2w Thu 10:20",
        "A sentence in Chinese for bags that come a day late",
        "We write it anew each time, and each time a little differently. Let us have one that Meiling has read.",
        "ada",
        category="bag-late",
        visibility="internal",
        from_staff=True,
    ),
)

SIMPLIFIED = ideas_in(
    "zh_Hans",
    IdeaStory(
        "8w Sat 19:30",
        "母婴室放一台热水机",
        "2号航站楼的母婴室很干净，就是没有热水。冲奶粉要抱着孩子走到面包店去要，来回十分钟。\n\n希望放一台能调水温的热水机，旁边放几个一次性纸杯。",
        "小林",
        (
            supporters("6h", 34),
            say("1d 08:00", "阿芳", "同意，最好是四十度和九十度两档，方便冲奶也方便泡茶。"),
            review("1d 10:00", "greta", "我们看了现场，水路和插座都有。"),
            let_through("10m", "greta"),
            plan_it("3d 11:30", "greta", "装一台两档水温的热水机，由保洁每天加水和消毒。", cost="约 1,200 欧元"),
            promise_date("15m", "greta", "母婴室里有热水", "10d 18:00"),
            on_roadmap("5m", "greta", "now"),
            keep_date("8d 15:00", "greta", "热水机已经装好，今天起可以使用。"),
            ship("1h", "greta", "2号航站楼母婴室装了热水机，有四十度和九十度两档，旁边有纸杯。"),
            fixed("3d 10:00", 21, 1),
        ),
        place="T2-FAMILY",
        category="clean",
    ),
    IdeaStory(
        "3w Tue 09:40",
        BUS,
        "在B指廊等摆渡车，谁也不知道下一班几点来。站着的人越来越多，问工作人员也说不清。\n\n登机口的大屏幕上本来就有空位，希望写上“下一班摆渡车：几分钟后”。",
        "王磊",
        (
            supporters("5h", 27),
            behind("1d 09:30", "petra", "Standing in the apron bus at pier B"),
            review("2d 10:30", "petra", "车上有定位，数据是现成的。我们在和机场商量屏幕怎么显示。"),
            need("20m", "petra", "airport", "把登机口屏幕的一行留给摆渡车时间"),
            our_part("3d 14:00", "greta", "planned", "屏幕下次更新时加上这一行。"),
            plan_it("1d 11:00", "petra", "先在B指廊四个登机口试用，数据每三十秒更新一次。"),
            on_roadmap("5m", "petra", "next"),
            promise_date("5m", "petra", "B指廊的屏幕显示摆渡车时间", "60d 12:00"),
        ),
        place="T2-BUS-B",
        category="signs",
    ),
    IdeaStory(
        "2w Mon 18:20",
        "摆渡车什么时候来能不能提前说一声",
        "每次都是突然喊上车，去趟洗手间都不敢。",
        "小周",
        (
            supporters("1d 09:00", 6),
            merge_into("2d 11:00", "petra", BUS, "说的是同一件事，合在一起做，两边的支持都算。"),
        ),
        place="T2-BUS-B",
        category="signs",
    ),
)

TRADITIONAL = ideas_in(
    "zh_Hant",
    IdeaStory(
        "5w Sun 16:10",
        "P3接駁巴士站加裝遮雨棚",
        "下雨天在P3等接駁巴士，行李和人都會淋濕。站牌旁邊只有一根柱子，沒有任何遮蔽。\n\n希望加一座雨棚，長度夠兩班車的人排隊。",
        "佩君",
        (
            supporters("7h", 29),
            revise(
                "1d 21:00",
                "下雨天在P3等接駁巴士，行李和人都會淋濕。站牌旁邊只有一根柱子，沒有任何遮蔽。\n\n"
                "希望加一座雨棚，長度夠兩班車的人排隊，並且有一張給長輩坐的長椅。",
            ),
            review("2d 09:40", "greta", "我們量過場地，地下有管線，要先和管線單位確認。"),
            plan_it("5d 15:00", "greta", "蓋一座十二公尺的雨棚，附兩張長椅。", cost="約 38,000 歐元"),
            promise_date("10m", "greta", "P3巴士站的雨棚蓋好", "9d 18:00"),
            on_roadmap("10m", "greta", "now"),
            start_it("3d 10:00", "greta", "基礎已經開挖。"),
            move_date("3d 11:00", "greta", "地下多了一條沒有畫在圖上的水管，要先改道。", "21d 18:00"),
        ),
        category="clean",
    ),
    IdeaStory(
        "6d 20:15",
        "行李轉盤旁邊放幾台體重計式的行李秤",
        "要轉國內線的人可以先秤一下，不用到櫃檯才知道超重。",
        "志豪",
        (supporters("5h", 8),),
        place="T2-BELT-3",
        category="money",
    ),
)

IDEAS = (*ENGLISH, *SIMPLIFIED, *TRADITIONAL)
