"""Presets of service calendars: what laws and standards ask for, each with its source, as one table.

A preset says how long a business takes at most; its working hours stay its own. Where a source is silent the number is
ours, and `ours` says so. A working unit counts by the business's calendar, all others by the clock. These are starting
points, not legal advice: a remark says what to verify.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.calendars.targets import Target
from portal.languages import lazy_gettext as _l

WHATS = ("acknowledge", "update", "answer", "second_stage")
"""What a calendar can promise: a plan, news in between, an answer, and the answer of another person after it."""

PRESET = "preset"
"""The key among a calendar's `targets` that keeps the code of the preset which they came from."""

VERIFY = _l("Verify the text before relying on it.")


@dataclass(frozen=True)
class Preset:
    """A row of the table. Texts are said in the reader's language when they are shown.

    `further` are times of the source that nothing here counts yet. `holidays` is a country code where the source has
    one; `address` is empty where none is sure.
    """

    code: str
    name: Any
    source: Any
    acknowledge: Target
    answer: Target
    update: Target | None = None
    second_stage: Target | None = None
    holidays: str = ""
    address: str = ""
    ours: tuple[str, ...] = ()
    further: tuple[Any, ...] = ()
    remark: Any = ""

    def targets(self) -> dict[str, Target]:
        """What it promises, by code, without what it leaves open."""
        found = {what: getattr(self, what) for what in WHATS}
        return {what: target for what, target in found.items() if target is not None}


A_DAY = Target(1)

PRESETS = (
    Preset(
        "daylight",
        _l("Daylight’s own"),
        _l("Our own standard: acknowledged at once, a plan in a working day, an answer in five"),
        acknowledge=A_DAY,
        update=Target(2),
        answer=Target(5),
        ours=("acknowledge", "update", "answer"),
        remark=_l("The receipt comes at once and by itself; what is counted here is the plan that a person writes."),
    ),
    Preset(
        "uk-fca",
        _l("United Kingdom: financial services"),
        _l("FCA Handbook, DISP 1.6.1R and 1.6.2R"),
        acknowledge=A_DAY,
        answer=Target(8, "weeks"),
        holidays="GB",
        address="https://www.handbook.fca.org.uk/handbook/DISP/1/6.html",
        ours=("acknowledge",),
        further=(_l("Settled within 3 business days after it came in, a summary is enough (DISP 1.5)."),),
        remark=_l("The rule says “promptly”, without a number."),
    ),
    Preset(
        "uk-housing",
        _l("United Kingdom: social housing"),
        _l("Housing Ombudsman, Complaint Handling Code (2024), sections 6.2, 6.3 and 6.10 to 6.14"),
        acknowledge=Target(5),
        answer=Target(10),
        second_stage=Target(20),
        holidays="GB",
        address="https://www.housing-ombudsman.org.uk/residents/make-a-complaint/waiting-for-a-final-response/",
        remark=_l("Both answers count from the acknowledgement. Another person decides at the second stage."),
    ),
    Preset(
        "us-dot",
        _l("United States: airlines"),
        _l("14 CFR 259.7(c)"),
        acknowledge=Target(30, "days"),
        answer=Target(60, "days"),
        holidays="US",
        address="https://www.ecfr.gov/current/title-14/section-259.7",
    ),
    Preset(
        "cn-caac",
        _l("China: air passengers"),
        _l("Rules on passenger service in public air transport (Ministry of Transport, Order 2021 No. 3)"),
        acknowledge=A_DAY,
        answer=Target(10),
        holidays="CN",
        ours=("acknowledge",),
        further=(_l("Refunds are paid out within 7 working days after a valid request."),),
        remark=VERIFY,
    ),
    Preset(
        "cn-12315",
        _l("China: consumer complaints, 12315"),
        _l("Interim measures on complaints and reports (SAMR Order 2019 No. 20), articles 14 and 21"),
        acknowledge=Target(7),
        answer=Target(45),
        holidays="CN",
        remark=_l("Mediation ends 45 working days after acceptance. Verify the text and its later versions."),
    ),
    Preset(
        "cn-miit",
        _l("China: telecommunications"),
        _l("Measures on complaints of telecommunications users (MIIT Order 2016 No. 35)"),
        acknowledge=A_DAY,
        answer=Target(15, "days"),
        holidays="CN",
        ours=("acknowledge",),
        remark=VERIFY,
    ),
    Preset(
        "cn-12345",
        _l("Beijing: hotline 12345"),
        _l("Beijing regulations on handling complaints on receipt (2021), and the city’s standard for the hotline"),
        acknowledge=Target(24, "hours"),
        answer=Target(7, "days"),
        holidays="CN",
        further=(
            _l("The urgent is dispatched within 1 hour, the pressing within 2 hours, the rest within 24 hours."),
            _l("Danger to life or property is answered within 2 hours, water, power and heating within 24 hours."),
            _l("Who takes a case first stays responsible; what nobody owns goes to the host."),
        ),
        remark=VERIFY,
    ),
    Preset(
        "tw-consumer",
        _l("Taiwan: consumer protection"),
        _l("Consumer Protection Act, article 43"),
        acknowledge=A_DAY,
        answer=Target(15, "days"),
        holidays="TW",
        address="https://law.moj.gov.tw/LawClass/LawSingle.aspx?pcode=J0170001&flno=43",
        ours=("acknowledge",),
        remark=VERIFY,
    ),
    Preset(
        "eu-1177",
        _l("European Union: passengers by sea"),
        _l("Regulation (EU) No 1177/2010, article 24"),
        acknowledge=Target(1, "months"),
        answer=Target(2, "months"),
        address="https://eur-lex.europa.eu/eli/reg/2010/1177/oj",
        remark=_l(
            "Within a month: whether it is founded, refused or still being looked into. Both count from receipt."
        ),
    ),
    Preset(
        "foi",
        _l("Freedom of information"),
        _l("Freedom of Information Act 2000, section 10, as Alaveteli counts it"),
        acknowledge=A_DAY,
        answer=Target(20),
        second_stage=Target(40),
        holidays="GB",
        address="https://www.legislation.gov.uk/ukpga/2000/36/section/10",
        ours=("acknowledge",),
        remark=_l("40 working days: when Alaveteli calls it very late, here the limit of a review. Verify the text."),
    ),
)

BY_CODE = {preset.code: preset for preset in PRESETS}


def preset_of(targets: Mapping[str, Any]) -> Preset | None:
    """Which preset a calendar's `targets` came from; None when from none, or from one that we do not know any more."""
    return BY_CODE.get(str(targets.get(PRESET, "")))


def kept_from(code: str) -> dict[str, Any]:
    """A preset as a calendar keeps it in `targets`."""
    return {**{what: target.kept() for what, target in BY_CODE[code].targets().items()}, PRESET: code}
