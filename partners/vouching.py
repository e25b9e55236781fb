"""What a provider's word is worth: the rules by which it lets somebody in, and no further than to its vendor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import CompanyIdentity, IdentityProvider, Seat
from people.models import Person
from prm.kernel.errors import RuleViolation

LONGEST_SUBJECT = 191


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """Whom a provider vouches for, taken from an answer whose signature, issuer, audience and times were checked.

    subject: the provider's own, lasting name of the person. marked: whether it says that the address is verified; None
    where it says nothing. told: all that it said, for the dry run.
    """

    subject: str
    email: str
    marked: bool | None
    told: Mapping[str, str] = field(default_factory=dict)


class NotTrusted(Exception):
    """The answer proves nothing. Its words are for logs and for the dry run, not for strangers."""


class NotLetIn(RuleViolation):
    """The provider's word is true, and opens nothing here."""

    status = 403


def person_vouched_for(provider: IdentityProvider, voucher: Voucher) -> Person:
    """Return the person that a provider may let in: one with an active seat at its vendor, known under this subject.

    Raises:
        NotLetIn: not an address of the provider's, not verified, no seat there, or known under another subject.
    """
    _check_address(provider, voucher)
    seat = (
        Seat.objects.active()
        .filter(vendor_id=provider.vendor_id, person__email__iexact=voucher.email)
        .select_related("person")
        .first()
    )
    if seat is None or seat.person.is_operator:
        message = _("%(email)s has no seat at %(vendor)s. Ask a partner manager there for an invitation.")
        raise NotLetIn("no_seat", message % {"email": voucher.email, "vendor": provider.vendor})
    known = CompanyIdentity.objects.filter(provider=provider)
    concerned = known.filter(Q(person=seat.person) | Q(subject=voucher.subject)).values_list("person_id", "subject")
    if any(pair != (seat.person_id, voucher.subject) for pair in concerned):
        raise NotLetIn("other_subject", _other_subject(voucher))
    person: Person = seat.person
    return person


def _check_address(provider: IdentityProvider, voucher: Voucher) -> None:
    domain = voucher.email.rpartition("@")[2].casefold()
    if not domain or not voucher.subject or len(voucher.subject) > LONGEST_SUBJECT:
        raise NotLetIn("no_address", _("%(name)s did not say your mail address.") % {"name": provider})
    if domain not in provider.domains:
        message = _("%(name)s speaks for %(domains)s only, not for %(email)s.")
        facts = {"name": provider, "domains": ", ".join(provider.domains), "email": voucher.email}
        raise NotLetIn("other_domain", message % facts)
    if voucher.marked is False or (voucher.marked is None and not provider.takes_unmarked):
        raise NotLetIn(
            "not_verified",
            _("%(name)s does not say that %(email)s is verified.") % {"name": provider, "email": voucher.email},
        )


def _other_subject(voucher: Voucher) -> str:
    message = _(
        "%(email)s came by another account of the company before. If the address changed hands, or the account was "
        "made anew, a partner manager can let it in again on the staff page."
    )
    return str(message % {"email": voucher.email})
