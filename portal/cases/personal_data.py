"""What personal data looks like: one short expression and, where there is one, a check for each form.

Expressions read text that `masking.fold` has made plain: digits are 0-9, letters and signs have their ASCII width, any
dash is `-`. Every repetition is bounded, so that a hostile text costs no more than a long one. Sources: Luhn (ISO/IEC
7812-1), mainland identity numbers (GB 11643, ISO 7064 MOD 11-2), Taiwan's and Hong Kong's check digits, UK NIM39016,
US SSA (numbers never given out), IATA Resolution 722 (ticket numbers) and 740 (bag tags), ISO 13616 (IBAN).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

KINDS = ("email", "phone", "card", "id", "passport", "booking", "bag_tag", "account")
"""`account` is a name at a messenger; `card` also an IBAN."""


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


def _word(pattern: str) -> re.Pattern[str]:
    """A form that does not stand inside a longer word or number."""
    return _re(rf"(?<![0-9a-z])(?:{pattern})(?![0-9a-z])")


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


# -- checks ----------------------------------------------------------------------------------------------------------


def luhn(text: str) -> bool:
    digits = [int(each) for each in reversed(_digits(text))]
    return sum(sum(divmod(each * (1 + place % 2), 10)) for place, each in enumerate(digits)) % 10 == 0


def is_card(text: str) -> bool:
    """A number that a card scheme gives out, with the check digit that it would have."""
    digits = _digits(text)
    schemes = r"4\d{12}(?:\d{3}){0,2}|5[0-8]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0|6|8|9)\d{12}|35\d{14}|6\d{15,18}"
    return re.fullmatch(schemes, digits) is not None and len(set(digits)) > 1 and luhn(digits)


def is_iban(text: str) -> bool:
    plain = re.sub(r"[ -]", "", text).upper()
    return 15 <= len(plain) <= 34 and int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1


def is_mainland_id(text: str) -> bool:
    plain = re.sub(r"[ -]", "", text).upper()
    weighed = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(plain[:17]))
    return "10X98765432"[weighed % 11] == plain[17]


def is_taiwan_id(text: str) -> bool:
    order = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
    first = order.index(text[0].upper()) + 10
    second = text[1] if text[1].isdigit() else str((order.index(text[1].upper()) + 10) % 10)
    digits = [*divmod(first, 10), int(second), *map(int, text[2:])]
    return sum(each * weight for each, weight in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0


def is_hong_kong_id(text: str) -> bool:
    plain = re.sub(r"[^0-9A-Z]", "", text.upper())
    letters = [36, *(int(each, 36) for each in plain[:-7])][-2:]
    values = [*letters, *map(int, plain[-7:-1])]
    total = sum(value * weight for value, weight in zip(values, range(9, 1, -1), strict=True))
    return (total + int(plain[-1], 16)) % 11 == 0


def is_phone(text: str) -> bool:
    """Not a date, not a row of times, not a number that a company pays for."""
    digits, groups = _digits(text), re.findall(r"[0-9]+", text)
    if re.fullmatch(r"(?:1?(?:800|888|877|866|855|844|833)\d{7}|400\d{7}|0800\d{5,7})", digits):
        return False
    pairs = len(groups) > 3 and all(len(group) == 2 for group in groups)
    if ("." in text or pairs) and len(set(re.findall(r"[ ./-]", text))) > 1 and not text.startswith("+"):
        return False
    a_day = [int(groups[0]), int(groups[1])] if len(groups) > 2 else [99, 99]
    is_date = len(groups) > 2 and len(groups[2]) == 4 and max(a_day) <= 31 and len(groups[0]) <= 2
    times = all(len(group) == 4 and int(group[:2]) < 25 and int(group[2:]) < 60 for group in groups)
    return not is_date and not times and len(set(digits)) > 2


def is_code(text: str) -> bool:
    """Letters and digits mixed, or capitals only: not a word, not a flight number."""
    mixed = bool(re.search(r"[0-9]", text)) and bool(re.search(r"[A-Za-z]", text))
    return (mixed and not is_flight(text)) or (text.isupper() and text.isalpha())


def is_mixed_code(text: str) -> bool:
    return is_code(text) and not text.isalpha()


def is_flight(text: str) -> bool:
    return re.fullmatch(r"(?:[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3}) ?[0-9]{3,4}", text.upper()) is not None


def is_mixed(text: str) -> bool:
    """Letters and digits, be it a flight number's shape: for a word beside it that leaves no doubt."""
    return bool(re.search(r"[0-9]", text)) and bool(re.search(r"[A-Za-z]", text))


