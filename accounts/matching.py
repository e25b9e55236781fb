"""Whether two end customers, as different people wrote them, are the same one.

Two steps, neither of which knows the database: `match_keys` gives short strings to keep in an indexed table, so that
candidates are found with `=`; `compare` scores one pair and says why. A score only routes to review; nothing is ever
declined by it. How well both do is measured by `bench/matching.py`; see docs/explanation/matching.md.

Names are compared in `accounts.name_similarity`. The keys are a deletion neighbourhood (Garbe's SymSpell, after Bocek,
Hunt, Stiller 2007, "Fast similarity search in large dictionaries") beside exact ones.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.name_similarity import NameProfile, deletions_of, name_similarity, profile_of, respelled, sounds_of
from accounts.naming import fold_text
from accounts.vocabulary import GENERIC_WEIGHT, WEIGHTS
from prm.kernel.domains import split_domain

SAME_FROM = 90
REVIEW_FROM = 60


class Band(StrEnum):
    """What a score means for the person who reads it."""

    SAME = "same"
    REVIEW = "review"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Identity:
    """An end customer as written: only the name is needed."""

    name: str
    country: str = ""
    domain: str = ""
    phone: str = ""
    postcode: str = ""
    city: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field added to the score (`weight`, in points), its similarity from 0 to 1, and a sentence."""

    field: str
    similarity: float
    weight: int
    sentence: str | Promise


@dataclass(frozen=True, slots=True)
class Match:
    """The score of a pair, 0 to 100, with its reasons: their weights add up to the score before it is bounded."""

    score: int
    band: Band
    reasons: tuple[Reason, ...]

    @property
    def why(self) -> str:
        """Return one sentence with the two strongest fields and the score."""
        strongest = sorted(self.reasons, key=lambda reason: -abs(reason.weight))[:2]
        told = "; ".join(str(reason.sentence) for reason in strongest)
        told = told[:1].upper() + told[1:]
        return str(_("%(told)s: %(score)d of 100.")) % {"told": told, "score": self.score}


# --- the other fields ------------------------------------------------------------------------------------------------


def _digits(phone: str) -> str:
    """Return the last nine digits of a phone number, '' when it has fewer than seven."""
    digits = re.sub(r"\D", "", phone) if phone else ""
    return digits[-9:] if len(digits) >= 7 else ""


def _plain(text: str) -> str:
    return str(text).strip().casefold() if text else ""


def _percent(similarity: float) -> int:
    return round(100 * similarity)


NAME_POINTS = 90
COMMON_NAME_POINTS = 85
"""For names of common words only ("Royal", "Premier Foods"), which alone prove nothing."""
COUNTRY_POINTS = (6, -12)
DOMAIN_POINTS = (95, -8)
SAME_LABEL_POINTS = 12
PHONE_POINTS = (18, -4)
POSTCODE_POINTS = (6, -4)
CITY_POINTS = (4, -3)
ADDRESS_POINTS = (24, -12)
"""Points for equal and for different values, where both are known."""


def _name_reason(left: Identity, right: Identity) -> Reason:
    ours, theirs = profile_of(left.name), profile_of(right.name)
    alike = name_similarity(ours, theirs)
    points = NAME_POINTS if ours.strong and theirs.strong else COMMON_NAME_POINTS
    if alike == 1.0:
        sentence = _("the names are equal but for spelling and legal form")
    else:
        sentence = format_lazy(_("the names are {percent} % alike"), percent=_percent(alike))
    return Reason("name", alike, round(points * alike), sentence)


def _domain_reason(left: str, right: str) -> Reason | None:
    label, suffix = split_domain(left) if left else ("", "")
    other_label, other_suffix = split_domain(right) if right else ("", "")
    if not label or not other_label:
        return None
    if label != other_label:
        sentence = format_lazy(
            _("the domains differ ({left}, {right})"),
            left=f"{label}.{suffix}",
            right=f"{other_label}.{other_suffix}",
        )
        return Reason("domain", 0.0, DOMAIN_POINTS[1], sentence)
    if suffix == other_suffix:
        sentence = format_lazy(_("both use the domain {domain}"), domain=f"{label}.{suffix}")
        return Reason("domain", 1.0, DOMAIN_POINTS[0], sentence)
    sentence = format_lazy(_("both domains begin with {label}"), label=label)
    return Reason("domain", 0.8, SAME_LABEL_POINTS, sentence)


