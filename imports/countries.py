"""Countries as lists write them: by code, or by name in each of our languages."""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils import translation
from django_countries import countries

COUNTRY_ALIASES = {
    "uk": "GB", "u.k.": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states": "US",
    "south korea": "KR", "korea": "KR", "republic of korea": "KR", "north korea": "KP", "russia": "RU",
    "czech republic": "CZ", "holland": "NL", "the netherlands": "NL", "vietnam": "VN", "taiwan": "TW",
    "hong kong": "HK", "macau": "MO", "iran": "IR", "syria": "SY", "bolivia": "BO", "venezuela": "VE",
    "tanzania": "TZ", "moldova": "MD", "laos": "LA", "brunei": "BN", "ivory coast": "CI", "cape verde": "CV",
    "turkey": "TR", "swaziland": "SZ", "macedonia": "MK", "virgin islands": "VI", "british virgin islands": "VG",
    "netherlands antilles": "CW", "bahamas": "BS", "the bahamas": "BS", "gambia": "GM",
    "peoples republic of china": "CN",
    "people's republic of china": "CN", "uae": "AE", "channel islands": "JE",
    "neth. antilles": "CW", "antigua": "AG", "slovak republic": "SK", "slovakia": "SK",
}  # fmt: skip


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code of a country given by code or by name; "" for none, None if unknown.

    Names are understood in each of our languages.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return ""
    # Registers shorten islands: "British Virgin Isl".
    return _countries().get(re.sub(r"\bisl?\.?$", "islands", wanted))


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found = dict(COUNTRY_ALIASES)
    for language in ("en", "de", "fr", "es"):
        with translation.override(language):
            found.update({str(name).casefold(): code for code, name in countries})
    for code, _name in countries:
        found[code.casefold()] = code
        found[countries.alpha3(code).casefold()] = code
    return found
