"""How likely two end customers, as different people wrote them, are one, and why.

It knows no database: candidates are found with `accounts.candidate_keys`, `compare` scores one pair. The score is a
probability in percent, from weights fitted to known pairs (`accounts.match_model`); strict rules stand above it. A
score only routes to review; nothing is ever declined by it. How well it does is measured by
`manage.py evaluate_matching`; see docs/explanation/matching.md.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.identities import Identity, plain
from accounts.match_model import MatchModel, match_model, percent_of
from accounts.name_similarity import name_similarity, profile_of
from accounts.places import phone_digits, phones_near, place_of, plain_postcode, same_street
from accounts.registers import registry_key, vat_key
from prm.kernel.domains import split_domain

CERTAIN = 99
"""At least, where a strict rule makes two customers one."""
NAMES_ALONE = 0.94
"""Names less alike than this are never the same customer unless another field agrees."""


class Band(StrEnum):
    """What a score means for the person who reads it."""

    SAME = "same"
    REVIEW = "review"
    DIFFERENT = "different"


class Ruling(StrEnum):
    """What a strict rule says, whatever the score."""

    SAME = "same"
    NOT_ALONE = "not_alone"
    """Never further than review: a subsidiary abroad, another site, or names that are merely alike."""
    NONE = ""


@dataclass(frozen=True, slots=True)
class Bands:
    """From which score on, in percent, two customers are the same, and from which a person looks at them."""

    same_from: int = 95
    review_from: int = 30

    def band_of(self, score: int, ruling: Ruling = Ruling.NONE) -> Band:
        """Return the band of a score under a ruling."""
        if ruling is Ruling.SAME:
            return Band.SAME
        if score < self.review_from:
            return Band.DIFFERENT
        return Band.SAME if score >= self.same_from and ruling is Ruling.NONE else Band.REVIEW


STANDARD = Bands()


@dataclass(frozen=True, slots=True)
class Reason:
    """What one field says: its similarity from 0 to 1, its weight in decibans, and a sentence.

    Ten points make it ten times as likely that both are one; the name's hold the base rate as well. outcome: what the
    comparison came to, by which the model knows the weight.
    """

    field: str
    similarity: float
    weight: int
    sentence: str | Promise
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """How likely a pair is one customer, 0 to 100 %, with its reasons: the score follows from their weights' sum."""

    score: int
    band: Band
    reasons: tuple[Reason, ...]
    ruling: Ruling = Ruling.NONE

    @property
    def points(self) -> int:
        """The weights' sum, in decibans: 0 is an even chance."""
        return sum(reason.weight for reason in self.reasons)

    @property
    def why(self) -> str:
        """Return one sentence with the two strongest fields and the score."""
        strongest = sorted(self.reasons, key=lambda reason: -abs(reason.weight))[:2]
        told = "; ".join(str(reason.sentence) for reason in strongest)
        told = told[:1].upper() + told[1:]
        return str(_("%(told)s: %(score)d of 100.")) % {"told": told, "score": self.score}


# --- fields ----------------------------------------------------------------------------------------------------------


def _percent(similarity: float) -> int:
    return round(100 * similarity)


def _name_reason(left: Identity, right: Identity, model: MatchModel, *, at_address: bool) -> Reason:
    ours, theirs = profile_of(left.name), profile_of(right.name)
    alike = name_similarity(ours, theirs)
    points = (model.name_at_address if at_address else model.name)(alike)
    if not (ours.strong and theirs.strong):
        points += model.fields["common_name"]["equal"]
    if alike == 1.0:
        sentence = _("the names are equal but for spelling and legal form")
    else:
        sentence = format_lazy(_("the names are {percent} % alike"), percent=_percent(alike))
    return Reason("name", alike, round(points), sentence, "at address" if at_address else "alone")


def _domain_reason(left: str, right: str, model: MatchModel) -> Reason | None:
    label, suffix = split_domain(left) if left else ("", "")
    other_label, other_suffix = split_domain(right) if right else ("", "")
    if not label or not other_label:
        return None
    weights = model.fields["domain"]
    if label != other_label:
        sentence = format_lazy(
            _("the domains differ ({left}, {right})"),
            left=f"{label}.{suffix}",
            right=f"{other_label}.{other_suffix}",
        )
        return Reason("domain", 0.0, round(weights["different"]), sentence, "different")
    if suffix == other_suffix:
        sentence = format_lazy(_("both use the domain {domain}"), domain=f"{label}.{suffix}")
        return Reason("domain", 1.0, round(weights["equal"]), sentence, "equal")
    sentence = format_lazy(_("both domains begin with {label}"), label=label)
    return Reason("domain", 0.8, round(weights["near"]), sentence, "near")


_SENTENCES: dict[str, tuple[Promise, Promise, Promise]] = {
    "country": (_("the country is the same"), _("the countries differ"), _("the countries differ")),
    "phone": (
        _("the phone number is the same"),
        _("the phone numbers are of one switchboard"),
        _("the phone numbers differ"),
    ),
    "postcode": (_("the postcode is the same"), _("the postcodes differ"), _("the postcodes differ")),
    "city": (_("the city is the same"), _("the cities differ"), _("the cities differ")),
    "registry": (
        _("the registry number is the same"),
        _("the registry numbers differ"),
        _("the registry numbers differ"),
    ),
    "vat": (_("the VAT number is the same"), _("the VAT numbers differ"), _("the VAT numbers differ")),
}
"""For equal, near and different."""
_OUTCOMES = ("equal", "near", "different")
_ALIKE = (1.0, 0.5, 0.0)


