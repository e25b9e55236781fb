"""Whether two end customers, as different people wrote them, are the same one.

Two steps, neither of which knows the database: `match_keys` gives short strings to keep in an indexed table, so that
candidates are found with `=`; `compare` scores one pair and says why. A score only routes to review; nothing is ever
declined by it. How well both do is measured by `bench/matching.py`; see docs/explanation/matching.md.

The method is weighted soft token matching (Cohen, Ravikumar, Fienberg 2003, "A comparison of string distance metrics
for name-matching tasks") with fixed weights for common words, and a deletion neighbourhood for the keys (Garbe's
SymSpell, after Bocek, Hunt, Stiller 2007, "Fast similarity search in large dictionaries").
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rapidfuzz.distance import OSA

from accounts.legal_forms import LABELS, MID_NAME
from accounts.naming import fold_text, normalise_name, split_domain
from accounts.vocabulary import ALIASES, WEIGHTS

SAME_FROM = 90
REVIEW_FROM = 60

MAX_WORDS = 12
DISTINCTIVE = 0.75
"""Words of at least this weight tell one company from another."""


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
        return str(_("%(told)s (score %(score)d of 100).")) % {"told": told, "score": self.score}


@dataclass(frozen=True, slots=True)
class _Profile:
    """A name taken apart once, kept for the next comparison."""

    core: str
    compact: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    leading: tuple[str, ...]
    """Its distinctive words, or all of them when none is."""
    initials: str


# --- names -----------------------------------------------------------------------------------------------------------


def _word_weight(word: str, *, after_form: bool) -> float:
    weight = 0.1 if word in LABELS else WEIGHTS.get(word, 1.0)
    if weight == 1.0 and len(word) < 3 and not word.isdigit() and word.isascii():
        weight = 0.6
    return weight * (0.3 if after_form else 1.0)


@lru_cache(maxsize=4096)
def _profile(name: str) -> _Profile:
    """Return the name's words with their weights; what follows a legal form in mid-name hardly counts."""
    core = normalise_name(name)
    words: list[str] = []
    weights: list[float] = []
    after_form = False
    for word in core.split()[:MAX_WORDS]:
        if words and word in MID_NAME:
            after_form = True
        words.append(ALIASES.get(word, word))
        weights.append(_word_weight(words[-1], after_form=after_form))
    leading = tuple(w for w, weight in zip(words, weights, strict=True) if weight >= DISTINCTIVE)
    if not leading:
        leading = tuple(w for w, weight in zip(words, weights, strict=True) if weight > 0.1)
    if weights and weights[0] == 1.0:
        weights[0] = 1.25
    initials = "".join(w[0] for w in words if WEIGHTS.get(w, 1.0) > 0.1 and w not in LABELS)
    return _Profile(
        core=core,
        compact=core.replace(" ", ""),
        words=tuple(words),
        weights=tuple(weights),
        total=sum(weights) or 1.0,
        leading=leading or tuple(words),
        initials=initials if len(words) > 1 else "",
    )


def _word_similarity(left: str, right: str) -> float:
    """Return how alike two different words are: 0 under one edit in four letters; digits must be equal."""
    shorter = min(len(left), len(right))
    if shorter < 4 or not (left.isalpha() and right.isalpha()):
        return 0.0
    alike = OSA.normalized_similarity(left, right, score_cutoff=0.74)
    if not alike and shorter >= 5 and (left.startswith(right) or right.startswith(left)):
        return 0.75
    return alike


def _words_similarity(left: _Profile, right: _Profile) -> float:
    """Return weighted soft overlap of the two names' words, whatever their order."""
    shared = covered_left = covered_right = 0.0
    rest = dict(zip(right.words, right.weights, strict=True))
    open_left: list[tuple[str, float]] = []
    for word, weight in zip(left.words, left.weights, strict=True):
        other = rest.pop(word, None)
        if other is None:
            open_left.append((word, weight))
        else:
            covered_left += weight
            covered_right += other
    for word, weight in open_left:
        best, found = 0.0, ""
        for candidate in rest:
            alike = _word_similarity(word, candidate)
            if alike > best:
                best, found = alike, candidate
        if found:
            other = rest.pop(found)
            covered_left += weight * best
            covered_right += other * best
    shared = covered_left + covered_right
    overlap = shared / (left.total + right.total)
    contained = max(covered_left / left.total, covered_right / right.total)
    return 0.6 * overlap + 0.4 * contained if contained > 0.5 else overlap


