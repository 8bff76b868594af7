"""Which language a reader gets, and how times and spans are said in it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, render_template_string

from portal import languages, page_language
from portal.languages import choose, html_lang, match, speaking
from portal.wording import duration, late_text, when, when_text

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 13, 0, tzinfo=UTC)  # 14:00 in Berlin


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("en", "en"), ("en-GB", "en"), ("EN_us", "en"),
        ("zh", "zh_Hans"), ("zh-CN", "zh_Hans"), ("zh-SG", "zh_Hans"),
        ("zh-Hans", "zh_Hans"), ("zh-Hans-HK", "zh_Hans"),
        ("zh-TW", "zh_Hant"), ("zh-HK", "zh_Hant"), ("zh-MO", "zh_Hant"), ("zh-Hant", "zh_Hant"),
        ("zh_Hant_TW", "zh_Hant"),
        ("de", None), ("", None), ("*", None), ("english", None), ("zho", None),
        ("zh_Hans\n<script>", "zh_Hans"),
    ],
)  # fmt: skip
def test_a_language_tag_finds_its_locale(tag: str, locale: str | None) -> None:
    assert match(tag) == locale


@pytest.mark.parametrize(
    ("query", "cookie", "header", "default", "locale"),
    [
        ("zh-TW", "en", "en", None, "zh_Hant"),
        (None, "zh_Hans", "en", None, "zh_Hans"),
        (None, "zh-TW", "en", None, "en"),  # the cookie is one of three exact values
        (None, "<b>", "zh-HK,zh;q=0.9,en;q=0.8", None, "zh_Hant"),
        (None, None, "fr, zh-CN;q=0.5, en;q=0.4", None, "zh_Hans"),
        (None, None, "fr, en;q=0", "zh_Hant", "zh_Hant"),
        (None, None, None, "zh_Hans", "zh_Hans"),
        ("xx", None, "*", "nonsense", "en"),
        (None, None, "q=;;;,,, -", None, "en"),
    ],
)  # fmt: skip
def test_the_reader_gets(
    query: str | None, cookie: str | None, header: str | None, default: str | None, locale: str
) -> None:
    assert choose(query, cookie, header, default) == locale


def test_html_lang_is_a_language_tag() -> None:
    assert [html_lang(locale) for locale in languages.LOCALES] == ["en", "zh-Hans", "zh-Hant"]


@pytest.mark.parametrize(
    ("moment", "english", "simplified", "traditional"),
    [
        ("2026-11-21T17:00Z", "today 18:00", "今天 18:00", "今天 18:00"),
        ("2026-11-20T07:12Z", "yesterday 08:12", "昨天 08:12", "昨天 08:12"),
        ("2026-11-21T23:30Z", "tomorrow 00:30", "明天 00:30", "明天 00:30"),
        ("2026-11-19T20:40Z", "19 Nov, 21:40", "11月19日 21:40", "11月19日 21:40"),
        ("2025-12-31T23:30Z", "1 Jan, 00:30", "1月1日 00:30", "1月1日 00:30"),  # the year is the zone's
        ("2025-12-31T22:30Z", "31 Dec 2025, 23:30", "2025年12月31日 23:30", "2025年12月31日 23:30"),
    ],
)
def test_a_moment_is_said_in_the_networks_zone(moment: str, english: str, simplified: str, traditional: str) -> None:
    at = datetime.fromisoformat(moment)
    said = []
    for locale in languages.LOCALES:
        with speaking(locale, BERLIN):
            said.append(when_text(at, NOW))
    assert said == [english, simplified, traditional]


def test_a_time_element_carries_utc_and_the_full_date() -> None:
    with speaking("en", BERLIN):
        assert str(when(datetime(2026, 11, 21, 17, tzinfo=UTC), NOW)) == (
            '<time datetime="2026-11-21T17:00:00Z" title="Saturday 21 November 2026, 18:00 (UTC+1)">today 18:00</time>'
        )
    with speaking("zh_Hant", ZoneInfo("Asia/Kolkata")):
        assert "2026年11月21日星期六 22:30（UTC+5:30）" in when(datetime(2026, 11, 21, 17, tzinfo=UTC), NOW)


@pytest.mark.parametrize(
    ("span", "english", "simplified", "traditional"),
    [
        (timedelta(seconds=-5), "less than a minute", "不到 1 分钟", "不到 1 分鐘"),
        (timedelta(seconds=59), "less than a minute", "不到 1 分钟", "不到 1 分鐘"),
        (timedelta(minutes=46, seconds=59), "46 min", "46 分钟", "46 分鐘"),
        (timedelta(hours=3), "3 h", "3 小时", "3 小時"),
        (timedelta(hours=3, minutes=20), "3 h 20 min", "3 小时 20 分钟", "3 小時 20 分鐘"),
        (timedelta(days=1), "1 day", "1 天", "1 天"),
        (timedelta(days=1, hours=4, minutes=9), "1 day 4 h", "1 天 4 小时", "1 天 4 小時"),
        (timedelta(days=2, hours=23), "2 days", "2 天", "2 天"),
    ],
)
def test_a_span_is_said(span: timedelta, english: str, simplified: str, traditional: str) -> None:
    said = []
    for locale in languages.LOCALES:
        with speaking(locale):
            said.append(duration(span.total_seconds()))
    assert said == [english, simplified, traditional]


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    page_language.init_languages(app, now=lambda: NOW)

    @app.get("/page")
    def page() -> str:
        return render_template_string(
            "{{ _('today %(time)s', time='<b>') }} {{ ngettext('%(num)s day', '%(num)s days', 3) }}"
        )

    return app


def test_templates_speak_and_escape_what_is_filled_in(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/page").text == "today &lt;b&gt; 3 days"
    answer = client.get("/page", headers={"Accept-Language": "zh-TW"})
    assert answer.text == "今天 &lt;b&gt; 3 天"
    assert answer.headers["Content-Language"] == "zh-Hant"
    assert "Set-Cookie" not in answer.headers


def test_a_language_asked_for_is_remembered_by_name_and_never_reflected(app: Flask) -> None:
    client = app.test_client()
    asked = client.get("/page?lang=zh-hk%0d%0aX")
    assert asked.headers["Set-Cookie"].startswith("lang=zh_Hans;")
    assert client.get("/page").headers["Content-Language"] == "zh-Hans"
    assert "Set-Cookie" not in client.get("/page?lang=xx").headers


def test_language_links_keep_the_rest_of_the_address(app: Flask) -> None:
    with app.test_request_context("/cases?state=answered&lang=en&q=a%26b"):
        page_language.enter()
        urls = [link["url"] for link in page_language.language_links()]
    assert urls[1] == "/cases?state=answered&q=a%26b&lang=zh_Hans"


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(seconds=5), "1 minute late"),
        (timedelta(minutes=25), "25 minutes late"),
        (timedelta(minutes=60), "1 hour late"),
        (timedelta(hours=11, minutes=59), "11 hours late"),
        (timedelta(hours=15), "1 day late"),  # it was due yesterday, in Berlin
        (timedelta(days=4), "4 days late"),
    ],
)
def test_how_late_something_is_is_said_in_minutes_hours_and_days(late: timedelta, words: str) -> None:
    now = NOW if late > timedelta(hours=12) or late < timedelta(hours=2) else NOW.replace(hour=22)  # 23:00 in Berlin
    with speaking("en", BERLIN):
        assert late_text(now - late, now) == words
    with speaking("zh_Hant", BERLIN):
        assert late_text(now - timedelta(minutes=25), now) == "已逾期 25 分鐘"
