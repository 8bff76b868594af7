"""The two networks of the demo: who works there, where, when, and which rules say whose matter a report is.

Only data. `setting.py` builds it. Names are in English, 简体 and 繁體; addresses end in .example and reach nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.calendars.targets import Target

Words = tuple[str, str, str]
Week = list[list[list[str]]]

OFFICE: Week = [[["09:00", "17:00"]]] * 5 + [[], []]
EVERY_DAY: Week = [[["06:00", "22:00"]]] * 7
EARLY_AND_LATE: Week = [[["05:00", "23:30"]]] * 7
ALWAYS: Week = [[["00:00", "24:00"]]] * 7
WITH_LUNCH: Week = [[["08:00", "12:00"], ["13:00", "17:00"]]] * 6 + [[]]
TRAINS: Week = [[["07:00", "19:00"]]] * 5 + [[["09:00", "14:00"]], []]


@dataclass(frozen=True)
class Person:
    """`login` is what stands before the @."""

    login: str
    name: str
    role: str
    unit: str = ""


@dataclass(frozen=True)
class Business:
    slug: str
    name: Words
    week: Week
    people: tuple[Person, ...]
    units: tuple[tuple[str, Words], ...] = ()
    holidays: str = ""
    is_host: bool = False
    preset: str = ""
    """The code of the preset that its promised times come from (portal/calendars/presets.py)."""
    plan: Target | None = None
    """How long it takes for a plan, where it promises less than its preset allows."""


@dataclass(frozen=True)
class Place:
    code: str
    owner: str
    name: Words


@dataclass(frozen=True)
class Rule:
    """Whose matter it is: a place, a category, or both."""

    tenant: str
    place: str = ""
    category: str = ""


@dataclass(frozen=True)
class Agreement:
    """Who may ask whom, and within how many working hours the answerer says yes or no, and answers."""

    asker: str
    answerer: str
    accept: int = 4
    answer: int = 16
    modes: tuple[str, ...] = ("assist", "transfer")


@dataclass(frozen=True)
class Setting:
    slug: str
    prefix: str
    name: Words
    zone: str
    businesses: tuple[Business, ...]
    places: tuple[Place, ...]
    categories: tuple[tuple[str, Words], ...]
    rules: tuple[Rule, ...]
    agreements: tuple[Agreement, ...] = ()


RIVERSIDE = Setting(
    slug="riverside",
    prefix="RIV",
    name=("Riverside Airport", "临江机场", "臨江機場"),
    zone="Europe/Vienna",
    businesses=(
        Business(
            "airport",
            ("Riverside Airport", "临江机场", "臨江機場"),
            ALWAYS,
            (
                Person("greta", "Greta Lindholm", "manager"),
                Person("samir", "Samir Haddad", "agent", "terminals"),
                Person("yue", "陈越", "agent", "assistance"),
            ),
            (
                ("terminals", ("Terminals and car parks", "航站楼与停车场", "航廈與停車場")),
                ("assistance", ("Assistance for travelers", "旅客协助", "旅客協助")),
                ("lost-property", ("Lost property", "失物招领", "失物招領")),
            ),
            is_host=True,
            preset="daylight",
        ),
        Business(
            "meridian",
            ("Meridian Air", "子午航空", "子午線航空"),
            EVERY_DAY,
            (
                Person("jonas", "Jonas Weil", "manager"),
                Person("ada", "Ada Moreau", "agent", "baggage"),
                Person("meiling", "周美玲", "agent", "refunds"),
            ),
            (
                ("baggage", ("Baggage service", "行李服务", "行李服務")),
                ("refunds", ("Tickets and refunds", "客票与退款", "票務與退款")),
                ("cabin", ("Check-in and cabin", "值机与客舱", "報到與客艙")),
            ),
            preset="cn-caac",
        ),
        Business(
            "harbor",
            ("Harbor Ground Handling", "港湾地勤", "港灣地勤"),
            ALWAYS,
            (Person("hugo", "Hugo Santos", "agent", "belts"), Person("petra", "Petra Voss", "product", "ramp")),
            (
                ("belts", ("Belts and transfer", "行李转盘与中转", "行李轉盤與轉機行李")),
                ("ramp", ("Ramp and buses", "停机坪与摆渡车", "停機坪與接駁車")),
            ),
        ),
        Business(
            "northern",
            ("Northern Wings", "北翼航空", "北翼航空"),
            OFFICE,
            (Person("nora", "Nora Eklund", "agent", "service"),),
            (
                ("service", ("Customer service", "客户服务", "客戶服務")),
                ("crew", ("Crew and cabin", "机组与客舱", "組員與客艙")),
            ),
            holidays="AT",
            preset="us-dot",
            plan=Target(1),
        ),
        Business(
            "lantern",
            ("Lantern Security", "明灯安检", "明燈保全"),
            EARLY_AND_LATE,
            (Person("lena", "Lena Fischer", "agent", "lanes"),),
            (
                ("lanes", ("Screening lanes", "安检通道", "安檢通道")),
                ("training", ("Training", "培训", "訓練")),
            ),
        ),
        Business(
            "crumb",
            ("Corner & Crumb", "转角面包", "轉角麵包坊"),
            WITH_LUNCH,
            (Person("tomasz", "Tomasz Bielak", "agent"),),
            holidays="AT",
        ),
        Business(
            "cityrail",
            ("City Rail Link", "城市快线", "市區快線"),
            TRAINS,
            (Person("rosa", "Rosa Nkemelu", "agent", "tickets"),),
            (
                ("tickets", ("Tickets and machines", "票务与售票机", "票務與售票機")),
                ("trains", ("Trains and shuttles", "列车与接驳巴士", "列車與接駁巴士")),
            ),
            holidays="AT",
        ),
    ),
    places=(
        Place("T1-CHK-12", "airport", ("Check-in desk 12, Terminal 1", "1号航站楼值机柜台12", "第一航廈報到櫃檯12")),
        Place("T2-CHK-04", "airport", ("Check-in desk 4, Terminal 2", "2号航站楼值机柜台4", "第二航廈報到櫃檯4")),
        Place("T1-SEC-2", "lantern", ("Security lane 2, Terminal 1", "1号航站楼安检通道2", "第一航廈安檢通道2")),
        Place("T2-SEC-1", "lantern", ("Security lane 1, Terminal 2", "2号航站楼安检通道1", "第二航廈安檢通道1")),
        Place("T1-BELT-1", "harbor", ("Bag belt 1, Terminal 1", "1号航站楼行李转盘1", "第一航廈行李轉盤1")),
        Place("T2-BELT-3", "harbor", ("Bag belt 3, Terminal 2", "2号航站楼行李转盘3", "第二航廈行李轉盤3")),
        Place("T2-BUS-B", "harbor", ("Apron bus, pier B", "B指廊摆渡车", "B登機廊接駁車")),
        Place("T1-GATE-A7", "northern", ("Gate A7, Terminal 1", "1号航站楼A7登机口", "第一航廈A7登機門")),
        Place("T2-GATE-B4", "meridian", ("Gate B4, Terminal 2", "2号航站楼B4登机口", "第二航廈B4登機門")),
        Place("APP-MD", "meridian", ("Meridian Air app", "子午航空应用", "子午線航空 App")),
        Place("T1-CAFE-2", "crumb", ("Café near gate A5", "A5登机口旁咖啡店", "A5登機門旁咖啡店")),
        Place("T2-CAFE-1", "crumb", ("Bakery in arrivals, Terminal 2", "2号航站楼到达层面包店", "第二航廈入境麵包坊")),
        Place("T1-LIFT-2", "airport", ("Lift 2, Terminal 1", "1号航站楼2号电梯", "第一航廈2號電梯")),
        Place("T2-WC-5", "airport", ("Washrooms near belt 5", "5号转盘旁洗手间", "5號轉盤旁洗手間")),
        Place("T2-FAMILY", "airport", ("Family room, Terminal 2", "2号航站楼母婴室", "第二航廈親子室")),
        Place("T1-LOST", "airport", ("Lost property desk", "失物招领处", "失物招領處")),
        Place("P3-EXIT", "airport", ("Exit of car park P3", "P3停车场出口", "P3停車場出口")),
        Place("P3-SHUTTLE", "airport", ("Shuttle bus to car park P3", "P3停车场接驳巴士", "P3停車場接駁巴士")),
        Place("RAIL-P1", "cityrail", ("Railway platform 1", "快线1号站台", "快線第1月台")),
        Place("RAIL-TVM", "cityrail", ("Rail ticket machines", "快线自动售票机", "快線自動售票機")),
    ),
    categories=(
        ("bag-late", ("Baggage did not arrive", "行李未到", "行李未到")),
        ("bag-damaged", ("Damaged baggage", "行李破损", "行李毀損")),
        ("delay", ("Delay or cancellation", "延误或取消", "延誤或取消")),
        ("queue", ("Waiting and queues", "排队等候", "排隊等候")),
        ("treatment", ("How I was treated", "服务态度", "服務態度")),
        ("access", ("Accessibility and assistance", "无障碍与协助", "無障礙與協助")),
        ("clean", ("Cleanliness and comfort", "清洁与舒适", "清潔與舒適")),
        ("money", ("Prices, refunds, receipts", "价格、退款与票据", "價格、退款與收據")),
        ("signs", ("Signs and information", "指示与信息", "指標與資訊")),
        ("lost", ("Something left behind", "遗失物品", "遺失物品")),
    ),
    rules=(
        Rule("meridian", "T2-BELT-3", "bag-late"),
        Rule("airport", "T1-CHK-12", "access"),
        Rule("northern", "T1-CHK-12"),
        Rule("meridian", "T2-CHK-04"),
        Rule("cityrail", "P3-SHUTTLE"),
        Rule("harbor", category="bag-damaged"),
        Rule("airport", category="access"),
        Rule("airport", category="lost"),
    ),
    agreements=(
        Agreement("meridian", "harbor", accept=4, answer=16),
        Agreement("meridian", "lantern", accept=4, answer=24),
        Agreement("meridian", "crumb", modes=("assist",)),
        Agreement("meridian", "cityrail", answer=24, modes=("assist",)),
        Agreement("northern", "harbor"),
        Agreement("airport", "lantern", accept=2, answer=16),
        Agreement("airport", "harbor", accept=2, answer=16),
        Agreement("harbor", "meridian"),
    ),
)

HARBOR = Setting(
    slug="harbor",
    prefix="HBR",
    name=("Lighthouse Bay Ferry Port", "灯塔湾客运港", "燈塔灣渡輪港"),
    zone="Europe/Lisbon",
    businesses=(
        Business(
            "port",
            ("Lighthouse Bay Port", "灯塔湾港务", "燈塔灣港務"),
            EVERY_DAY,
            (Person("otto", "Otto Brandt", "manager"),),
            is_host=True,
            preset="eu-1177",
        ),
        Business(
            "sisters",
            ("Two Sisters Ferries", "双姝轮渡", "姊妹渡輪"),
            EARLY_AND_LATE,
            (Person("ines", "Inês Carvalho", "agent"),),
            preset="eu-1177",
        ),
    ),
    places=(
        Place("PIER-2", "port", ("Pier 2", "2号码头", "2號碼頭")),
        Place("DECK-CAR", "sisters", ("Car deck", "汽车甲板", "車輛甲板")),
    ),
    categories=(
        ("delay", ("Delay or cancellation", "延误或取消", "延誤或取消")),
        ("access", ("Accessibility and assistance", "无障碍与协助", "無障礙與協助")),
    ),
    rules=(Rule("sisters", category="delay"),),
)

SETTINGS = (RIVERSIDE, HARBOR)
