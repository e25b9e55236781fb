"""Short strings under which an end customer is found as a candidate, kept in an indexed table and compared with `=`.

Two customers that share no key are never compared, so the keys decide what can be found at all; how much that is, is
measured by `manage.py evaluate_matching`. The keys are a deletion neighbourhood (Garbe's SymSpell, after Bocek, Hunt,
Stiller 2007, "Fast similarity search in large dictionaries") beside exact ones; see docs/explanation/matching.md.
"""

from accounts.identities import Identity, plain
from accounts.name_similarity import NameProfile, deletions_of, profile_of, respelled, sounds_of
from accounts.naming import fold_text
from accounts.places import phone_digits, place_of, plain_postcode
from accounts.registers import registry_key, vat_key
from accounts.vocabulary import GENERIC_WEIGHT, WEIGHTS
from prm.kernel.domains import split_domain

KEY_PREFIX = 9
"""Sounds that carry deletion keys: an edit further back leaves the prefix as it is."""
FULL_PREFIX = 14
BEGINNING = 7
SHORT_NAME = 9
"""Up to so many letters, deletions are made from the letters, from here on from the sounds."""
FEW_SOUNDS = 5
KEY_LENGTH = 64
MAX_KEYS = 28
STREET_PREFIX = 12


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


def _beginning_keys(profile: NameProfile) -> list[str]:
    """Return the key of how a name begins, wherever its blanks are: "ST Microelectronics Crolles", "STMicroelectronic".

    Not where it begins with a common word, which thousands do.
    """
    first = profile.core.split(" ", 1)[0]
    sounds = sounds_of(profile.compact)
    return ["g:" + sounds[:BEGINNING]] if len(sounds) >= BEGINNING and first not in WEIGHTS else []


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
    keys += _beginning_keys(profile)
    return keys + _acronym_keys(profile, country) + _spelling_keys(leading, sounds)


def _place_keys(identity: Identity) -> list[str]:
    """Return the keys of phone number and address: house number with street, with postcode, and with the town.

    A house number alone is kept only from three digits on: of the shorter ones each street has one.
    """
    keys = []
    if phone := phone_digits(identity.phone):
        keys.append("p:" + phone)
    place = place_of(identity.address) if identity.address else None
    if place is None or not place.number:
        return keys
    postcode, city = plain_postcode(identity.postcode), fold_text(identity.city) if identity.city else ""
    if place.street:
        keys.append(f"h:{place.number}{place.street[:STREET_PREFIX]}/{city}")
    if postcode:
        keys.append(f"h:{place.number}/{postcode}")
    if len(place.number) > 2:
        keys.append(f"n:{place.number}/{city}")
    return keys


def _number_keys(identity: Identity) -> list[str]:
    """Return the keys of numbers that a register gave to one company only.

    The registry number also without its country, which one of two that write it may have left out.
    """
    found = [
        "r:" + registry_key(identity.registry_number, identity.country),
        "r:" + registry_key(identity.registry_number),
        "v:" + vat_key(identity.vat, identity.country),
    ]
    return [key for key in found if len(key) > len("r:")]


def sure_keys(identity: Identity) -> list[str]:
    """Return the keys that nobody else has, where their text isn't mistaken: domain, registry and VAT number."""
    label, suffix = split_domain(identity.domain) if identity.domain else ("", "")
    keys = [f"d:{label}.{suffix}"] if label else []
    return [key[:KEY_LENGTH] for key in (*keys, *_number_keys(identity))]


def match_keys(identity: Identity) -> frozenset[str]:
    """Return the candidate keys of an identity: two that share none are not worth comparing. At most `MAX_KEYS`.

    Kinds: d domain; r registry number; v VAT number; c name without blanks, its distinctive part, or a domain's label;
    t distinctive words sorted; f the whole name's sounds; g how they begin; s the distinctive part's sounds, with
    deletions; x its letters, with deletions; a acronym; p phone; h house with street or postcode; n house number.
    """
    label, _suffix = split_domain(identity.domain) if identity.domain else ("", "")
    keys = sure_keys(identity) + (["c:" + label.replace("-", "")] if label else []) + _place_keys(identity)
    keys += _name_keys(identity.name, plain(identity.country))
    return frozenset([key[:KEY_LENGTH] for key in dict.fromkeys(keys)][:MAX_KEYS])
