"""Sums of money: integers in a currency's smallest unit, typed and shown with as many decimals as it has (ISO 4217)."""

from __future__ import annotations

import re

from babel.numbers import format_currency

from portal.languages import current

CURRENCIES = {
    "AUD": 2,
    "CAD": 2,
    "CHF": 2,
    "CNY": 2,
    "EUR": 2,
    "GBP": 2,
    "HKD": 2,
    "JPY": 0,
    "SGD": 2,
    "TWD": 2,
    "USD": 2,
}
"""Currencies that a remedy may be in, with their decimals. Taiwan's dollar has cents on paper only."""


class NotASum(ValueError):
    """What was typed is no sum of this currency."""


def read(typed: str, currency: str) -> int:
    """What somebody typed (`12`, `12.50`, `12,50`, `1,250.00`), in the smallest unit. Raises NotASum."""
    decimals = CURRENCIES.get(currency)
    plain = re.sub(r"[\s_']", "", typed)
    if decimals is None or not plain:
        raise NotASum(typed)
    found = re.fullmatch(r"(\d{1,3}(?:([.,])\d{3})*|\d{1,9})(?:([.,])(\d{1,2}))?", plain, re.ASCII)
    if found is None or (found[2] and found[3] == found[2]):
        raise NotASum(typed)
    fraction = found[4] or ""
    if len(fraction) > decimals:
        raise NotASum(typed)
    whole = int(re.sub(r"[.,]", "", found[1]))
    smallest: int = 10**decimals
    return whole * smallest + int(fraction.ljust(decimals, "0") or 0)


def shown(amount: int, currency: str) -> str:
    """The sum in the reader's language: €12.50, 12.50 as the language writes it."""
    decimals = CURRENCIES.get(currency, 2)
    return format_currency(amount / 10**decimals, currency, locale=current().locale)
