"""Web and mail addresses of companies, brought down to the domain that the company registered.

`registrable_domain` feeds unique constraints: what it returns for a given text must not change without a data
migration.
"""

import ipaddress
import re
import unicodedata
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from prm.kernel.lazily import lazily

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

tldextract = lazily("tldextract")


@lru_cache(maxsize=1)
def _splitter() -> Any:
    """Return what splits hosts: by the list that the package carries, never fetched.

    Private suffixes count (shop-a.myshopify.com is not shop-b's).
    """
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


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


def names_host(text: str) -> bool:
    """Return whether a text is a web or mail address, whoever's: "castellan.example", "https://castellan.example/x"."""
    return bool(_host_of(text))


@lru_cache(maxsize=4096)
def split_domain(text: str) -> tuple[str, str]:
    """Return label and public suffix of the company's domain in `text`; ('', '') where there is none.

    Mail providers, IP addresses, public suffixes, social networks and other shared hosts are no company's domain.
    """
    host = _host_of(text)
    if not host or _is_ip(host):
        return "", ""
    parts = _splitter()(host)
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