def _field_reason(
    field: str, left: str, right: str, points: tuple[int, int], sentences: tuple[Promise, Promise]
) -> Reason | None:
    """Return the reason for a field that is equal or not, None where either is unknown."""
    if not left or not right:
        return None
    equal = left == right
    return Reason(field, float(equal), points[not equal], sentences[not equal])


def _address_reason(left: str, right: str) -> Reason | None:
    """Return the reason for two street addresses: equal when the house number and the street's first word are."""
    ours, theirs = fold_text(left).split(), fold_text(right).split()
    if len(ours) < 2 or len(theirs) < 2:
        return None
    numbers = {w for w in ours if w[0].isdigit()} & {w for w in theirs if w[0].isdigit()}
    streets = {w for w in ours if len(w) > 3 and w.isalpha()} & {w for w in theirs if len(w) > 3 and w.isalpha()}
    return _field_reason("address", "x", "x" if numbers and streets else "y", ADDRESS_POINTS, _SENTENCES["address"])


_SENTENCES: dict[str, tuple[Promise, Promise]] = {
    "country": (_("the country is the same"), _("the countries differ")),
    "phone": (_("the phone number is the same"), _("the phone numbers differ")),
    "postcode": (_("the postcode is the same"), _("the postcodes differ")),
    "city": (_("the city is the same"), _("the cities differ")),
    "address": (_("the address is the same"), _("the addresses differ")),
}


def _reasons(left: Identity, right: Identity) -> tuple[Reason, ...]:
    """Return a reason for each field that both identities have."""
    s = _SENTENCES
    found = (
        _name_reason(left, right),
        _domain_reason(left.domain, right.domain) if left.domain and right.domain else None,
        _field_reason("country", _plain(left.country), _plain(right.country), COUNTRY_POINTS, s["country"]),
        _field_reason("phone", _digits(left.phone), _digits(right.phone), PHONE_POINTS, s["phone"]),
        _field_reason("postcode", _plain(left.postcode), _plain(right.postcode), POSTCODE_POINTS, s["postcode"]),
        _field_reason("city", _plain(left.city), _plain(right.city), CITY_POINTS, s["city"]),
        _address_reason(left.address, right.address) if left.address and right.address else None,
    )
    return tuple(reason for reason in found if reason is not None)


def band_of(score: int) -> Band:
    """Return the band of a score from 0 to 100."""
    if score >= SAME_FROM:
        return Band.SAME
    return Band.REVIEW if score >= REVIEW_FROM else Band.DIFFERENT


def compare(left: Identity, right: Identity) -> Match:
    """Return how likely the two are one end customer, with the reasons. Symmetric, and the same every time."""
    reasons = _reasons(left, right)
    similarity = {reason.field: reason.similarity for reason in reasons}
    score = sum(reason.weight for reason in reasons)
    if similarity.get("domain") == 1.0 or similarity["name"] == similarity.get("country") == 1.0:
        score = max(score, SAME_FROM)
    elif 0.0 in (similarity.get("country"), similarity.get("address")):
        score = min(score, SAME_FROM - 1)  # a subsidiary abroad or another site is for a person to judge
    score = max(0, min(100, score))
    return Match(score, band_of(score), reasons)


# --- keys ------------------------------------------------------------------------------------------------------------

KEY_PREFIX = 9
"""Sounds that carry deletion keys: an edit further back leaves the prefix as it is."""
FULL_PREFIX = 14
SHORT_NAME = 9
"""Up to so many letters, deletions are made from the letters, from here on from the sounds."""
FEW_SOUNDS = 5
KEY_LENGTH = 64
MAX_KEYS = 22


