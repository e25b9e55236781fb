"""Whether a mail address is one at a company: not a mail provider's, and not one that is thrown away."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from people.services import checked_address
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import RuleViolation
from prm.kernel.lazily import lazily

disposable = lazily("disposable_email_domains")


def business_address(text: str) -> tuple[str, str]:
    """Return a business address in lower case, and the domain of its company.

    Raises:
        RuleViolation: not an address, a mail provider's, or a throw-away one, with what to do instead.
    """
    address = checked_address(text).lower()
    host = address.rpartition("@")[2]
    domain = registrable_domain(address)
    if host in disposable.blocklist or domain in disposable.blocklist:
        words = _("“%(host)s” is a service for throw-away addresses. Use your address at work.")
        raise RuleViolation("disposable_mail", words % {"host": host}, "email")
    if not domain:
        words = _(
            "Use your address at work: by one of a mail provider nobody knows for which company you write. "
            "If your company has no address of its own, ask the vendor to invite you."
        )
        raise RuleViolation("free_mail", words, "email")
    return address, domain
