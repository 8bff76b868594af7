"""What a customer wants to tell only once, and how a colleague is kept from asking for it again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.cases import consents
from portal.cases.customer_verbs import require_customer
from portal.cases.holding import held
from portal.cases.models import Case
from portal.cases.need_models import NEEDS, Need
from portal.events import kinds
from portal.events.record import record
from portal.languages import gettext as _
from tenants import clock
from tenants.ids import new_id
from tenants.permissions import require
from tenants.scope import current, db
from tenants.together import add

NEEDS_TEXT = "needs-1"
"""Version of the sentence by which a customer lets the business that leads know these things."""

ASKS = {
    "language": (
        r"(?:which|what) languages?|language do you|do you speak|need an interpreter|prefer(?:red)? language",
        "什么语言|哪种语言|哪国语言|会说.{0,4}(?:吗|么)|需要.{0,4}翻译|语言偏好",
        "什麼語言|哪種語言|哪國語言|會說.{0,4}嗎|需要.{0,4}(?:翻譯|口譯)|語言偏好",
    ),
    "help": (
        r"need (?:a wheelchair|any (?:help|assistance)|special assistance|assistance)|wheelchair\b.{0,40}\?|"
        r"(?:mobility|walking).{0,30}\?|(?:special|other) needs",
        "需要.{0,6}(?:轮椅|协助|帮助|照顾)|行动.{0,4}(?:不便|方便)|特殊需要|特殊需求",
        "需要.{0,6}(?:輪椅|協助|幫忙|照顧)|行動.{0,4}(?:不便|方便)|特殊需求",
    ),
    "flight": (
        r"(?:which|what) flight|flight (?:number|no\b|details)|what (?:is|was) your flight|"
        r"(?:tell|send|give|provide|let).{0,40}\bflights?\b",
        "(?:哪个|哪一个|哪班|哪趟|什么)航班|航班(?:号|信息|编号)",
        "(?:哪個|哪一個|哪班|什麼)(?:航班|班機)|(?:航班|班機)(?:號碼|資訊|編號|代號)",
    ),
    "other": (),
}
"""Words with which staff ask for each: English, 简体, 繁體. `other` can be anything: nothing is recognised for it."""

_ASKS = {kind: re.compile("|".join(words), re.IGNORECASE) for kind, words in ASKS.items() if words}


@dataclass(frozen=True)
class Told:
    """One need as the form brings it."""

    kind: str
    words: str


def counts(told: Told) -> bool:
    """Whether it says anything that can be kept."""
    return bool(told.words) and told.kind in NEEDS


def tell(case: Case, told: Iterable[Told], language: str) -> None:
    """Keep what a held case's customer tells once, with their consent to the text that they saw in `language`."""
    known = [each for each in told if counts(each)]
    if not known:
        return
    for each in known:
        need = Need(
            id=new_id(),
            network_id=case.network_id,
            case_id=case.id,
            kind=each.kind,
            words=each.words,
            told_at=clock.now(),
        )
        add(need)
    consents.agree(case, "needs", NEEDS_TEXT, language)
    record(case, kinds.NEEDS_TOLD, facts={"kinds": [each.kind for each in known]}, actor="customer")


def take_back(case_id: int) -> None:
    """The customer takes back what they told once, and their consent. What stood there is gone."""
    require_customer()
    with held(case_id) as case:
        told = needs_of(case.id)
        for need in told:
            db.session.delete(need)
        if told:
            consents.take_back(case, "needs")


def needs_of(case_id: int) -> list[Need]:
    """What the reader may know of a case's customer: everything for the lead and the customer, nothing for others."""
    found = list(db.session.scalars(select(Need).where(Need.case_id == case_id)))
    return sorted(found, key=lambda need: (NEEDS.index(need.kind), need.id))


def asks_again(case_id: int, text: str) -> list[Need]:
    """The needs that this text of a colleague asks for although the customer has told them."""
    return [need for need in needs_of(case_id) if need.kind in _ASKS and _ASKS[need.kind].search(text)]


def warn(case_id: int, text: str, confirmed: bool) -> list[str]:
    """What a colleague should read before they send `text`: one sentence for each thing that is known already.

    When they were warned and send it all the same (`confirmed`), there is nothing more to read, and it is on record for
    the figure "asked twice". Called inside `writing()`, the record is part of that transaction. Raises Forbidden.
    """
    require(current(), "case.reply")
    again = asks_again(case_id, text)
    if not again:
        return []
    if not confirmed:
        return [sentence(need) for need in again]
    with held(case_id) as case:
        record(case, kinds.ASKED_TWICE, facts={"kinds": [need.kind for need in again]})
    return []


def sentence(need: Need) -> str:
    """A need as a colleague reads it."""
    if need.kind == "language":
        return _("The customer told us their language already: %(words)s", words=need.words)
    if need.kind == "help":
        return _("The customer told us already what help they need: %(words)s", words=need.words)
    if need.kind == "flight":
        return _("The customer told us their flight already: %(words)s", words=need.words)
    return _("The customer told us already: %(words)s", words=need.words)
