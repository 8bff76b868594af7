"""In which language a customer wrote is read from the words, not from the buttons around them."""

from __future__ import annotations

import pytest

from portal.written_in import language_of


@pytest.mark.parametrize(
    ("text", "otherwise", "locale"),
    [
        ("我的蓝色行李箱没到，请打我电话 13812345678，订单号 X7K2QD。", "zh_Hant", "zh_Hans"),
        ("行李轉盤壞了，等了一個小時都沒有人來說明。", "zh_Hans", "zh_Hant"),
        ("行李轉盤壞了，等了一個小時。", "en", "zh_Hant"),
        ("My suitcase did not arrive at 北京.", "zh_Hans", "en"),
        ("子午航空 Meridian Air 的值机柜台没有开", "en", "zh_Hans"),
        ("在台北等了三天", "zh_Hant", "zh_Hant"),
        ("在台北等了三天", "en", "zh_Hans"),
        ("MD 512", "zh_Hant", "zh_Hant"),
        ("", "zh_Hans", "zh_Hans"),
    ],
)
def test_the_text_tells_its_language(text, otherwise, locale):
    assert language_of(text, otherwise) == locale
