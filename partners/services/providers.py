"""Company sign-in: a vendor's identity providers, who they let in, and whether staff must come by them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from partners import events
from partners.enums import Protocol
from partners.models import CompanyIdentity, IdentityProvider, Seat, Vendor
from partners.oidc import SECRET_PURPOSE
from partners.outbound import NotAllowed, check_address
from partners.permissions import MANAGE_SIGN_IN, MANAGE_STAFF
from partners.vouching import Voucher, person_vouched_for
from prm.kernel.actors import Via, system
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.lazily import lazily
from prm.kernel.recording import record
from prm.kernel.sealing import seal
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from people.models import Person
    from prm.kernel.actors import Actor

saml = lazily("partners.saml")
MOST_PROVIDERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFacts:
    """How a provider is reached. client_secret: None keeps the one there is. certificates: PEM."""

    name: str
    domains: tuple[str, ...]
    issuer: str = ""
    client_id: str = ""
    client_secret: str | None = None
    takes_unmarked: bool = False
    sign_in_url: str = ""
    certificates: str = ""


@transaction.atomic
def add_provider(*, actor: Actor, protocol: Protocol, name: str, domains: tuple[str, ...]) -> IdentityProvider:
    """Begin a company sign-in, not in use yet: its addresses exist from now on, for the provider's own set-up.

    Raises:
        Forbidden: the right is missing. RuleViolation: no name, too many, or a domain that is not the staff's.
    """
    _check_right(actor)
    vendor = Vendor.objects.visible_to(actor).select_for_update(no_key=True).get()
    if IdentityProvider.objects.visible_to(actor).count() >= MOST_PROVIDERS:
        raise RuleViolation("too_many_providers", _("At most 10 company sign-ins."))
    provider = IdentityProvider(vendor=vendor, protocol=protocol)
    _set_basics(provider, name, domains)
    provider.slug = _free_slug(f"{vendor.slug}-{slugify(name) or protocol}"[:50])
    provider.save()
    record(events.PROVIDER_ADDED, actor=actor, subject=provider, data={"name": provider.name})
    return provider


@transaction.atomic
def change_provider(*, actor: Actor, provider: IdentityProvider, facts: ProviderFacts) -> IdentityProvider:
    """Change how a provider is reached. What was tested before counts no more where that differs.

    Raises:
        Http404, Forbidden: not the actor's. RuleViolation: an address that is not https, no certificate, or a domain
        that is not the staff's; `field` names it.
    """
    fresh = _locked(actor, provider)
    before = _reached(fresh)
    _set_basics(fresh, facts.name, facts.domains)
    fresh.issuer, fresh.client_id = facts.issuer.strip(), facts.client_id.strip()
    fresh.takes_unmarked, fresh.sign_in_url = facts.takes_unmarked, facts.sign_in_url.strip()
    fresh.certificates = facts.certificates.strip()
    if facts.client_secret is not None:
        fresh.client_secret = seal(facts.client_secret, purpose=SECRET_PURPOSE) if facts.client_secret else ""
    _check_reach(fresh)
    if fresh.is_active and not fresh.is_complete:
        raise RuleViolation("provider_incomplete", _("It is in use: switch it off before you empty its settings."))
    after = _reached(fresh)
    if after != before:
        fresh.tested_at = fresh.tested_by = None
    fresh.save()
    changed = sorted(name for name in after if after[name] != before[name])
    record(events.PROVIDER_CHANGED, actor=actor, subject=fresh, data={"name": fresh.name, "changed": changed})
    return fresh


@transaction.atomic
def switch_provider(*, actor: Actor, provider: IdentityProvider, is_active: bool) -> IdentityProvider:
    """Take a company sign-in into use, or out of it. Sessions that it opened end with their hours.

    Raises:
        Http404, Forbidden: not the actor's. RuleViolation: it isn't complete, or staff must come by it.
    """
    fresh = _locked(actor, provider)
    if is_active and not fresh.is_complete:
        raise RuleViolation("provider_incomplete", _("Fill in its settings first."))
    others = IdentityProvider.objects.visible_to(actor).in_use().exclude(pk=fresh.pk)
    if not is_active and fresh.vendor.company_sign_in_required and not others.exists():
        raise RuleViolation("provider_required", _("Staff must come by it. Switch that off first."))
    before = {"is_active": fresh.is_active}
    fresh.is_active = is_active
    fresh.save(update_fields=["is_active"])
    after = {"is_active": is_active}
    record(events.PROVIDER_CHANGED, actor=actor, subject=fresh, before=before, after=after, data={"name": fresh.name})
    return fresh


@transaction.atomic
def require_company_sign_in(*, actor: Actor, required: bool) -> Vendor:
    """Let the vendor's seats be acted from after company sign-in only, or after any sign-in again.

    Raises:
        Forbidden: the right is missing. RuleViolation: the actor itself didn't get through a provider in use, as it is
        configured now; so nobody locks the vendor out.
    """
    _check_right(actor)
    vendor = Vendor.objects.visible_to(actor).select_for_update(no_key=True).get()
    proven = IdentityProvider.objects.visible_to(actor).in_use().filter(tested_by=actor.person_id)
    if required and not proven.exists():
        message = _("First test a company sign-in that is in use, and come through with your own address.")
        raise RuleViolation("not_tested", message)
    return _set_required(actor, vendor, required=required)


@transaction.atomic
def open_sign_in(*, vendor: Vendor) -> Vendor:
    """Let a vendor's staff in by any sign-in again. For the command line, when the vendor locked itself out."""
    return _set_required(system(vendor.pk), vendor, required=False)