def _field_reason(field: str, values: tuple[str, str], model: MatchModel, *, near: bool = False) -> Reason | None:
    """Return the reason for a field that is equal or not, None where either is unknown."""
    left, right = values
    if not left or not right:
        return None
    outcome = 0 if left == right else 1 if near else 2
    weight = model.fields[field][_OUTCOMES[outcome]]
    return Reason(field, _ALIKE[outcome], round(weight), _SENTENCES[field][outcome], _OUTCOMES[outcome])


_AT: dict[tuple[bool, bool], tuple[float, Promise]] = {
    (True, True): (1.0, _("the address is the same")),
    (True, False): (0.5, _("the house number is the same, the street differs")),
    (False, True): (0.5, _("the street is the same, the house number differs")),
    (False, False): (0.0, _("the addresses differ")),
}
"""By whether house number and street are the same: similarity and sentence."""


def _address_reasons(left: Identity, right: Identity, model: MatchModel) -> list[Reason]:
    """Return the reasons for street address and postcode, which say more together than each alone."""
    ours, theirs = place_of(left.address), place_of(right.address)
    codes = plain_postcode(left.postcode), plain_postcode(right.postcode)
    if ours is None or theirs is None:
        found = _field_reason("postcode", codes, model)
        return [found] if found else []
    number, street = bool(ours.number) and ours.number == theirs.number, same_street(ours, theirs)
    code = "unknown" if not all(codes) else "equal" if codes[0] == codes[1] else "different"
    kind = f"{'number' if number else 'no number'}, {'street' if street else 'no street'}, postcode {code}"
    alike, sentence = _AT[number, street]
    if code == "equal":
        sentence = format_lazy(_("{sentence}, with the same postcode"), sentence=sentence)
    elif code == "different":
        sentence = format_lazy(_("{sentence}, with another postcode"), sentence=sentence)
    return [Reason("address", alike, round(model.fields["address"][kind]), sentence, kind)]


def _reasons(left: Identity, right: Identity) -> tuple[Reason, ...]:
    """Return a reason for each field that both identities have, the name's first."""
    model = match_model()
    phones = phone_digits(left.phone), phone_digits(right.phone)
    near = bool(phones[0] and phones[1]) and phones_near(*phones)
    where = _address_reasons(left, right, model) if left.address or left.postcode else []
    at_address = bool(where) and where[0].field == "address"
    found = [
        _name_reason(left, right, model, at_address=at_address),
        _domain_reason(left.domain, right.domain, model) if left.domain and right.domain else None,
        _field_reason("country", (plain(left.country), plain(right.country)), model),
        _field_reason("phone", phones, model, near=near),
        *where,
        _field_reason("city", (plain(left.city), plain(right.city)), model),
    ]
    if (left.registry_number and right.registry_number) or (left.vat and right.vat):
        found += _number_reasons(left, right, model)
    return tuple(reason for reason in found if reason is not None)


def _number_reasons(left: Identity, right: Identity, model: MatchModel) -> list[Reason | None]:
    one, other = left.country, right.country
    country = one or other
    numbers = [registry_key(side.registry_number, side.country or country) for side in (left, right)]
    vats = [vat_key(side.vat, side.country or country) for side in (left, right)]
    return [_field_reason("registry", (numbers[0], numbers[1]), model), _field_reason("vat", (vats[0], vats[1]), model)]


# --- rules and score -------------------------------------------------------------------------------------------------

_SURE = ("domain", "registry", "vat")
_AGREEING = {"domain": 0.8, "phone": 1.0, "address": 1.0, "postcode": 1.0}
"""What makes up for names that are merely alike, from this similarity on."""


def _ruling(reasons: tuple[Reason, ...]) -> Ruling:
    """Return what the strict rules say: equal numbers or domains are decisive, places elsewhere are for a person."""
    alike = {reason.field: reason.similarity for reason in reasons}
    if any(alike.get(field) == 1.0 for field in _SURE) or alike["name"] == alike.get("country") == 1.0:
        return Ruling.SAME
    if any(alike.get(field) == 0.0 for field in ("country", "address", "registry", "vat")):
        return Ruling.NOT_ALONE
    agreeing = any(alike.get(field, 0.0) >= enough for field, enough in _AGREEING.items())
    return Ruling.NONE if agreeing or alike["name"] >= NAMES_ALONE else Ruling.NOT_ALONE


def compare(left: Identity, right: Identity, bands: Bands = STANDARD) -> Match:
    """Return how likely the two are one end customer, with the reasons. Symmetric, and the same every time."""
    reasons = _reasons(left, right)
    ruling = _ruling(reasons)
    if ruling is Ruling.NONE and not (profile_of(left.name).strong or len(reasons) > 1):
        ruling = Ruling.NOT_ALONE  # "Royal" and "Royal Ltd": common words prove nothing alone
    score = percent_of(sum(reason.weight for reason in reasons))
    if ruling is Ruling.SAME:
        score = max(score, CERTAIN)
    return Match(score, bands.band_of(score, ruling), reasons, ruling)
