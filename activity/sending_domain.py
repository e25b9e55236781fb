"""Whether mails from a domain are believed: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 7489), read by DNS.

Each finding says in plain words what stands there and what to publish. Nothing is sent, nothing is stored.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import tldextract
from django.conf import settings
from django.utils.translation import gettext as _
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, Resolver

if TYPE_CHECKING:
    from collections.abc import Iterable

SECONDS_A_QUESTION = 3.0
MOST_LOOKUPS = 10
"""How many look-ups a receiver does for one SPF record before it ignores the record (RFC 7208, 4.6.4)."""
LOOKUPS = re.compile(r"^[+?~-]?(include|a|mx|ptr|exists)(?=[:/]|$)|^redirect=", re.IGNORECASE)
NEXT = re.compile(r"^[+?~-]?include:(\S+)$|^redirect=(\S+)$", re.IGNORECASE)
SHORTEST_KEY = 200
"""The bytes of a published RSA key of 2048 bits are 294, of 1024 bits 162."""
DOMAIN = re.compile(r"^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@dataclass(frozen=True, slots=True)
class Record:
    """A record to publish."""

    name: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one subject. tone: good, warn or bad. found: the records as they stand."""

    subject: str
    tone: str
    sentence: str
    found: tuple[str, ...] = ()
    publish: Record | None = None


class Unanswered(Exception):
    """The name servers did not answer: nothing can be said."""


def default_resolver() -> Resolver:
    """Return a resolver that asks the name server of the settings, or the system's."""
    host, _colon, port = settings.MAIL_NAME_SERVER.partition(":")
    return resolver_at(host, int(port or 53)) if host else _patient(Resolver())


def resolver_at(host: str, port: int) -> Resolver:
    """Return a resolver that asks one name server."""
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = [host], port
    return _patient(resolver)


def _patient(resolver: Resolver) -> Resolver:
    resolver.lifetime = resolver.timeout = SECONDS_A_QUESTION
    return resolver


def check_sender(domain: str, selector: str, resolver: Resolver) -> list[Finding]:
    """Return what receivers find about mails from a domain: one finding each for SPF, DKIM and DMARC.

    Args:
        domain: of the sender's address.
        selector: of the DKIM key, as the mail service names it; "" where it isn't known.
    """
    if not is_domain(domain):
        sentence = _("“%(domain)s” is no domain of the internet, so that nobody can check its mails.") % {
            "domain": domain
        }
        return [Finding(_("Sender"), "bad", sentence)]
    try:
        return [_spf(domain, resolver), _dkim(domain, selector, resolver), _dmarc(domain, resolver)]
    except Unanswered:
        sentence = _("The name servers of %(domain)s did not answer. Try again in a minute.") % {"domain": domain}
        return [Finding(_("Name servers"), "warn", sentence)]


def check_replies(address: str, resolver: Resolver) -> Finding:
    """Return whether answers to an address can arrive: its domain takes mails."""
    domain = address.rpartition("@")[2].lower()
    if not is_domain(domain):
        return Finding(
            _("Answers"), "warn", _("There is no support address, so that answers go to the installation’s sender.")
        )
    try:
        takers = [str(record.exchange) for record in resolver.resolve(domain, "MX")]
    except (NXDOMAIN, NoAnswer):
        takers = []
    except DNSException:
        return Finding(_("Answers"), "warn", _("The name servers of %(domain)s did not answer.") % {"domain": domain})
    if not takers or takers == ["."]:
        return Finding(
            _("Answers"),
            "bad",
            _("%(domain)s takes no mails: an answer to %(address)s would come back.")
            % {"domain": domain, "address": address},
        )
    return Finding(_("Answers"), "good", _("Answers go to %(address)s.") % {"address": address}, tuple(sorted(takers)))


def is_domain(text: str) -> bool:
    """Whether a text is a name that the internet's name servers can know."""
    return bool(DOMAIN.match(text.lower())) and not text.lower().endswith((".localhost", ".local"))


