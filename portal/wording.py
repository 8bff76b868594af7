"""Times, spans, names and numbers in the reader's language, as people say them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from functools import lru_cache

from babel import Locale
from babel.dates import get_timezone_location
from markupsafe import Markup

from portal.languages import LOCALES, SOURCE, current, gettext, ngettext

_CLDR = {locale: Locale.parse(locale) for locale in LOCALES}
_MONTHS = {locale: cldr.months["format"]["abbreviated"] for locale, cldr in _CLDR.items()}
# CLDR's wide month is 十一月 in one Chinese and 11月 in the other; with a year in figures both want the short one.
_LONG_MONTHS = {**_MONTHS, SOURCE: _CLDR[SOURCE].months["format"]["wide"]}
_WEEKDAYS = {locale: cldr.days["format"]["wide"] for locale, cldr in _CLDR.items()}


def when_text(moment: datetime, now: datetime) -> str:
    """A moment as people say it, in the current tongue's zone: "today 18:00", "yesterday 08:12", "19 Nov, 21:40".

    Both arguments must carry a zone. The year is said when it is not the present one.
    """
    tongue = current()
    local = moment.astimezone(tongue.zone)
    today = now.astimezone(tongue.zone)
    time = f"{local:%H:%M}"
    days = (local.date() - today.date()).days
    if days == 0:
        return gettext("today %(time)s", time=time)
    if days == -1:
        return gettext("yesterday %(time)s", time=time)
    if days == 1:
        return gettext("tomorrow %(time)s", time=time)
    month = _MONTHS[tongue.locale][local.month]
    if local.year == today.year:
        return gettext("%(day)s %(month)s, %(time)s", day=local.day, month=month, time=time)
    return gettext("%(day)s %(month)s %(year)s, %(time)s", day=local.day, month=month, year=local.year, time=time)


def day_text(day: date) -> str:
    """A day as people say it, with its year: "3 Dec 2026". In no `<time>`: script would take it for a midnight."""
    month = _MONTHS[current().locale][day.month]
    return gettext("%(day)s %(month)s %(year)s", day=day.day, month=month, year=day.year)


def full_text(moment: datetime) -> str:
    """A moment with weekday, year and offset, for a title: "Thursday 19 November 2026, 21:40 (UTC+1)"."""
    tongue = current()
    local = moment.astimezone(tongue.zone)
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    hours, rest = divmod(abs(minutes), 60)
    sign = "+" if minutes >= 0 else "−"
    zone = f"UTC{sign}{hours}{f':{rest:02d}' if rest else ''}" if minutes else "UTC"
    return gettext(
        "%(weekday)s %(day)s %(month)s %(year)s, %(time)s (%(zone)s)",
        weekday=_WEEKDAYS[tongue.locale][local.weekday()],
        day=local.day,
        month=_LONG_MONTHS[tongue.locale][local.month],
        year=local.year,
        time=f"{local:%H:%M}",
        zone=zone,
    )


def utc_stamp(moment: datetime) -> str:
    """The moment for a machine: `2026-11-19T20:40:00Z`."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def when(moment: datetime, now: datetime) -> Markup:
    """The `<time>` element of a moment; the script says it again in the reader's own zone.

    The words depend on the day: whoever keeps a rendered page must drop it at the zone's next midnight.
    """
    tongue = current()
    return _time_element(moment, now.astimezone(tongue.zone).date(), tongue.locale, tongue.zone)


@lru_cache(maxsize=8192)
def _time_element(moment: datetime, today: date, _locale: str, zone: tzinfo) -> Markup:
    """Kept by everything that it depends on: a page names the same few moments again and again.

    The texts are our own and the rest are digits, so nothing needs escaping.
    """
    noon = datetime.combine(today, time(12), zone)
    words = f'<time datetime="{utc_stamp(moment)}" title="{full_text(moment)}">{when_text(moment, noon)}</time>'
    return Markup(words)  # noqa: S704


def duration(seconds: float) -> str:
    """A span as people say it: "46 min", "3 h 20 min", "1 day 4 h", "2 days". Rounded down; negative counts as none."""
    minutes = max(0, int(seconds)) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days >= 2 or (days == 1 and not hours_left):
        return ngettext("%(num)s day", "%(num)s days", days)
    if days == 1:
        return gettext("1 day %(hours)s h", hours=hours_left)
    if hours and minutes:
        return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    if hours:
        return gettext("%(hours)s h", hours=hours)
    if minutes:
        return gettext("%(minutes)s min", minutes=minutes)
    return gettext("less than a minute")


def late_text(due_at: datetime, now: datetime) -> str:
    """How late something is: "25 minutes late", "11 hours late"; from the next day on in midnights: "2 days late".

    Both arguments must carry a zone; a day is one of the current tongue's zone. Rounded down, to one minute at least.
    """
    zone = current().zone
    if days := (now.astimezone(zone).date() - due_at.astimezone(zone).date()).days:
        return ngettext("%(num)s day late", "%(num)s days late", days)
    minutes = max(1, int((now - due_at).total_seconds()) // 60)
    if minutes < 60:
        return ngettext("%(num)s minute late", "%(num)s minutes late", minutes)
    return ngettext("%(num)s hour late", "%(num)s hours late", minutes // 60)


def moment_of(value: datetime | str) -> datetime:
    """A moment, also from the ISO 8601 text in which an event keeps it."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def local(names: Mapping[str, str] | str) -> str:
    """A name in the reader's language from a name in several; English, else any, if that one is missing."""
    if isinstance(names, str):
        return names
    locale = current().locale
    return names.get(locale) or names.get(SOURCE) or next(iter(names.values()), "")


def zone_name(key: str) -> str:
    """A time zone as people call it, by its city: "Vienna" for `Europe/Vienna`."""
    return _zone_name(key, current().locale)


@lru_cache(maxsize=2048)
def _zone_name(key: str, locale: str) -> str:
    city: str = get_timezone_location(key, locale=_CLDR[locale], return_city=True)
    return city.rpartition("/")[2]


def number(value: int) -> str:
    """A count with its thousands set apart: 12,408 (the same in all three languages)."""
    return f"{value:,}"
