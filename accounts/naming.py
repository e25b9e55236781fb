# ruff: noqa: RUF001 - the tables below are Greek and Cyrillic on purpose
"""Names of companies, brought into one form.

`normalise_name` feeds unique constraints: what it returns for a given text must not change without a data migration.
"""

import re
import unicodedata
from html import unescape

from accounts.legal_forms import ATTACHED, LABELS, LEADING, LONGEST_FORM_WORDS

MAX_NAME_LENGTH = 200
KEPT_CODE_POINTS = 8192
"""A text with every character there is must not fill the memory of a web worker."""

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ASCII_BREAK = re.compile(r"[^a-z0-9]+")
_AND = re.compile(r"(?<=\w)\s*[&+]\s*(?=\w)")
_APOSTROPHE = re.compile("['’‘`\u00b4\u02bc]")
_ATTACHED = re.compile("|".join(ATTACHED))

# After ISO 9 and ELOT 743, as companies write themselves; "." stands for nothing.
_CYRILLIC = """
а a б b в v г g д d е e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch ъ .
ы y ь . э e ю yu я ya ё e є e і i ї i ґ g ў u ђ dj ѓ g ј j љ lj њ nj ћ c ќ k џ dz ѕ dz
"""
_GREEK = """
α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
"""
_LATIN = "ø o ł l đ d æ ae œ oe þ th ð d ı i ħ h ŋ n"


def _letters(table: str) -> dict[str, str]:
    words = table.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_TRANSLITERATED = _letters(_CYRILLIC) | _letters(_GREEK) | _letters(_LATIN)


class _Folding(dict[int, str]):
    """Translation of one code point each, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        """Return the folded form: letters transliterated, accents dropped, everything else a blank."""
        character = chr(code)
        folded = _TRANSLITERATED.get(character)
        if folded is None:
            category = unicodedata.category(character)
            if 0x300 <= code <= 0x36F or 0x591 <= code <= 0x5C7 or 0x64B <= code <= 0x65F:
                folded = ""  # accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic
            elif category == "Cf":
                folded = ""  # direction marks, zero-width joiners
            else:
                folded = character if category[0] in "LNM" else " "
        folded = "" if folded == "." else folded
        if len(self) < KEPT_CODE_POINTS:
            self[code] = folded
        return folded


_folding = _Folding()


def fold_text(text: str) -> str:
    """Return `text` in lower case, transliterated, unaccented, punctuation as single blanks."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = unescape(text)
    text = _APOSTROPHE.sub("", text)
    if "&" in text or "+" in text:
        text = _AND.sub(" and ", text)
    if text.isascii():
        return _ASCII_BREAK.sub(" ", text.lower()).strip()
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = unicodedata.normalize("NFC", text.replace("ου", "ou").translate(_folding))
    return " ".join(_ATTACHED.sub(r" \g<0> ", text).split())


def _strip_end(words: list[str]) -> tuple[list[str], str]:
    """Return the words without a legal form at their end, and that form ('' when there is none)."""
    for count in range(min(LONGEST_FORM_WORDS, len(words) - 1), 0, -1):
        form = "".join(words[-count:])
        rest = words[:-count]
        if form not in LABELS or (len(words[-count]) == 1 and len("".join(rest)) < 3):
            continue  # "L.A.S.A." is a name, not "LA" with a form
        return rest, form
    return words, ""


def _strip_start(words: list[str]) -> tuple[list[str], str]:
    """Return the words without a legal form or article at their start, and that form."""
    if len(words) > 1 and words[0] == "the":
        return words[1:], ""
    for count in range(min(3, len(words) - 1), 0, -1):
        form = "".join(words[:count])
        if form in LEADING and len("".join(words[count:])) > 1:
            return words[count:], form
    return words, ""


def _join_initials(words: list[str]) -> list[str]:
    """Return the words with runs of single letters joined: "j p morgan" becomes "jp morgan"."""
    joined: list[str] = []
    open_run = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and open_run:
            joined[-1] += word
        else:
            joined.append(word)
        open_run = single
    return joined


def split_name(name: str) -> tuple[list[str], list[str]]:
    """Return the core words of a company name and the legal forms taken off it, in the order they were found."""
    folded = fold_text(name)
    if len(folded) > MAX_NAME_LENGTH:
        folded = folded[:MAX_NAME_LENGTH].rsplit(" ", 1)[0]
    words, forms = folded.split(), []
    while True:
        before = words
        words, form = _strip_end(words)
        if form:
            forms.append(form)
            if len(words) > 1 and words[-1] == "and":
                words = words[:-1]
            continue
        words, form = _strip_start(words)
        if form:
            forms.append(form)
        if words == before:
            words = _join_initials(words)
            if words == before:
                return words, forms


def normalise_name(name: str) -> str:
    """Return the core of a company name for comparison with `=`, at most 200 characters.

    Lower case, transliterated and unaccented, punctuation folded, "&" as "and", legal forms of many countries taken
    off (also leading ones, "AB SKF"). Not empty when the name has any letter or digit. Idempotent.
    """
    words, _forms = split_name(name)
    if words:
        return " ".join(words)
    kept = unicodedata.normalize("NFKC", name).casefold()
    return "".join(character for character in kept if character.isalnum())[:MAX_NAME_LENGTH]


def legal_form(name: str) -> str:
    """Return the canonical label of the name's legal form ("GmbH", "Ltd", "SA de CV"), or ''."""
    _words, forms = split_name(name)
    return LABELS.get(forms[0], "") if forms else ""