def _joined_similarity(left: _Profile, right: _Profile) -> float:
    """Return 1 less the edits between the names without blanks, counted against their distinctive part only.

    Counted against the whole, "Acme International Systems" and "Acne International Systems" would be 96 % alike.
    """
    telling = min(sum(map(len, left.leading)), sum(map(len, right.leading)))
    if not telling:
        return 0.0
    allowed = max(1, telling // 4)
    edits = OSA.distance(left.compact, right.compact, score_cutoff=allowed)
    if edits and re.sub(r"\D", "", left.compact) != re.sub(r"\D", "", right.compact):
        return 0.0
    return 1.0 - edits / telling if edits <= allowed else 0.0


def _is_acronym(left: _Profile, right: _Profile) -> bool:
    short, long = (left, right) if len(left.compact) < len(right.compact) else (right, left)
    return len(short.compact) >= 3 and short.compact == long.initials


def _name_similarity(left: _Profile, right: _Profile) -> float:
    """Return the similarity of two names, 1 only when their normalised forms are equal."""
    if not left.core or not right.core:
        return 0.0
    if left.core == right.core:
        return 1.0
    if left.compact == right.compact:
        return 0.99
    alike = max(_words_similarity(left, right), _joined_similarity(left, right))
    if alike < 0.72 and _is_acronym(left, right):
        alike = 0.72 if len(left.initials or right.initials) > 3 else 0.64
    return min(alike, 0.97)


# --- the other fields ------------------------------------------------------------------------------------------------


def _digits(phone: str) -> str:
    """Return the last nine digits of a phone number, '' when it has fewer than seven."""
    digits = re.sub(r"\D", "", phone) if phone else ""
    return digits[-9:] if len(digits) >= 7 else ""


def _plain(text: str) -> str:
    return text.strip().casefold() if text else ""


def _percent(similarity: float) -> int:
    return round(100 * similarity)


NAME_POINTS = 90
COUNTRY_POINTS = (6, -12)
DOMAIN_POINTS = (95, -8)
SAME_LABEL_POINTS = 12
PHONE_POINTS = (14, 0)
POSTCODE_POINTS = (6, -4)
CITY_POINTS = (4, -3)
ADDRESS_POINTS = (14, -6)
"""Points for equal and for different values, where both are known."""


def _name_reason(left: Identity, right: Identity) -> Reason:
    alike = _name_similarity(_profile(left.name), _profile(right.name))
    if alike == 1.0:
        sentence = _("the names are equal but for spelling and legal form")
    else:
        sentence = format_lazy(_("the names are {percent} % alike"), percent=_percent(alike))
    return Reason("name", alike, round(NAME_POINTS * alike), sentence)


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


def _is_same_by_rule(reasons: tuple[Reason, ...]) -> bool:
    """Return whether the registrable domains are equal, or the normalised names and the known countries."""
    equal = {reason.field for reason in reasons if reason.similarity == 1.0}
    return "domain" in equal or {"name", "country"} <= equal


def band_of(score: int) -> Band:
    """Return the band of a score from 0 to 100."""
    if score >= SAME_FROM:
        return Band.SAME
    return Band.REVIEW if score >= REVIEW_FROM else Band.DIFFERENT


def compare(left: Identity, right: Identity) -> Match:
    """Return how likely the two are one end customer, with the reasons. Symmetric, and the same every time."""
    reasons = _reasons(left, right)
    score = sum(reason.weight for reason in reasons)
    if _is_same_by_rule(reasons):
        score = max(score, SAME_FROM)
    score = max(0, min(100, score))
    return Match(score, band_of(score), reasons)


# --- keys ------------------------------------------------------------------------------------------------------------

KEY_PREFIX = 9
"""Letters of the sounds that carry deletion keys: an edit further back leaves the prefix as it is."""
MAX_KEYS = 20

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("chr", "kr"), ("tsch|tch|sch|sh|zh|cz", "s"), ("ch|kh|ck", "k"), ("ph", "f"), ("th", "t"), ("gh", "g"),
        ("c(?=[eiy])", "s"), ("x", "ks"),
    )
)  # fmt: skip
_LETTER_SOUNDS = str.maketrans("cqzwy", "kksvi")
_DOUBLED = re.compile(r"(.)\1+")
_SILENT = re.compile("(?<=.)[aeiouhj]")


@lru_cache(maxsize=4096)
def sounds_of(word: str) -> str:
    """Return the consonants of a folded word, alike sounds written alike; other scripts stay as they are."""
    if not word.isascii():
        return word
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return _DOUBLED.sub(r"\1", _SILENT.sub("", word.translate(_LETTER_SOUNDS)))


def _deletions(text: str) -> set[str]:
    return {text[:at] + text[at + 1 :] for at in range(len(text))}


def _name_keys(name: str, country: str) -> set[str]:
    profile = _profile(name)
    if not profile.core:
        return set()
    leading = "".join(profile.leading)
    keys = {"c:" + profile.compact, "c:" + leading, "t:" + "".join(sorted(profile.leading))}
    sounds = "".join(map(sounds_of, profile.leading))
    if len(leading) <= 9:
        keys.update("x:" + rest for rest in _deletions(leading) if len(rest) > 2)
    if len(sounds) >= 5:
        prefix = sounds[:KEY_PREFIX]
        keys.update("s:" + rest for rest in (_deletions(prefix) if len(prefix) > 5 else ()))
        keys.add("s:" + prefix)
    if len(profile.leading) > 1 and len(profile.leading[0]) > 5:
        keys.add("c:" + profile.leading[0])
    for initials in (profile.initials, profile.compact if 3 <= len(profile.compact) <= 6 else ""):
        if len(initials) > 3:
            keys.add("a:" + initials)
        elif len(initials) == 3 and country:
            keys.add(f"a:{initials}/{country}")
    return {key[:64] for key in keys}


def match_keys(identity: Identity) -> frozenset[str]:
    """Return the candidate keys of an identity: two that share none are not worth comparing. At most `MAX_KEYS`.

    Kinds: d domain, l its label, c name without blanks, t distinctive words sorted, x and s deletions from
    letters and from sounds, a acronym, p phone.
    """
    keys = _name_keys(identity.name, _plain(identity.country))
    label, suffix = split_domain(identity.domain) if identity.domain else ("", "")
    if label:
        keys |= {f"d:{label}.{suffix}"[:64], ("c:" + label.replace("-", ""))[:64]}
    if phone := _digits(identity.phone):
        keys.add("p:" + phone)
    return frozenset(keys)