@transaction.atomic
def record_test(*, actor: Actor, provider: IdentityProvider, voucher: Voucher) -> Person:
    """Record that the actor itself would be let in by a provider as it is configured now. Signs nobody in.

    Raises:
        Http404, Forbidden: not the actor's. NotLetIn: why it wouldn't. RuleViolation: the provider named somebody else.
    """
    fresh = _locked(actor, provider)
    person = person_vouched_for(fresh, voucher)
    if person.pk != actor.person_id:
        message = _("It works, and would let %(name)s in. To count as your test it must name you.")
        raise RuleViolation("somebody_else", message % {"name": person})
    fresh.tested_at, fresh.tested_by_id = timezone.now(), actor.person_id
    fresh.save(update_fields=["tested_at", "tested_by"])
    record(events.PROVIDER_TESTED, actor=actor, subject=fresh, data={"name": fresh.name})
    return person


@transaction.atomic
def let_in(*, provider: IdentityProvider, voucher: Voucher) -> Person:
    """Return the person that a provider in use lets in, and remember under which subject; the caller signs it in.

    Raises:
        NotLetIn: why not.
    """
    person = person_vouched_for(provider, voucher)
    CompanyIdentity.objects.get_or_create(provider=provider, person=person, defaults={"subject": voucher.subject})
    return person


@transaction.atomic
def forget_identity(*, actor: Actor, seat: Seat) -> None:
    """Forget under which subject the company's providers know a member of the staff, so that a new account gets in.

    Raises:
        Http404, Forbidden: not the actor's to change.
    """
    fresh: Seat = locked(seat, actor)
    if fresh.vendor_id != actor.vendor_id or not actor.may(MANAGE_STAFF):
        raise Forbidden("not_allowed", _("Only partner managers manage the staff."))
    known = CompanyIdentity.objects.visible_to(actor).filter(person_id=fresh.person_id)
    if known.delete()[0]:
        record(events.SEAT_CHANGED, actor=actor, subject=fresh, data={"company_identity": "forgotten"})


def _check_right(actor: Actor) -> None:
    if not (actor.is_vendor and actor.may(MANAGE_SIGN_IN)) or actor.via is Via.TOKEN:
        raise Forbidden("not_allowed", _("Only partner managers set up company sign-in."))


def _locked(actor: Actor, provider: IdentityProvider) -> IdentityProvider:
    fresh: IdentityProvider = locked(provider, actor)
    _check_right(actor)
    return fresh


def _set_basics(provider: IdentityProvider, name: str, domains: tuple[str, ...]) -> None:
    if not name.strip():
        raise RuleViolation("name_missing", _("Give it a name, such as the provider’s."), "name")
    wanted = sorted({domain.strip().lstrip("@").casefold() for domain in domains if domain.strip()})
    if not wanted:
        raise RuleViolation("domain_missing", _("Name the mail domains of your staff."), "domains")
    addresses = Seat.objects.active().filter(vendor=provider.vendor).values_list("person__email", flat=True)
    own = {address.rpartition("@")[2].casefold() for address in addresses}
    for domain in wanted:
        if domain not in own:
            message = _("Nobody of your staff has an address at %(domain)s. Only domains of your staff can be named.")
            raise RuleViolation("foreign_domain", message % {"domain": domain}, "domains")
    provider.name, provider.domains = name.strip()[:40], wanted


def _check_reach(provider: IdentityProvider) -> None:
    secure = _("Enter the whole address, beginning with https://.")
    if provider.is_oidc and provider.issuer:
        _check_url(provider.issuer, "issuer", secure)
    if not provider.is_oidc and provider.sign_in_url:
        _check_url(provider.sign_in_url, "sign_in_url", secure)
    if not provider.is_oidc and provider.certificates:
        try:
            saml.split_certificates(provider.certificates)
        except ValueError:
            message = _("Paste the certificate as text, from -----BEGIN CERTIFICATE----- on.")
            raise RuleViolation("no_certificate", message, "certificates") from None


def _check_url(url: str, field: str, message: object) -> None:
    try:
        check_address(url)
    except (NotAllowed, ValueError):
        raise RuleViolation("not_https", str(message), field) from None


def _reached(provider: IdentityProvider) -> dict[str, object]:
    names = ("issuer", "client_id", "client_secret", "takes_unmarked", "sign_in_url", "certificates", "domains")
    return {name: getattr(provider, name) for name in names}


def _free_slug(wanted: str) -> str:
    taken = set(IdentityProvider.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (wanted, *numbered) if slug not in taken)


def _set_required(actor: Actor, vendor: Vendor, *, required: bool) -> Vendor:
    before, after = {"required": vendor.company_sign_in_required}, {"required": required}
    vendor.company_sign_in_required = required
    vendor.save(update_fields=["company_sign_in_required"])
    record(events.COMPANY_SIGN_IN_CHANGED, actor=actor, subject=vendor, before=before, after=after)
    return vendor