def _spelling_keys(leading: str, sounds: str) -> list[str]:
    """Return the keys that survive one edit: deletions from short names' letters and from longer names' sounds."""
    keys = []
    if len(leading) <= SHORT_NAME or len(sounds) < FEW_SOUNDS:
        letters = leading[: SHORT_NAME + 3]
        keys += ["x:" + letters, *sorted("x:" + rest for rest in deletions_of(letters) if len(rest) > 2)]
    if len(leading) >= SHORT_NAME and len(sounds) >= FEW_SOUNDS:
        keys += sorted("s:" + rest for rest in deletions_of(sounds[:KEY_PREFIX]))
    return keys


def _part_keys(profile: NameProfile) -> list[str]:
    """Return the keys of parts of a name that may be all of it elsewhere: common words dropped, words added."""
    parts = ["".join(profile.leading), "".join(profile.strong)]
    if len(profile.leading) > 1:
        parts += [word for word in profile.strong if len(word) > 4][:2]
    if profile.plain:
        parts.append("".join(profile.leading[:2]))
        parts.append("".join(word for word in profile.leading if WEIGHTS.get(word, 1.0) > GENERIC_WEIGHT))
    meant = respelled(profile.core)
    if meant != profile.core:
        parts.append("".join(profile_of(meant).leading))
    return ["c:" + part for part in parts if part]


def _acronym_keys(profile: NameProfile, country: str) -> list[str]:
    """Return the keys of a name's initials, or of a short name that may be another's initials."""
    short = profile.compact if 3 <= len(profile.compact) <= 6 else ""
    keys = []
    for initials in (profile.initials, short):
        if len(initials) > 3:
            keys.append("a:" + initials)
        elif len(initials) == 3 and country:
            keys.append(f"a:{initials}/{country}")  # three letters alone would meet hundreds
    return keys


def _name_keys(name: str, country: str) -> list[str]:
    """Return the keys of a name, the most telling first."""
    profile = profile_of(name)
    if not profile.core:
        return []
    leading = "".join(profile.leading)
    sounds = sounds_of(leading)
    keys = ["c:" + profile.compact, *_part_keys(profile), "t:" + "".join(sorted(profile.leading))]
    if len(sounds) > 3:
        keys.append("s:" + sounds[:KEY_PREFIX])
    if len(profile.words) > 1:
        keys.append("f:" + sounds_of(profile.compact)[:FULL_PREFIX])
    return keys + _acronym_keys(profile, country) + _spelling_keys(leading, sounds)


def _place_keys(identity: Identity) -> list[str]:
    """Return the keys of phone number and address."""
    keys = []
    if phone := _digits(identity.phone):
        keys.append("p:" + phone)
    place = fold_text(identity.address).split() if identity.address else []
    if len(place) > 1:
        numbers = [word for word in place if word[0].isdigit()]
        streets = [word for word in place if len(word) > 3 and word.isalpha()]
        if numbers and streets and len(numbers[0]) > 2:
            keys.append(f"h:{numbers[0]}{streets[0]}/{_plain(identity.city)}")
    return keys


def match_keys(identity: Identity) -> frozenset[str]:
    """Return the candidate keys of an identity: two that share none are not worth comparing. At most `MAX_KEYS`.

    Kinds: d domain; c name without blanks, its distinctive part, or a domain's label; t distinctive words sorted;
    f the whole name's sounds; s the distinctive part's sounds, with deletions; x its letters, with deletions;
    a acronym; p phone; h house.
    """
    label, suffix = split_domain(identity.domain) if identity.domain else ("", "")
    keys = [f"d:{label}.{suffix}", "c:" + label.replace("-", "")] if label else []
    keys += _place_keys(identity)
    keys += _name_keys(identity.name, _plain(identity.country))
    return frozenset([key[:KEY_LENGTH] for key in dict.fromkeys(keys)][:MAX_KEYS])
