"""A service calendar in words: spans of time, weekdays, hours, and what is promised, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import holidays
from babel import Locale

from portal import languages
from portal.calendars.targets import UNITS, Target
from portal.calendars.working_time import WorkingTime
from portal.languages import gettext as _
from portal.languages import ngettext


def target_words(target: Target) -> str:
    """How long, as people say it: "5 working days"."""
    number = target.number
    if target.unit == "working_hours":
        return ngettext("%(num)s working hour", "%(num)s working hours", number)
    if target.unit == "working_days":
        return ngettext("%(num)s working day", "%(num)s working days", number)
    if target.unit == "hours":
        return ngettext("%(num)s hour", "%(num)s hours", number)
    if target.unit == "days":
        return ngettext("%(num)s day", "%(num)s days", number)
    if target.unit == "weeks":
        return ngettext("%(num)s week", "%(num)s weeks", number)
    return ngettext("%(num)s month", "%(num)s months", number)


def unit_names() -> list[tuple[str, str]]:
    """The units, for a list to choose from."""
    words = {
        "working_hours": _("working hours"),
        "working_days": _("working days"),
        "hours": _("hours"),
        "days": _("days"),
        "weeks": _("weeks"),
        "months": _("months"),
    }
    return [(unit, words[unit]) for unit in UNITS]


def what_words() -> dict[str, str]:
    """What a calendar promises, as labels."""
    return {
        "acknowledge": _("A plan, with a date"),
        "update": _("News in between"),
        "answer": _("An answer"),
        "second_stage": _("An answer by another person, after reopening or appeal"),
    }


def weekdays() -> list[str]:
    """Monday to Sunday."""
    names = Locale.parse(languages.current().locale).days["stand-alone"]["wide"]
    return [names[number] for number in range(7)]


def day_typed(spans: Sequence[Sequence[str]]) -> str:
    """The hours of a day as an editor types them: `09:00-12:00, 13:00-17:00`; empty for a day off."""
    return ", ".join(f"{start}-{end}" for start, end in spans)


def hours_words(week: Sequence[Sequence[Sequence[str]]]) -> list[tuple[str, str]]:
    """The week as lines: neighbouring days with the same hours stand together."""
    names, lines = weekdays(), []
    first = 0
    while first < len(week):
        last = first
        while last + 1 < len(week) and week[last + 1] == week[first]:
            last += 1
        lines.append((_days(first, last, names), _spans(week[first])))
        first = last + 1
    return lines


def _days(first: int, last: int, names: Sequence[str]) -> str:
    if last == first:
        return names[first]
    if last == first + 1:
        return _("%(first)s and %(last)s", first=names[first], last=names[last])
    if (first, last) == (0, 6):
        return _("Every day")
    return _("%(first)s to %(last)s", first=names[first], last=names[last])


def _spans(spans: Sequence[Sequence[str]]) -> str:
    if [list(span) for span in spans] == [["00:00", "24:00"]]:
        return _("day and night")
    return ", ".join(f"{start}–{end}" for start, end in spans) or _("no work")


def date_words(day: date) -> str:
    """A day with its weekday: "Friday 25 Dec 2026"."""
    locale = Locale.parse(languages.current().locale)
    return _(
        "%(weekday)s %(day)s %(month)s %(year)s",
        weekday=locale.days["format"]["wide"][day.weekday()],
        day=day.day,
        month=locale.months["format"]["abbreviated"][day.month],
        year=day.year,
    )


def country_name(code: str) -> str:
    """A country in the reader's language."""
    return str(Locale.parse(languages.current().locale).territories.get(code, code))


def countries() -> list[tuple[str, str]]:
    """Countries whose holidays are known, by their names in the reader's language."""
    return _countries(languages.current().locale)


@lru_cache(maxsize=8)
def _countries(locale: str) -> list[tuple[str, str]]:
    names: Any = Locale.parse(locale).territories
    found = [(code, names.get(code, code)) for code in holidays.list_supported_countries(include_aliases=False)]
    return sorted(found, key=lambda pair: pair[1].casefold())


def days_that_differ(time: WorkingTime, today: date, days: int = 120, most: int = 6) -> list[date]:
    """The next days on which the week would work, but a holiday or the business's own closing says otherwise."""
    ahead = (today + timedelta(days=number) for number in range(days))
    found = (day for day in ahead if time.week[day.weekday()] and not time.works_on(day))
    return [day for day, _number in zip(found, range(most), strict=False)]
