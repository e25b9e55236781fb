"""How days, moments and spans of time are written for a person: plain text, no HTML.

Everything follows the active language and the current time zone of Django. Results that depend on their arguments
alone are cached, because a list of 25 rows asks for the same few again and again.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django_countries import countries

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RELATIVE_DAYS = 14
"""Up to this many days ago or ahead a moment is told relatively, beyond as a date."""


@lru_cache(maxsize=64)
def locale_for(language: str | None) -> Locale:
    """Return Babel's locale for a Django language code; plain ``en`` writes days first, as most of the world does."""
    tag = language or "en"
    if tag == "en":
        tag = "en-gb"
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(tag.split("-", maxsplit=1)[0])


def number_text(number: Decimal | float) -> str:
    """Write a number with the language's separators."""
    return format_decimal(number, locale=locale_for(get_language()))


@lru_cache(maxsize=2048)
def _day_text(day: date, pattern: str, language: str | None) -> str:
    return format_date(day, format=pattern, locale=locale_for(language))


def day_text(day: date | datetime) -> str:
    """Write a day: ``12 Nov 2026``. A moment is first put into the current time zone."""
    if isinstance(day, datetime):
        day = timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return _day_text(day, "medium", get_language())


@lru_cache(maxsize=2048)
def _country_text(code: str, language: str | None) -> str:
    return str(countries.name(code))


def country_text(code: str) -> str:
    """Write a country's name."""
    return _country_text(code, get_language())


def moment_text(moment: datetime) -> str:
    """Write a moment exactly, in the current time zone: ``Tuesday, 24 November 2026, 08:58 CET``."""
    local = timezone.localtime(moment)
    return f"{_day_text(local.date(), 'full', get_language())}, {local:%H:%M} {local.tzname()}"


def time_text(moment: datetime) -> str:
    """Write the time of day in the current time zone: ``08:58``."""
    return f"{timezone.localtime(moment):%H:%M}"


def span_text(seconds: float) -> str:
    """Write how long something lasts, in at most two units: ``5 h``, ``1 day 3 h``, ``74 days``.

    Minutes are told under one hour, hours beside days up to three days. Always rounded down, so that nobody counts on
    time that isn't there.
    """
    seconds = max(0, int(seconds))
    days, rest = divmod(seconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if days >= 3 or (days and not hours):
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if days:
        day_part = ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
        return _("%(days)s %(hours)d h") % {"days": day_part, "hours": hours}
    if hours:
        return _("%(n)d h") % {"n": hours}
    return _("%(n)d min") % {"n": max(1, minutes)}


def relative_text(moment: datetime, now: datetime | None = None) -> str:
    """Write a moment as seen from now: ``42 min ago``, ``in 2 days``, ``yesterday``, ``12 Nov 2025``."""
    now = now or timezone.now()
    seconds = (moment - now).total_seconds()
    if abs(seconds) < MINUTE:
        return _("just now") if seconds <= 0 else _("in a minute")
    if abs(seconds) < 20 * HOUR:
        values = {"span": span_text(abs(seconds))}
        return _("in %(span)s") % values if seconds > 0 else _("%(span)s ago") % values
    days = (timezone.localtime(moment).date() - timezone.localtime(now).date()).days
    if days in {-1, 0, 1}:
        return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[days]
    if abs(days) > RELATIVE_DAYS:
        return day_text(moment)
    text = ngettext("%(n)d day", "%(n)d days", abs(days)) % {"n": abs(days)}
    return _("in %(span)s") % {"span": text} if days > 0 else _("%(span)s ago") % {"span": text}


def share_left(ends_at: datetime, starts_at: datetime | None, now: datetime) -> float | None:
    """Return which part of a window is left, 0 to 1; None where its start isn't known."""
    if starts_at is None:
        return None
    whole = (ends_at - starts_at) / timedelta(seconds=1)
    left = (ends_at - now) / timedelta(seconds=1)
    if whole <= 0 or math.isnan(left):
        return 0.0
    return min(1.0, max(0.0, left / whole))


def clock_tone(left_seconds: float, share: float | None) -> str:
    """Return how urgent a clock is: ``bad`` overdue or under 10 %, ``warn`` under 25 % or a day, else calm ("")."""
    if left_seconds <= 0 or (share is not None and share < 0.10):
        return "bad"
    if left_seconds < DAY or (share is not None and share < 0.25):
        return "warn"
    return ""
