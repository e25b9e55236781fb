"""How alike two company names are, and what of a name tells one company from another.

The method is weighted soft token matching (Cohen, Ravikumar, Fienberg 2003, "A comparison of string distance metrics
for name-matching tasks") with fixed weights for common words instead of counted ones, so that the same two names get
the same score in every database.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from accounts.legal_forms import GLUED, LABELS, MID_NAME
from accounts.naming import normalise_name
from accounts.vocabulary import ALIASES, WEIGHTS

MAX_WORDS = 12
DISTINCTIVE = 0.75
"""Words of at least this weight tell one company from another."""
FORM_WEIGHT = 0.1
PLAIN_WEIGHT = 0.8
"""Of every word in a name that has no distinctive one."""
FIRST_WORD = 1.25
AFTER_FORM = 0.3
NEARLY_EQUAL = 0.995
"""The same words in another order or joined."""
SLIP = 0.95
"""At most: a slip of the pen in a long name."""
CONTAINED = 0.92
"""At most: words are missing or differ."""
SHARED_GENERIC = 0.55
"""At most: only common words are shared."""
SOUNDS_ALIKE = 0.8
"""At least: the distinctive parts, written differently, sound the same ("Chaikovskii", "Tschaikowsky")."""
RUN_TOGETHER = 0.85
"""At least: one begins with the other's first words, written as one."""
OTHER_NUMBERS = 0.58
"""At most: both have numbers, and none in common ("Fund 17", "Fund 18")."""
ACRONYM = (0.7, 0.76)
"""For three letters and for more."""

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("^ch(?=[aeiou])", "s"),
        ("tsch|tch|sch|sh|zh|cz", "s"), ("ch|kh|ck", "k"), ("ph", "f"), ("th", "t"), ("gh", "g"),
        ("c(?=[eiy])", "s"), ("x", "ks"),
    )
)  # fmt: skip
_LETTER_SOUNDS = str.maketrans("cqzwy", "kksvi")
_DOUBLED = re.compile(r"(.)\1+")
_SILENT = re.compile("(?<=.)[aeiouhj]")


@dataclass(frozen=True, slots=True)
class NameProfile:
    """A name taken apart once, kept for the next comparison."""

    core: str
    compact: str
    """Without blanks, and without a legal form glued to its end."""
    words: tuple[str, ...]
    weights: tuple[float, ...]
    total: float
    leading: tuple[str, ...]
    """Its distinctive words, or all but the function words when none is."""
    strong: tuple[str, ...]
    """Those of them that are not common words either ("Premier", "Smith")."""
    plain: bool
    """No word of it is distinctive: "Bank of China"."""
    initials: str


def _word_weight(word: str) -> float:
    weight = FORM_WEIGHT if word in LABELS else WEIGHTS.get(word, 1.0)
    short = len(word) < 3 and word.isascii() and word.isalpha()
    return 0.8 if short and weight == 1.0 else weight


def _without_glued_form(word: str) -> str:
    glued = next((form for form in GLUED if word.endswith(form) and len(word) > len(form) + 4), "")
    return word.removesuffix(glued)


def _weighted_words(core: str) -> dict[str, float]:
    """Return each word of a normalised name, abbreviations written out, with what it says about the company."""
    weighted: dict[str, float] = {}
    after_form = False
    for word in core.split()[:MAX_WORDS]:
        after_form = after_form or (bool(weighted) and word in MID_NAME)
        known = ALIASES.get(word) or _without_glued_form(word)
        weighted.setdefault(known, _word_weight(known) * (AFTER_FORM if after_form else 1.0))
    return weighted


