"""What a forwarded mail's text says of a deal: plain rules that a person can follow, no guessing beyond them.

In this order, and each only where the one before found nothing:
- a label at the beginning of a line ("Customer: …", "Kunde: …", "Montant : …"), in the languages of `words`;
- for the contact, whoever the forwarded part is from, where that isn't the partner or the vendor;
- for the website, the domain of the contact's address, where that is a company's;
- for the customer, the first line that ends in a legal form and isn't the partner's own name;
- for the amount, the only amount of money in the text; for the day, nothing;
- for the country, the ending of the website's domain, where it is a country's;
- products by their name or number; how many, by the number before or after it.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils import translation
from django_countries import countries

from accounts.naming import fold_text, legal_form, normalise_name
from dealreg.inbound.mime import people_in
from dealreg.inbound.words import LABELS, LANGUAGES, MONTHS, SCALES, SENT_FROM, SYMBOLS
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import RuleViolation
from prm.kernel.money import CURRENCIES, parse_amount

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

MOST_LINES, LONGEST_LINE = 2_000, 300
LONGEST_NOTES = 8_000
_LABELLED = re.compile(r"^[\s>*•\-–]{0,20}([^:=]{2,40}?)\s{0,5}[:=]\s{0,5}(\S.{0,250})$")
_QUOTED = re.compile(r"^[>|\s]{1,20}")
_MONEY = re.compile(
    r"(?:(€|\$|£|\b(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK)\b)\s?)?"
    r"(\d[\d.,'’\u00a0\u202f ]{0,18}\d|\d)"
    r"(?:\s?(k|tsd|tausend|thousand|mille|mil|mio|mn|m|million|millionen|millions|millones|milioni|miljoen)\b\.?)?"
    r"(?:\s?(€|\$|£|\b(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|euros?)\b))?",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_DAYS_FIRST = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_QUARTER = re.compile(r"\bq([1-4])[\s/]{0,3}(\d{4})\b|\b(\d{4})[\s/]{0,3}q([1-4])\b")
_NAMED = re.compile(r"\b(?:(\d{1,2})\s)?(?:of |de |di )?([a-z]{3,12})\s(?:(\d{1,2})\s)?(?:de )?(\d{4})\b")


@dataclass(frozen=True, slots=True)
class Listed:
    """A product that may be named: of which enrollment's vendor, its id, name and number."""

    enrollment: int
    id: int
    name: str
    sku: str


@dataclass(frozen=True, slots=True)
class Place:
    """A program that may be named, with its vendor."""

    enrollment: int
    vendor: str
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the reader knows of whoever forwards: own name and domains are never the customer's."""

    places: Sequence[Place]
    products: Sequence[Listed]
    own_names: Collection[str]
    own_domains: Collection[str]


def understood(text: str, subject: str, known: Known) -> dict[str, str]:
    """Return the fields of a registration's draft that the text gives, as the form would hold them."""
    lines = [_QUOTED.sub("", line)[:LONGEST_LINE].strip() for line in text.splitlines()[:MOST_LINES]]
    said = _labelled(lines)
    found = {
        "customer_name": said.get("customer", "") or _company(lines, known),
        "title": said.get("project", "") or _plain_subject(subject),
        "customer_city": said.get("town", "")[:100],
    }
    found |= _contact(said, lines, known)
    found["customer_domain"] = registrable_domain(said.get("website", "")) or _site_of(found["contact_email"], known)
    found["customer_country"] = _country(said.get("country", ""), found["customer_domain"])
    found |= _amount(said.get("amount", ""), text)
    day = day_in(said.get("close", ""))
    found["close_date"] = day.isoformat() if day else ""
    found |= _products(said, text, known)
    found.setdefault("enrollment", _program(said.get("program", ""), known))
    found["notes"] = text.strip()[:LONGEST_NOTES]
    return {name: value for name, value in found.items() if value}


def _labelled(lines: Sequence[str]) -> dict[str, str]:
    """Return the first value that follows each label."""
    found: dict[str, str] = {}
    for line in lines:
        hit = _LABELLED.match(line)
        meant = LABELS.get(fold_text(hit[1])) if hit else None
        if hit and meant and not hit[2].startswith("//"):
            found.setdefault(meant, hit[2].strip(" *_\t")[:200])
    return found


def _plain_subject(subject: str) -> str:
    """Return the subject without what forwarding and answering put before it."""
    plain = re.sub(
        r"^(?:\s*(?:fwd?|fw|wg|tr|rv|i|re|aw|sv|antw|doorst)\s?:\s*){1,10}", "", subject, flags=re.IGNORECASE
    )
    return plain.strip()[:160]


def _company(lines: Sequence[str], known: Known) -> str:
    own = {normalise_name(name) for name in known.own_names}
    for line in lines:
        name = line.split(",")[0].split("|")[0].strip(" .;*_-–")
        if 4 <= len(name) <= 120 and ":" not in name and "@" not in name and len(name.split()) <= 8:
            plain = normalise_name(name)
            if legal_form(name) and plain and plain not in own:
                return name
    return ""


