"""What a report is: an emergency, a question, praise or a complaint. Suggested from its words, corrected by a press.

The words stand in one table. An emergency is believed: one of its words is enough. Whoever says nothing of the kind, or
thanks and complains in one breath, complains.
"""

from __future__ import annotations

import re

from portal.cases.customer_verbs import require_customer
from portal.cases.holding import held
from portal.cases.models import KINDS
from portal.events import kinds
from portal.events.record import record

WORDS = {
    "emergency": (
        "on fire|there is (?:a )?fire|smoke (?:is )?coming|full of smoke|smell of burning|gas leak|explo(?:ded|sion)|"
        "unconscious|not breathing|can(?:'|no)?t breathe|heart attack|cardiac arrest|chest pains?|having a stroke|"
        "bleeding (?:badly|heavily)|losing blood|seizures?|anaphyla\\w+|"
        "(?:child|son|daughter|kid|toddler|baby) (?:is|are|has gone|went|gone) (?:missing|lost)|missing child|"
        "lost (?:my|our) (?:child|son|daughter|kid|toddler)|bomb|has a (?:gun|knife|weapon)|"
        "attack(?:ed|ing) (?:me|us|him|her|people)|assaulted|stabbed|suicid\\w+|wants to kill|in danger|"
        "stuck in (?:the|a) (?:lift|elevator)|trapped in (?:the|a) \\w+|life.threatening|"
        "need an ambulance|call an ambulance",
        "着火|起火|失火|冒烟|浓烟|煤气泄漏|燃气泄漏|爆炸|"
        "(?:有人|乘客|旅客|老人|孩子|妈妈|爸爸|朋友|[他她]).{0,6}(?:昏倒|昏迷|晕倒)|失去意识|没有呼吸|无法呼吸|喘不过气|呼吸困难|"
        "心脏病发|心梗|心脏骤停|胸痛|中风|大出血|流血不止|抽搐|癫痫|过敏性休克|严重过敏|"
        "(?:孩子|小孩|儿子|女儿|老人)(?:走丢|走失|不见)|炸弹|持刀|持枪|有枪|被打伤|有人打人|被困在?电梯|困在电梯|轻生|自杀|"
        "有危险|有生命危险|叫救护车",
        "著火|起火|失火|冒煙|濃煙|瓦斯外洩|爆炸|(?:有人|乘客|旅客|老人|長輩|孩子|媽媽|爸爸|朋友|[他她]).{0,6}(?:昏倒|昏迷|暈倒)|失去意識|沒有呼吸|無法呼吸|喘不過氣|呼吸困難|"
        "心臟病發|心肌梗塞|胸痛|中風|大量出血|血流不止|抽搐|癲癇|過敏性休克|嚴重過敏|"
        "(?:孩子|小孩|兒子|女兒|老人|長輩)(?:走丟|走失|不見)|炸彈|持刀|持槍|有槍|被打傷|有人打人|受困電梯|困在電梯|輕生|自殺|"
        "有危險|有生命危險|叫救護車",
    ),
    "complaint": (
        "late|delay\\w*|cancel\\w*|broken?|lost|missing|damag\\w+|rude\\w*|refund\\w*|never|still|worst|terribl\\w+|"
        "horribl\\w+|awful|poor|bad|fail\\w*|wrong|disappoint\\w+|unaccept\\w+|complain\\w*|dirty|filthy|wait(?:ed|ing)|"
        "ignored?|nobody|no one|not|n't|cannot|stuck|overcharged|charged|compensat\\w+|angry|ridiculous|useless|"
        "why|hours",
        "投诉|延误|取消|坏|丢|破损|态度|退款|赔偿|一直|没有|没人|不|差|脏|等了|错|骗|失望|糟|慢|太|未|难|贵|拒绝|乱",
        "申訴|客訴|投訴|延誤|取消|壞|丟|破損|態度|退款|賠償|一直|沒有|沒人|不|差|髒|等了|錯|騙|失望|糟|慢|太|未|難|貴|拒絕|亂",
    ),
    "praise": (
        "thank(?:s| you)|great|wonderful|excellent|amazing|fantastic|friendly|so kind|very kind|helpful|perfect|"
        "brilliant|"
        "lovely|well done|praise|compliments?|grateful|best|love(?:d)?|impressed|outstanding|saved (?:my|our)",
        "表扬|点赞|好评|称赞|赞扬|感谢|很棒|真棒|非常好|很好|热情|贴心|周到|专业|满意|优秀",
        "讚揚|表揚|點讚|好評|稱讚|感謝|很棒|真棒|非常好|很好|熱情|貼心|周到|專業|滿意|優秀",
    ),
    "question": (
        "how (?:do|can|much|many|long|far|early|late)|where (?:is|are|can|do)|when (?:is|are|does|do|will)|"
        "can (?:i|we|you)|could (?:you|i|we)|may (?:i|we)|is (?:it|there)|are there|do (?:i|we|you)|does|"
        "what (?:is|are|time)|"
        "which|i would like to know|i want to know|question",
        "请问|怎么|如何|哪里|在哪|什么时候|几点|能不能|可不可以|可以.{0,20}吗|多少|吗|想知道|咨询|？|\\?",
        "請問|怎麼|如何|哪裡|在哪|什麼時候|幾點|能不能|可不可以|可以.{0,20}嗎|多少|嗎|想知道|詢問|？|\\?",
    ),
}
"""By kind: English (whole words), 简体, 繁體."""


def _known(kind: str) -> re.Pattern[str]:
    english, *chinese = WORDS[kind]
    return re.compile(rf"(?<![a-z])(?:{english})(?![a-z])|{'|'.join(chinese)}", re.IGNORECASE)


_WORDS = {kind: _known(kind) for kind in WORDS}


def suggest(text: str) -> str:
    """The kind that the words of a report speak for."""
    plain = text.replace("’", "'")
    if _WORDS["emergency"].search(plain):
        return "emergency"
    if _WORDS["complaint"].search(plain) or "n't" in plain.lower():
        return "complaint"
    return next((kind for kind in ("praise", "question") if _WORDS[kind].search(plain)), "complaint")


class NoSuchKind(ValueError):
    """There is no such kind of case (422)."""


def correct(case_id: int, kind: str) -> None:
    """The customer says what their case is. Saying what it is already changes nothing. Raises NoSuchKind."""
    require_customer()
    if kind not in KINDS:
        raise NoSuchKind(kind)
    with held(case_id) as case:
        if case.kind == kind:
            return
        record(case, kinds.KIND_CORRECTED, facts={"kind": kind, "before": case.kind})
        case.kind = kind
