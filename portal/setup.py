"""Setting a vendor up: what takes several areas at once, so that it can take registrations the same day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import ProductFamily
from dealreg.models import Policy
from partners.events import VENDOR_MADE
from partners.models import Program, Seat, Vendor
from people.services import add_person
from prm.kernel.actors import Role, system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record
from standing.enums import BenefitKind
from standing.models import Benefit, Tier

if TYPE_CHECKING:
    from people.models import Person

TIERS = (("Registered", 10, 90), ("Silver", 15, 120), ("Gold", 20, 150))
"""Name, discount in percent, protection in days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSetup:
    """What is known of a new vendor. code: two to four capital letters, which start every reference."""

    name: str
    slug: str
    code: str
    manager_email: str
    manager_name: str = ""
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"


@transaction.atomic
def create_vendor(*, setup: VendorSetup) -> Seat:
    """Make a vendor with a program, rules of engagement, three tiers and the product family that stands for all.

    Returns the partner manager's seat; the person is made, without a password, where it isn't there. For the command
    line, where no actor is signed in. Records `vendor.made`.

    Raises:
        RuleViolation: a field is off, or name, slug or code are taken; `field` names it.
    """
    vendor = Vendor(
        name=setup.name.strip(), slug=setup.slug, code=setup.code, currency=setup.currency, time_zone=setup.time_zone
    )
    try:
        vendor.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise RuleViolation("vendor_invalid", f"{field}: {' '.join(messages)}", field) from error
    vendor.save()
    ProductFamily.objects.create(vendor=vendor, name=_("All products"), code="all", covers_all=True)
    program = Program.objects.create(
        vendor=vendor, name=_("%(vendor)s Partners") % {"vendor": vendor.name}, slug="partners"
    )
    _write_rules(program)
    person = add_person(email=setup.manager_email, name=setup.manager_name)
    if person.is_operator:
        raise RuleViolation(
            "is_operator", _("The operator reads no vendor's rows. Use another address."), "manager_email"
        )
    seat = Seat.objects.create(person=person, vendor=vendor, role=Role.MANAGER)
    record(
        VENDOR_MADE, actor=system(vendor.pk), subject=vendor, data={"program": program.name, "manager": person.email}
    )
    return seat


def _write_rules(program: Program) -> None:
    today = timezone.localdate()
    first = TIERS[0]
    Policy.objects.create(
        vendor=program.vendor,
        program=program,
        reference=f"{today.year}-1",
        valid_from=today,
        discount=first[1],
        protection_days=first[2],
        clauses=first_clauses(),
    )
    for rank, (name, discount, days) in enumerate(TIERS, 1):
        tier = Tier.objects.create(vendor=program.vendor, program=program, name=name, rank=rank)
        for kind, value in ((BenefitKind.DISCOUNT, discount), (BenefitKind.PROTECTION_DAYS, days)):
            Benefit.objects.create(vendor=program.vendor, tier=tier, kind=kind, value=value)


def first_clauses() -> dict[str, str]:
    """Return clauses to begin with, by number; suggestions on the desk cite them."""
    return {
        "1.1": _("A registration names the customer, what is to be sold, its value and when the customer decides."),
        "1.2": _("A registration names a contact at the customer."),
        "2.1": _("First come, first served: whoever registered a customer first is decided first."),
        "2.2": _("One partner at a time is protected for a customer and a product family."),
        "3.1": _("Where a customer only looks like another, a person decides. Nobody is declined because of a score."),
        "3.2": _("Existing customers of our own sales team are registered together with it, or not at all."),
    }


def password_link(person: Person) -> str:
    """Return the address on which a person chooses a password. It ends with PASSWORD_RESET_TIMEOUT, or once used."""
    key = default_token_generator.make_token(person)
    kwargs = {"uidb36": user_pk_to_url_str(person), "key": key}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=kwargs)