def _contact(said: dict[str, str], lines: Sequence[str], known: Known) -> dict[str, str]:
    name, address = said.get("contact", ""), said.get("contact_email", "")
    people = people_in(name) + people_in(address)
    senders = [
        line.partition(":")[2] for line in lines if fold_text(line.partition(":")[0]) in SENT_FROM and "@" in line
    ]
    people += [each for line in senders[:20] for each in people_in(line.replace("[mailto:", "<").replace("]", ">"))]
    for who, mail in people:
        if registrable_domain(mail) not in known.own_domains or not registrable_domain(mail):
            plain = name.split("<")[0].split(",")[0].strip(" ;\"'")
            return {"contact_name": ("" if "@" in plain else plain or who)[:120], "contact_email": mail[:254]}
    return {"contact_name": ("" if "@" in name else name)[:120], "contact_email": ""}


def _site_of(address: str, known: Known) -> str:
    domain = registrable_domain(address)
    return "" if domain in known.own_domains else domain


def _country(said: str, domain: str) -> str:
    if said:
        if said.upper() in countries:
            return said.upper()
        return _countries().get(fold_text(said), "")
    ending = domain.rpartition(".")[2].upper().replace("UK", "GB")
    return ending if len(ending) == 2 and ending in countries else ""


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the countries' codes by their names, in the languages of the labels."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {fold_text(str(name)): code for code, name in countries}
    return found


def _amount(said: str, text: str) -> dict[str, str]:
    amounts = list(_amounts(said, with_currency=False)) if said else []
    if not amounts:
        amounts = list(dict.fromkeys(_amounts(text[:20_000], with_currency=True)))
        amounts = amounts if len(amounts) == 1 else []
    if not amounts:
        return {}
    value, currency = amounts[0]
    return {"value": value, "currency": currency}


def _amounts(text: str, *, with_currency: bool) -> list[tuple[str, str]]:
    found = []
    for before, digits, scale, after in _MONEY.findall(text):
        word = (before or after).strip()
        currency = SYMBOLS.get(word, "EUR" if word.lower().startswith("euro") else word.upper())
        if with_currency and currency not in CURRENCIES:
            continue
        times = SCALES.get(scale.lower(), 1)
        try:
            value = _scaled(digits, times)
        except RuleViolation:
            continue
        found.append((str(value), currency if currency in CURRENCIES else ""))
    return found


def _scaled(digits: str, times: int) -> Decimal:
    if times > 1 and re.fullmatch(r"\d+[.,]\d{1,3}", digits):
        return parse_amount(str(Decimal(digits.replace(",", ".")) * times))
    return parse_amount(str(parse_amount(digits) * times))


def day_in(said: str) -> date | None:
    """Return the day that some words name: a date, a month with its year (its end), or a quarter (its end)."""
    words = " ".join(re.sub(r"[.,](?=\s|$)", " ", said.lower()).split())
    try:
        if hit := _ISO.search(words):
            return date(int(hit[1]), int(hit[2]), int(hit[3]))
        if hit := _DAYS_FIRST.search(words):
            return date(int(hit[3]), int(hit[2]), int(hit[1]))
        if hit := _QUARTER.search(words):
            return _end_of(int(hit[2] or hit[3]), 3 * int(hit[1] or hit[4]))
        if hit := _NAMED.search(fold_text(words)):
            month, year = MONTHS.get(hit[2]), int(hit[4])
            number = hit[1] or hit[3]
            if month:
                return date(year, month, int(number)) if number else _end_of(year, month)
    except ValueError:
        return None
    return None


def _end_of(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _program(said: str, known: Known) -> str:
    if len(known.places) == 1:
        return str(known.places[0].enrollment)
    words = fold_text(said)
    near = [each for each in known.places if words and (words in fold_text(f"{each.vendor} {each.program}"))]
    return str(near[0].enrollment) if len(near) == 1 else ""


def _products(said: dict[str, str], text: str, known: Known) -> dict[str, str]:
    """Return the lines, and the program whose products they are: the one that is named, else the one with most."""
    where = _program(said.get("program", ""), known)
    hits: dict[int, list[tuple[Listed, int]]] = {}
    body = text[:20_000]
    for product in known.products:
        if where and str(product.enrollment) != where:
            continue
        number = _how_many(product, body)
        if number:
            hits.setdefault(product.enrollment, []).append((product, number))
    if not hits:
        return {}
    enrollment, lines = max(hits.items(), key=lambda pair: (len(pair[1]), -pair[0]))
    if len(lines) == 1 and said.get("quantity", "").split(" ")[0].isdigit():
        lines = [(lines[0][0], int(said["quantity"].split(" ")[0][:6]))]
    found = {"enrollment": str(enrollment), "lines-TOTAL_FORMS": str(len(lines))}
    for at, (product, number) in enumerate(lines):
        found |= {f"lines-{at}-product": str(product.id), f"lines-{at}-quantity": str(number)}
    return found


def _how_many(product: Listed, text: str) -> int:
    """Return how many of a product the text names: 1 where it says no number, 0 where it doesn't name it."""
    for word in filter(None, (product.sku, product.name)):
        if len(word) < 3:
            continue
        plain = re.escape(word)
        hit = re.search(
            rf"(?:\b(\d{{1,5}})\s?(?:x|×|\*|pcs|stück)?\s{{1,3}})?(?<![\w-]){plain}(?![\w-])", text, re.IGNORECASE
        )
        if hit:
            after = re.match(r"\s{0,3}[x×*:]\s{0,3}(\d{1,5})\b", text[hit.end() : hit.end() + 15])
            return int(hit[1] or (after[1] if after else 1)) or 1
    return 0
