"""Which of the portal's languages a line is written in, from what the file calls it."""

from __future__ import annotations

from portal.languages import match

TRADITIONAL = frozenset(
    "這個們來說時會對學過還後麼電樓開關無發現點問間機場飯店買賣貴東車員務態讓給從應該終於實際沒錢點餐廳難氣熱聽見請謝愛處擾訂單"
)
SIMPLIFIED = frozenset(
    "这个们来说时会对学过还后么电楼开关无发现点问间机场饭店买卖贵东车员务态让给从应该终于实际没钱点餐厅难气热听见请谢爱处扰订单"
)
ONLY_TRADITIONAL = TRADITIONAL - SIMPLIFIED
ONLY_SIMPLIFIED = SIMPLIFIED - TRADITIONAL
"""Frequent characters that only one of the two scripts uses."""


def locale_of(tag: str, text: str) -> str | None:
    """`en`, `zh_Hans` or `zh_Hant`, or None for a language that the portal does not speak.

    A tag that says Chinese and no script is decided by the text: traditional when it has more such characters.
    """
    locale = match(tag)
    if locale == "zh_Hans" and tag.strip().lower() == "zh" and is_traditional(text):
        return "zh_Hant"
    return locale


def is_traditional(text: str) -> bool:
    return sum(c in ONLY_TRADITIONAL for c in text) > sum(c in ONLY_SIMPLIFIED for c in text)
