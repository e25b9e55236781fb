"""Numbers that a public register gave to one company: VAT numbers and registry numbers.

The check digits are verified by python-stdnum, which is loaded only when a number with a country is met. A VAT number
whose digits don't check is a slip of the pen, and a slip must not make two companies one: it counts as unknown. So does
a registry number of a country that gives it check digits (`CHECKED`).
"""

import re
from functools import lru_cache

from django.utils.translation import gettext as _

from prm.kernel.errors import RuleViolation
from prm.kernel.lazily import lazily

vat = lazily("stdnum.eu.vat")
_NOT_PLAIN = re.compile(r"[^0-9A-Z]")
_FILLER = re.compile(r"^(?:0+|9+|1+|X+|NA|NONE|UNKNOWN|12345\d*)$")
SHORTEST = 5
CHECKED = {
    "CH": (re.compile(r"CHE\d{9}"), lazily("stdnum.ch.uid")),
    "FI": (re.compile(r"\d{8}"), lazily("stdnum.fi.ytunnus")),
    "FR": (re.compile(r"\d{9}"), lazily("stdnum.fr.siren")),
    "NO": (re.compile(r"\d{9}"), lazily("stdnum.no.orgnr")),
    "SE": (re.compile(r"\d{10}"), lazily("stdnum.se.orgnr")),
}
"""Countries whose registry numbers have check digits: how such a number looks, and who checks it."""
GREECE = {"GR": "EL"}
"""Greece's VAT numbers begin with another code than its country's."""


def compact_number(number: str) -> str:
    """Return a number in capitals without blanks and marks; '' for what is none, such as "0000000" or "n/a"."""
    text = _NOT_PLAIN.sub("", number.upper()) if number else ""
    return "" if len(text) < SHORTEST or len(text) > 40 or _FILLER.match(text) else text


@lru_cache(maxsize=4096)
def vat_key(number: str, country: str = "") -> str:
    """Return a VAT number with its country's code, '' where it is none. EU numbers are checked by their digits."""
    text = compact_number(number)
    if not text:
        return ""
    code = country.strip().upper()
    code = GREECE.get(code, code)
    full = text if text[:2].isalpha() else (code + text if len(code) == 2 else text)
    if not full[:2].isalpha():
        return full
    if full[:2].lower() not in vat.MEMBER_STATES:
        return full
    return vat.compact(full) if vat.is_valid(full) else ""


@lru_cache(maxsize=4096)
def registry_key(number: str, country: str = "") -> str:
    """Return a registry number with its country's code ('' where unknown), leading zeros dropped; '' for none.

    "HRB 86891" is another entry at another court: what distinguishes it is kept as written.
    """
    text = compact_number(number)
    if not text:
        return ""
    code = country.strip().upper()[:2]
    checked = CHECKED.get(code)
    if checked and checked[0].fullmatch(text) and not checked[1].is_valid(text):
        return ""
    return f"{code}{text.removeprefix(code).lstrip('0')}" if code else text.lstrip("0")


def check_vat(number: str, country: str = "", field: str = "vat_number") -> None:
    """Refuse a VAT number that can't be right; none is fine. EU numbers are checked by their digits.

    Raises:
        RuleViolation: it is none, or a slip of the pen; `field` is named.
    """
    if number.strip() and not vat_key(number, country):
        raise RuleViolation(
            "not_a_vat_number",
            _(
                "This VAT number can’t be right: compare it with an invoice. Write it like DE136695976, or leave it "
                "empty."
            ),
            field,
        )
