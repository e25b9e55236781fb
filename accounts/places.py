"""Phone numbers and street addresses as people write them, taken apart for comparison."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from accounts.naming import fold_text

SHORTEST_PHONE = 7
SWITCHBOARD = 2
"""So many last digits may be an extension of one switchboard."""
NEAR_STREET = 0.8
"""From here on two street names are one, misspelled ("Lakeshore", "Lake Shore")."""

_MARKS = re.compile(r"\D")
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th)$")
_DIRECTION_WORDS = """
n s e w ne nw se sw north south east west nord sud ost est norte sur este oeste
"""
_DIRECTIONS = frozenset(_DIRECTION_WORDS.split())
_KIND_WORDS = """
st street str strasse rue ave av avenue avenida rd road blvd boulevard dr drive ln lane pl place plaza platz ct court
pkwy parkway hwy highway sq square ter terrace way weg via calle quai allee suite ste floor fl unit bldg building room
rm apt
"""
_KINDS = frozenset(_KIND_WORDS.split())


def phone_digits(phone: str) -> str:
    """Return the last nine digits of a phone number, '' when it has fewer than seven."""
    digits = _MARKS.sub("", phone) if phone else ""
    return digits[-9:] if len(digits) >= SHORTEST_PHONE else ""


def phones_near(left: str, right: str) -> bool:
    """Whether two different numbers may be extensions of one switchboard: all but the last two digits are equal."""
    short = min(len(left), len(right))
    return left[-short:-SWITCHBOARD] == right[-short:-SWITCHBOARD]


def plain_postcode(postcode: str) -> str:
    """Return a postcode without blanks and marks, in lower case."""
    return "".join(character for character in postcode.casefold() if character.isalnum()) if postcode else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A street address: its house number ('' when there is none) and the street's name without blanks."""

    number: str
    street: str


@lru_cache(maxsize=4096)
def place_of(address: str) -> Place | None:
    """Return the address taken apart, None where it has no word. The house number may stand before or behind."""
    words = fold_text(address).split()
    if len(words) < 2:
        return None
    numbers = [at for at, word in enumerate(words) if word[0].isdigit() and not _ORDINAL.match(word)]
    at = numbers[0] if numbers else -1
    kept = [_ORDINAL.sub(r"\1", word) for place, word in enumerate(words) if place != at]
    street: list[str] = []
    for word in kept:
        if word in _KINDS and street:
            break  # what follows is a suite, a floor, a building
        if word not in _DIRECTIONS and word not in _KINDS:
            street.append(word)
    return Place(words[at] if numbers else "", "".join(street))


def same_street(left: Place, right: Place) -> bool:
    """Whether two streets are one, a slip of the pen or a further word apart."""
    ours, theirs = left.street, right.street
    if not ours or not theirs:
        return False
    if ours == theirs:
        return True
    if ours.isdigit() or theirs.isdigit():
        return False
    if min(len(ours), len(theirs)) >= 4 and (ours.startswith(theirs) or theirs.startswith(ours)):
        return True
    return OSA.normalized_similarity(ours, theirs, score_cutoff=NEAR_STREET) > 0