@lru_cache(maxsize=4096)
def profile_of(name: str) -> NameProfile:
    """Return the name's words with their weights; what follows a legal form in mid-name hardly counts."""
    core = normalise_name(name)
    weighted = _weighted_words(core)
    leading = [word for word, weight in weighted.items() if weight >= DISTINCTIVE]
    plain = not leading
    if plain:
        leading = [word for word, weight in weighted.items() if weight > FORM_WEIGHT] or list(weighted)
        weighted = {word: weight if weight <= FORM_WEIGHT else PLAIN_WEIGHT for word, weight in weighted.items()}
    initials = [word[0] for word, weight in weighted.items() if weight > FORM_WEIGHT]
    strong = tuple(word for word in leading if WEIGHTS.get(word, 1.0) == 1.0)
    if leading and weighted[leading[0]] >= DISTINCTIVE and next(iter(weighted)) == leading[0]:
        weighted[leading[0]] *= FIRST_WORD  # what a name begins with is rarely an addition
    return NameProfile(
        core=core,
        compact=_without_glued_form(core.replace(" ", "")),
        words=tuple(weighted),
        weights=tuple(weighted.values()),
        total=sum(weighted.values()) or 1.0,
        leading=tuple(leading),
        strong=strong,
        plain=plain,
        initials="".join(initials) if len(initials) > 1 else "",
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


def _pair_words(left: NameProfile, right: NameProfile) -> list[tuple[float, float, float]]:
    """Return similarity and both weights of each pair of words, equal ones first, then the most alike."""
    rest = dict(zip(right.words, right.weights, strict=True))
    pairs: list[tuple[float, float, float]] = []
    open_left: dict[str, float] = {}
    for word, weight in zip(left.words, left.weights, strict=True):
        if word in rest:
            pairs.append((1.0, weight, rest.pop(word)))
        else:
            open_left[word] = weight
    near = [(_word_similarity(a, b), a, b) for a in open_left for b in rest] if rest else []
    for alike, a, b in sorted((n for n in near if n[0]), key=lambda n: (-n[0], min(n[1:]), max(n[1:]))):
        if a in open_left and b in rest:
            pairs.append((alike, open_left.pop(a), rest.pop(b)))
    return pairs


def _words_similarity(left: NameProfile, right: NameProfile) -> float:
    """Return the weighted soft overlap of the two names' words, whatever their order.

    A name that is contained in the other counts for more, if what they share is distinctive; two names that share
    only words like "International" stay below review.
    """
    pairs = _pair_words(left, right)
    covered_left = sum(alike * weight for alike, weight, _other in pairs)
    covered_right = sum(alike * other for alike, _weight, other in pairs)
    overlap = (covered_left + covered_right) / (left.total + right.total)
    telling = [min(weight, other) for _alike, weight, other in pairs if min(weight, other) >= DISTINCTIVE]
    if left.plain and right.plain:
        return overlap
    if not telling:
        return min(overlap, SHARED_GENERIC)
    contained = max(covered_left / left.total, covered_right / right.total)
    if contained <= 0.5 or (len(telling) == 1 and telling[0] < 1.0):
        return overlap
    return 0.6 * overlap + 0.4 * contained


def _joined_similarity(left: NameProfile, right: NameProfile) -> float:
    """Return 1 less the edits between the names without blanks, counted against their distinctive part only.

    Counted against the whole, "Acme International Systems" and "Acne International Systems" would be 96 % alike.
    """
    if left.plain or right.plain:
        return float(left.compact == right.compact)
    telling = min(len("".join(left.leading)), len("".join(right.leading)))
    allowed = max(1, telling // 4)
    edits = OSA.distance(left.compact, right.compact, score_cutoff=allowed)
    if edits > allowed or (edits and _numbers(left.compact) != _numbers(right.compact)):
        return 0.0
    return 1.0 - edits / telling


def _numbers(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _numbers_differ(left: NameProfile, right: NameProfile) -> bool:
    ours = {word for word in left.words if word.isdigit()}
    theirs = {word for word in right.words if word.isdigit()}
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def _sound_alike(left: NameProfile, right: NameProfile) -> bool:
    if not left.strong or not right.strong or left.leading == right.leading:
        return False
    sounds = sounds_of("".join(left.leading))
    return len(sounds) > 4 and sounds == sounds_of("".join(right.leading))


def _is_acronym(left: NameProfile, right: NameProfile) -> bool:
    short, long = (left, right) if len(left.compact) < len(right.compact) else (right, left)
    return len(short.compact) >= 3 and short.compact == long.initials


def _begins_run_together(left: NameProfile, right: NameProfile) -> bool:
    """Whether one name's first word is how the other begins, its blanks left out: "STMicroelectronics Amsterdam"."""
    if left.core[0] != right.core[0]:
        return False
    for one, other in ((left.core, right.core), (right.core, left.core)):
        first, _, rest = one.partition(" ")
        target, joined = other.split(" ", 1)[0], first
        if first in WEIGHTS or len(first) >= len(target) or not target.startswith(first):
            continue
        for word in rest.split():
            joined += word
            if joined == target:
                return True
            if not target.startswith(joined):
                break
    return False


def name_similarity(left: NameProfile, right: NameProfile) -> float:
    """Return the similarity of two names, 1 only when their normalised forms are equal."""
    if not left.core or not right.core:
        return 0.0
    if left.core == right.core:
        return 1.0
    if left.compact == right.compact or sorted(left.words) == sorted(right.words):
        return NEARLY_EQUAL
    if _numbers_differ(left, right):
        return min(_words_similarity(left, right), OTHER_NUMBERS)
    joined = _joined_similarity(left, right)
    if joined >= 0.9:
        return min(joined, SLIP)
    alike = max(_words_similarity(left, right), joined)
    if alike < SOUNDS_ALIKE and _sound_alike(left, right):
        alike = SOUNDS_ALIKE
    if alike < ACRONYM[1] and _is_acronym(left, right):
        alike = ACRONYM[len(left.initials or right.initials) > 3]
    if alike < RUN_TOGETHER and _begins_run_together(left, right):
        alike = RUN_TOGETHER
    return min(alike, CONTAINED)


@lru_cache(maxsize=4096)
def sounds_of(word: str) -> str:
    """Return the consonants of a folded word, alike sounds written alike; other scripts stay as they are."""
    if not word.isascii():
        return word
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return _SILENT.sub("", _DOUBLED.sub(r"\1", word.translate(_LETTER_SOUNDS)))


def deletions_of(text: str) -> set[str]:
    """Return the text with each of its characters left out in turn."""
    return {text[:at] + text[at + 1 :] for at in range(len(text))}


@lru_cache(maxsize=1)
def _vocabulary_deletions() -> dict[str, str]:
    """Return each common word of five or more letters under itself and under its deletions."""
    words = sorted(word for word in WEIGHTS if len(word) > 4)
    return {form: word for word in words for form in deletions_of(word)} | {word: word for word in words}


@lru_cache(maxsize=4096)
def _respelled_word(word: str) -> str:
    if word in WEIGHTS or len(word) < 5 or not word.isascii():
        return word
    known = _vocabulary_deletions()
    meant = (known[form] for form in (word, *sorted(deletions_of(word))) if form in known)
    return next((common for common in meant if OSA.distance(word, common) == 1), word)


def respelled(core: str) -> str:
    """Return a normalised name with words that are one slip away from a common one as that: "cti hsldings"."""
    return " ".join(map(_respelled_word, core.split()))
