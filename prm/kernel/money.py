"""Amounts of money: decimal and currency, parsed from what people type, shown in their language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_precision
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import RuleViolation

LARGEST = Decimal("999999999999.99")
CURRENCIES = (
    "EUR",
    "USD",
    "GBP",
    "CHF",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "JPY",
    "CAD",
    "AUD",
    "BRL",
    "INR",
    "SGD",
    "ZAR",
)
_PLAIN = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return shown(self.amount, self.currency)


def parse_amount(text: str, field: str = "") -> Decimal:
    """Return the amount that a person typed, to two decimals.

    Understands 12500, 12 500, 12'500, 12,500.00, 12.500,00 and 12500,5. A single separator followed by exactly three
    digits groups thousands ("12.500" is 12500); followed by one or two digits it is the decimal mark.

    Raises:
        RuleViolation: not an amount, negative, or over 999,999,999,999.99.
    """
    compact = re.sub(r"[\s\u00a0\u202f'’_]|^[€$£]|[€$£]$", "", text.strip())
    if not _PLAIN.fullmatch(compact):
        raise RuleViolation(
            "not_an_amount",
            _("“%(text)s” is not an amount. Write it like 12500 or 12,500.00.") % {"text": text[:40]},
            field,
        )
    amount = _decimal(compact)
    if amount < 0:
        raise RuleViolation("negative_amount", _("An amount can't be below zero."), field)
    if amount > LARGEST:
        raise RuleViolation("amount_too_large", _("That is more than we can take: at most 999,999,999,999.99."), field)
    return amount.quantize(Decimal("0.01"))


def _decimal(compact: str) -> Decimal:
    marks = re.findall(r"[.,]", compact)
    last = max(compact.rfind("."), compact.rfind(","))
    if not marks:
        return Decimal(compact)
    tail = compact[last + 1 :]
    one_kind = len(set(marks)) == 1
    groups = one_kind and (len(marks) > 1 or len(tail) == 3)
    if groups:
        return Decimal(re.sub(r"[.,]", "", compact))
    return Decimal(re.sub(r"[.,]", "", compact[:last]) + "." + tail)


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Return Babel's locale for a Django language code, English where it knows none."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def shown(amount: Decimal | int | None, currency: str) -> str:
    """Return the amount as the active language writes it, without decimals where there are none; "" for None."""
    if amount is None:
        return ""
    return _format(Decimal(amount), currency, get_language() or "en")


@lru_cache(maxsize=4096)
def _format(amount: Decimal, currency: str, language: str) -> str:
    locale = locale_of(language)
    if amount == amount.to_integral_value() and get_currency_precision(currency):
        pattern = locale.currency_formats["standard"].pattern.replace(".00", "")
        return format_currency(amount, currency, pattern, locale=locale, currency_digits=False)
    return format_currency(amount, currency, locale=locale)