def has_digits(text: str) -> bool:
    return len(_digits(text)) >= 3


# -- forms that are recognised by themselves ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """Text of this shape, if the check agrees."""

    kind: str
    shape: re.Pattern[str]
    check: Callable[[str], bool] | None = None


_LOCAL = r"[a-z0-9._%+'-]{1,64}"
_DOMAIN = r"(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}"
_MAIL_HOUSES = r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|gmx|qq|163|126|sina|foxmail|live|proton)"
_DOT = r"(?: ?\. ?| ?[\[(]dot[\])] ?| dot )"

SURE = (
    Form("email", _re(rf"(?<![a-z0-9._%+'-]){_LOCAL}@{_DOMAIN}(?![a-z0-9-])")),
    Form(
        "email", _re(rf"(?<![a-z0-9._%+'-]){_LOCAL} ?[\[(] ?at ?[\])] ?[a-z0-9-]{{1,63}}{_DOT}[a-z]{{2,24}}(?![a-z])")
    ),
    Form(
        "email",
        _re(rf"(?<![a-z0-9._%+'-]){_LOCAL} ?(?:@| at ) ?{_MAIL_HOUSES}{_DOT}[a-z]{{2,3}}(?:\.[a-z]{{2}})?(?![a-z])"),
    ),
    *(
        Form("card", _word(rf"[a-z]{{2}}[0-9]{{2}}(?: ?[a-z0-9]{{4}}){{{fours}}}(?: ?[a-z0-9]{{1,3}})?"), is_iban)
        for fours in (7, 6, 5, 4, 3, 2)
    ),
    Form(
        "id",
        _word(r"[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9x]"),
        is_mainland_id,
    ),
    *(Form("card", _word(rf"[2-6](?:[ -]?[0-9]){{{more}}}"), is_card) for more in (18, 15, 14, 13, 12, 17, 16)),
    Form("id", _word(r"[a-z][1289a-d][0-9]{8}"), is_taiwan_id),
    Form("id", _re(r"(?<![0-9a-z])[a-z]{1,2}[0-9]{6} ?\([0-9a]\)"), is_hong_kong_id),
    Form("id", _word(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")),
    Form(
        "id",
        _word(r"(?!bg|gb|nk|kn|tn|nt|zz)[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]"),
    ),
)
"""Told before the words beside them are looked at: most carry a check digit."""

FORMS = (
    Form("passport", _word(r"[eg][0-9]{8}|e[a-hj-np-z][0-9]{7}")),
    Form("phone", _re(r"(?<![0-9a-z])\+ ?[1-9](?:[ ()./-]{0,3}[0-9]){7,14}(?![0-9])"), is_phone),
    Form("phone", _word(r"(?:(?:00)?86[ -]?)?1[3-9](?:[0-9][ -]?[0-9]{4}[ -]?|[0-9]{2}[ -]?[0-9]{3}[ -]?)[0-9]{4}")),
    Form("phone", _word(r"(?:(?:00)?86[ -]?)?1[3-9][0-9][ -]?[0-9]{3}[ -]?[0-9]{5}")),
    Form("phone", _word(r"09[0-9]{2}[ -]?[0-9]{3}[ -]?[0-9]{3}")),
    Form(
        "phone",
        _re(r"(?<![0-9a-z])\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?[ -]?[0-9]{3,4}[ -]?[0-9]{4}(?![0-9a-z])"),
        is_phone,
    ),
    Form("phone", _re(r"(?<![0-9a-z])\(?0[2-8][0-9]?\)?[ -]?[0-9]{3,4}[ -]?[0-9]{4}(?![0-9a-z])"), is_phone),
    Form("phone", _word(r"00[1-9](?:[ ()./-]{0,2}[0-9]){8,13}"), is_phone),
    Form("booking", _word(r"[0-9]{3}-[0-9]{10}")),
    Form(
        "phone",
        _re(
            r"(?<![0-9a-z])(?<![0-9][-.:/])(?:1[ .-])?\(?[2-9][0-9]{2}\)?[ .-]{1,2}[2-9][0-9]{2}[ .-][0-9]{4}"
            r"(?![0-9a-z])"
        ),
        is_phone,
    ),
    Form(
        "phone",
        _re(
            r"(?<![0-9a-z])(?<![0-9][-.:/,])\(?0[1-9][0-9]{0,3}(?:\) ?|[ .-] ?| ?/ ?(?=[0-9]{5}))?"
            r"(?:[0-9]{5,8}(?:[ -][0-9]{2,4})?|[0-9]{2,5}(?:[ .-][0-9]{2,5}){1,4})(?![0-9a-z])"
        ),
        lambda text: 9 <= len(_digits(text)) <= 12 and is_phone(text),
    ),
)


# -- forms that need a word beside them --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """Text of this shape within some characters after (or right before) a word that says what it is.

    `gap` is what may stand between: `loose` is most of a clause, otherwise only little words and signs.
    """

    kind: str
    said: re.Pattern[str]
    shape: re.Pattern[str]
    check: Callable[[str], bool] | None = None
    loose: bool = False
    before: bool = False


_PASSPORT = _re(r"passports?|travel documents?|护照|護照|旅行证件|旅行證件|通行证|通行證|台胞证|台胞證|回乡证|回鄉證")
_ID = _re(
    r"identity (?:card|number|no)|\bid(?:entity)? ?(?:card|no|number)|national id|\bhkid|\bssn\b|social security|"
    r"national insurance|\bnino?\b|身份证|身分證|身份證|居留证|居留證|居住证"
)
_CARD = _re(
    r"(?:credit|debit|bank|visa|master) ?card|card (?:number|no)|\bvisa\b|mastercard|\bamex\b|"
    r"卡号|卡號|信用卡|银行卡|銀行卡|金融卡|账号|帳號"
)
_PHONE = _re(
    r"phone|\btel\b|\btel(?=[0-9])|mobile|\bcell\b|whats ?app|\bcall(?: me| us)?(?= )|\btext me|\breach me|"
    r"contact (?:me|number)|\bring me|\bsms\b|电话|電話|手机|手機|行動|致电|致電|来电|來電|"
    r"联系方式|聯絡方式|联系我|聯絡我|拨打|撥打|打给我|打給我|号码|號碼"
)
_BOOKED = _re(
    r"\bpnr\b|(?:record )?locator|(?:booking|reservation|confirmation|ticket|itinerary|order)s? ?"
    r"(?:reference|ref\b|number|num\b|no\b|nr\b|code|id\b|#|confirmation)|"
    r"\bref(?:erence)? ?(?:number|no\b|code|nr\b)|e-?ticket(?: number| no)?|\bconf(?:irm)?\b|\bre[sz] ?#|"
    r"确认号|確認號|确认码|確認碼|确认编号|確認編號|[订訂][单單] ?[编編]?[号號][码碼]?|[机機客]?票 ?[号號][码碼]?|"
    r"[订訂預预][位座房票定订訂购購] ?(?:代[号號码碼]|[编編][号號码碼]|记录|紀錄|[号號码碼])"
)
_ORDER = _re(r"\border|[订訂][单單]")
_BOOKED_WEAK = _re(
    r"\bbooking|\breservation|\bconfirmation|\breference|\bref\b|\bticket|"
    r"预订|預訂|订单|訂單|订位|訂位|机票|機票"
)
_TAG = _re(
    r"\btags?\b|bag(?:gage)? ?(?:tag|number|no|label|receipt)|luggage (?:tag|number|label|receipt)|"
    r"claim (?:tag|check|number|stub)|托运单|託運單|条码|條碼|条形码|"
    r"行李的?(?:[编編][号號]|牌|条|條|票|号|號|标|標|掛牌|挂牌|存根|收据|收據)"
)
_FILE = _re(
    r"\bpir\b|world ?tracer|file (?:reference|ref|number|locator)|irregularity report|"
    r"查询编号|查詢編號|行李.{0,4}(?:报告|報告|编号|編號)|异常行李"
)
_CHAT = _re(r"we ?chat(?: id)?|weixin|\bline ?(?:id|帳號)|telegram|微信[号號]?|\bqq[号號]?|钉钉号")

_CODE = _word(r"[a-z0-9]{6}")
_NUMBERS = _word(r"[0-9](?:[ -]?[0-9]){5,19}")

BESIDE = (
    Beside("passport", _PASSPORT, _word(r"[a-z]{0,2} ?[0-9]{6,10}[a-z]?"), loose=True),
    Beside("passport", _PASSPORT, _word(r"[a-z]{1,2}[0-9]{6,9}"), before=True),
    Beside("passport", _PASSPORT, _word(r"[a-z][0-9a-z]{7,8}"), has_digits),
    Beside("passport", _PASSPORT, _word(r"[a-z][0-9a-z]{7,8}"), has_digits, before=True),
    Beside(
        "bag_tag", _TAG, _word(r"[0-9]{10}|[0-9]{4}[ -]?[0-9]{3}[ -]?[0-9]{3}|[0-9] ?[0-9]{3} ?[0-9]{6}"), loose=True
    ),
    Beside("bag_tag", _TAG, _word(r"[a-z0-9]{2}[ -]?[0-9]{6}"), lambda text: not text.isdigit(), loose=True),
    Beside("bag_tag", _TAG, _word(r"[0-9]{10}|[a-z]{2}[ -]?[0-9]{6}"), before=True),
    Beside("bag_tag", _FILE, _word(r"[a-z]{3} ?[a-z0-9]{2} ?[0-9]{5}"), loose=True),
    Beside("card", _CARD, _word(r"[0-9](?:[ -]?[0-9]){12,18}"), loose=True),
    Beside("id", _ID, _word(r"[0-9]{17}[0-9x]|[0-9]{15}|[0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4}"), loose=True),
    Beside("id", _ID, _re(r"(?<![0-9a-z])[a-z]{1,2}[0-9]{6} ?\(?[0-9a]\)?(?![0-9a-z])"), loose=True),
    Beside("id", _ID, _word(r"[a-z][0-9a-d][0-9]{8}|[a-z]{2} ?(?:[0-9]{2} ?){3}[a-d]"), loose=True),
    Beside("booking", _BOOKED, _word(r"[0-9]{3}[ -]?[0-9]{10}"), loose=True),
    Beside("booking", _BOOKED, _CODE, is_mixed_code, loose=True),
    Beside("booking", _BOOKED, _CODE, lambda text: is_code(text) or is_mixed(text)),
    Beside("booking", _ORDER, _word(r"[0-9]{9,20}")),
    Beside("booking", _BOOKED, _NUMBERS),
    Beside("booking", _BOOKED, _word(r"[a-z]{1,4}-?[0-9]{5,14}"), lambda text: not is_flight(text)),
    Beside("booking", _BOOKED_WEAK, _CODE, is_code),
    Beside("booking", _BOOKED_WEAK, _word(r"[0-9]{13}|[0-9]{3}[ -][0-9]{10}"), loose=True),
    Beside("booking", _BOOKED, _CODE, is_code, before=True),
    Beside("booking", _BOOKED_WEAK, _CODE, is_mixed_code, before=True),
    Beside("phone", _PHONE, _re(r"(?<![0-9])\(?[0-9](?:[ ()./-]{0,2}[0-9]){6,14}(?![0-9])"), is_phone),
    Beside("account", _CHAT, _re(r"(?<![0-9_-])(?=[a-z0-9_-]{0,19}[0-9_])[a-z0-9][a-z0-9_-]{4,19}(?![a-z0-9_-])")),
)