def _texts(name: str, resolver: Resolver) -> list[str]:
    try:
        answer = resolver.resolve(name, "TXT")
    except (NXDOMAIN, NoAnswer):
        return []
    except DNSException as error:
        raise Unanswered(name) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def _spf(domain: str, resolver: Resolver) -> Finding:
    records = [text for text in _texts(domain, resolver) if text.lower().split(" ")[0] == "v=spf1"]
    wanted = Record(domain, "TXT", "v=spf1 include:<" + _("your mail service") + "> -all")
    if not records:
        return Finding(
            "SPF",
            "bad",
            _("Nobody is named who may send for this domain: many receivers sort such mails out."),
            (),
            wanted,
        )
    if len(records) > 1:
        sentence = _(
            "There are %(count)d SPF records; receivers ignore all when there is more than one. Put them into one."
        )
        return Finding("SPF", "bad", sentence % {"count": len(records)}, tuple(records), wanted)
    words = records[0].split()[1:]
    last = next((word.lower() for word in words if word.lower().lstrip("+-~?") == "all"), "")
    if last in {"all", "+all"}:
        return Finding(
            "SPF", "bad", _("It lets everybody send for this domain. End it with “-all”."), tuple(records), wanted
        )
    lookups = _lookups(records[0], resolver, set())
    if lookups > MOST_LOOKUPS:
        sentence = _("It takes %(count)d look-ups; after 10 receivers give up and ignore it. Name fewer services.")
        return Finding("SPF", "bad", sentence % {"count": lookups}, tuple(records))
    if last not in {"-all", "~all"} and not any(word.lower().startswith("redirect=") for word in words):
        return Finding("SPF", "warn", _("It doesn’t say what holds for others. End it with “-all”."), tuple(records))
    return Finding("SPF", "good", _("It names who may send. See that your mail service is among them."), tuple(records))


def _lookups(record: str, resolver: Resolver, seen: set[str]) -> int:
    """Return how many look-ups a record costs a receiver, those of the records it includes too."""
    words = record.split()[1:]
    count = sum(bool(LOOKUPS.match(word)) for word in words)
    for word in words:
        found = NEXT.match(word)
        name = (found.group(1) or found.group(2)).lower() if found else ""
        if not name or name in seen or "%" in name or len(seen) > MOST_LOOKUPS:
            continue
        seen.add(name)
        included = [text for text in _texts(name, resolver) if text.lower().startswith("v=spf1")]
        count += _lookups(included[0], resolver, seen) if included else 0
    return count


def _dkim(domain: str, selector: str, resolver: Resolver) -> Finding:
    if not selector:
        sentence = _(
            "Enter the selector that your mail service signs with; it is in its settings, or after “s=” in a mail."
        )
        return Finding("DKIM", "warn", sentence)
    name = f"{selector}._domainkey.{domain}"
    wanted = Record(name, "TXT", "v=DKIM1; k=rsa; p=<" + _("the public key of your mail service") + ">")
    records = [text for text in _texts(name, resolver) if "p=" in text]
    if not records:
        sentence = _("There is no key at %(name)s: receivers can’t check the signature.") % {"name": name}
        return Finding("DKIM", "bad", sentence, (), wanted)
    tags = _tags(records[0])
    key = re.sub(r"\s+", "", tags.get("p", ""))
    if not key:
        return Finding("DKIM", "bad", _("The key was withdrawn: its value is empty."), tuple(records), wanted)
    try:
        size = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        return Finding("DKIM", "bad", _("The key can’t be read: it isn’t whole."), tuple(records), wanted)
    if tags.get("k", "rsa").lower() == "rsa" and size < SHORTEST_KEY:
        return Finding("DKIM", "warn", _("The key is short: use one of 2048 bits."), tuple(records), wanted)
    return Finding("DKIM", "good", _("The key is there; mails that are signed with it are believed."), tuple(records))


def _dmarc(domain: str, resolver: Resolver) -> Finding:
    wanted = Record(f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}")
    for name in _policy_places(domain):
        records = [
            text for text in _texts(f"_dmarc.{name}", resolver) if text.lower().replace(" ", "").startswith("v=dmarc1")
        ]
        if records:
            return _policy(records, wanted, inherited=name != domain)
    sentence = _("There is no policy: large receivers refuse or sort out mails from senders without one.")
    return Finding("DMARC", "bad", sentence, (), wanted)


def _policy_places(domain: str) -> Iterable[str]:
    """Return where a policy may stand: at the domain, else at the organisation's above it."""
    above = _suffixes(domain).top_domain_under_public_suffix
    return dict.fromkeys(name for name in (domain, above) if name)


def _policy(records: list[str], wanted: Record, *, inherited: bool) -> Finding:
    found = tuple(records)
    if len(records) > 1:
        return Finding(
            "DMARC", "bad", _("There is more than one policy; receivers ignore all. Keep one."), found, wanted
        )
    tags = _tags(records[0])
    policy = (tags.get("sp") if inherited else None) or tags.get("p", "")
    if policy.lower() not in {"none", "quarantine", "reject"}:
        return Finding("DMARC", "bad", _("It says no policy (p=) that receivers know."), found, wanted)
    if policy.lower() == "none":
        sentence = _("It only watches (p=none). When the reports show that your mails pass, ask for quarantine.")
        return Finding("DMARC", "warn", sentence, found, wanted)
    return Finding("DMARC", "good", _("Forged mails from this domain are sorted out or refused."), found)


def _tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip() for name, _equals, value in pairs if name.strip()}
