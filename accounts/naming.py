# ruff: noqa: RUF001 - the tables below are Greek and Cyrillic on purpose
"""Names and web addresses of companies, brought into one form.

`normalise_name` and `registrable_domain` feed unique constraints: what they return for a given text must not change
without a data migration.
"""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

import tldextract

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


_FREE_MAIL = """
gmail googlemail hotmail outlook live msn yahoo ymail rocketmail aol icloud me mac gmx web t-online freenet mail
protonmail proton pm tutanota tuta zoho yandex qq 163 126 sina sohu foxmail naver hanmail daum rediffmail wanadoo
orange laposte free sfr libero virgilio tiscali seznam centrum wp o2 onet interia rambler inbox list bk comcast
verizon att sbcglobal bellsouth cox charter earthlink juno btinternet sky ntlworld telia telenet skynet ziggo kpnmail
home planet xs4all bluewin hispeed terra uol bol ig fastmail hushmail mailbox posteo
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
"""Labels of mail providers, whatever the public suffix (yahoo.co.uk, hotmail.fr)."""

_AMBIGUOUS_MAIL = {
    "me": "com", "mac": "com", "web": "de", "free": "fr", "mail": "com ru de", "home": "nl", "planet": "nl",
    "sky": "com", "orange": "fr", "att": "net", "verizon": "net", "cox": "net", "charter": "net", "live": "*",
    "list": "ru", "bk": "ru", "o2": "pl", "wp": "pl", "terra": "com.br es", "ig": "com.br", "bol": "com.br",
    "uol": "com.br", "126": "com", "163": "com", "pm": "me", "proton": "me", "inbox": "com lv ru", "sina": "com cn",
    "mailbox": "org", "telia": "com", "zoho": "com", "yandex": "ru com", "centrum": "cz sk",
    "daum": "net", "tiscali": "it co.uk", "libero": "it", "naver": "com", "comcast": "net", "rambler": "ru",
}  # fmt: skip
"""Labels that are companies, too: a mail provider only under these suffixes."""

_SHARED_HOSTS = """
linkedin.com facebook.com fb.com fb.me instagram.com twitter.com x.com youtube.com youtu.be tiktok.com xing.com
pinterest.com vk.com ok.ru weibo.com wechat.com whatsapp.com wa.me t.me telegram.me reddit.com medium.com tumblr.com
snapchat.com threads.net bsky.app linktr.ee bit.ly goo.gl tinyurl.com g.page g.co yelp.com tripadvisor.com
crunchbase.com wikipedia.org glassdoor.com indeed.com etsy.com eventbrite.com sites.google.com docs.google.com
maps.google.com business.google.com drive.google.com forms.gle wordpress.com wix.com squarespace.com weebly.com
jimdo.com godaddysites.com business.site webflow.io blogspot.com github.com gitlab.com notion.site notion.so
dropbox.com sharepoint.com onmicrosoft.com parked.com sedoparking.com example.invalid
"""
SHARED_HOSTS = frozenset(_SHARED_HOSTS.split())
"""Hosts whose pages belong to many companies; the address says nothing about which."""

_DOCUMENTATION_SUFFIXES = frozenset({"example", "test"})  # RFC 2606: not public suffixes, but used in demos
_HOST = re.compile(r"^(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_][\w-]{0,61}[^\W_]$")

# The list that the package carries, never fetched; private suffixes count (shop-a.myshopify.com is not shop-b's).
_split_host = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def _host_of(text: str) -> str:
    """Return the host in a URL, mail address or bare host name, in lower-case IDNA; '' when there is none."""
    words = text.strip().split()
    if not words or len(words[0]) > 2000:
        return ""
    word = words[0].strip("<>\"'(),;").removeprefix("mailto:")
    try:
        address = urlsplit(word if "://" in word else "//" + word.removeprefix("//"))
        host = (address.hostname or "").rstrip(".")
        host = unicodedata.normalize("NFKC", host).encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        return ""
    return host if len(host) <= 253 and _HOST.match(host) else ""


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_free_mail(label: str, suffix: str) -> bool:
    if label not in FREE_MAIL:
        return False
    suffixes = _AMBIGUOUS_MAIL.get(label, "*")
    return suffixes == "*" or suffix in suffixes.split()


@lru_cache(maxsize=4096)
def split_domain(text: str) -> tuple[str, str]:
    """Return label and public suffix of the company's domain in `text`; ('', '') where there is none.

    Mail providers, IP addresses, public suffixes, social networks and other shared hosts are no company's domain.
    """
    host = _host_of(text)
    if not host or _is_ip(host):
        return "", ""
    parts = _split_host(host)
    label, suffix = parts.domain, parts.suffix
    if not suffix:
        label, _, suffix = host.rpartition(".")
        label = label.rpartition(".")[2]
        if suffix not in _DOCUMENTATION_SUFFIXES:
            return "", ""
    domain = f"{label}.{suffix}"
    if not label or domain in SHARED_HOSTS or host.removeprefix("www.") in SHARED_HOSTS or _is_free_mail(label, suffix):
        return "", ""
    return label, suffix


def registrable_domain(text: str) -> str:
    """Return the registrable domain in a URL, host or mail address, in lower-case IDNA, or ''.

    "https://shop.castellan.co.uk/x" gives "castellan.co.uk". See `split_domain` for what gives ''.
    """
    label, suffix = split_domain(text)
    return f"{label}.{suffix}" if label else ""
