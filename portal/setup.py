"""Setting up vendors and partners: what takes several areas at once, so that deals can be registered the same day."""

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
from partners.enums import PartnerType
from partners.events import PARTNER_ENROLLED, VENDOR_MADE
from partners.models import Enrollment, Partner, Program, Seat, Vendor
from people.services import add_person
from prm.kernel.actors import Role, system
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record
from standing.enums import SchemeState
from standing.models import Scheme, Standing, Tier
from standing.services import activate_scheme
from standing.templates import templates

if TYPE_CHECKING:
    from people.models import Person

DISCOUNT, PROTECTION_DAYS = 10, 90
"""In percent and in days, where no tier brings more."""


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
    _check(vendor)
    vendor.save()
    ProductFamily.objects.create(vendor=vendor, name=_("All products"), code="all", covers_all=True)
    program = Program.objects.create(
        vendor=vendor, name=_("%(vendor)s Partners") % {"vendor": vendor.name}, slug="partners"
    )
    _write_rules(program)
    person = _worker(setup.manager_email, setup.manager_name, "manager_email")
    seat = Seat.objects.create(person=person, vendor=vendor, role=Role.MANAGER)
    record(
        VENDOR_MADE, actor=system(vendor.pk), subject=vendor, data={"program": program.name, "manager": person.email}
    )
    return seat


def _write_rules(program: Program) -> None:
    today = timezone.localdate()
    Policy.objects.create(
        vendor=program.vendor,
        program=program,
        reference=f"{today.year}-1",
        valid_from=today,
        discount=DISCOUNT,
        protection_days=PROTECTION_DAYS,
        clauses=first_clauses(),
    )
    template = templates()["reseller"]
    scheme = Scheme.objects.create(
        vendor=program.vendor,
        program=program,
        number=1,
        name=template.name,
        definition=template.scheme,
        state=SchemeState.PUBLISHED,
        valid_from=today,
        published_at=timezone.now(),
    )
    activate_scheme(actor=system(program.vendor_id), scheme=scheme)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSetup:
    """What is known of a new partner. country: ISO 3166, two letters. type: of `PartnerType`."""

    name: str
    slug: str
    country: str
    admin_email: str
    admin_name: str = ""
    type: str = PartnerType.RESELLER


@transaction.atomic
def create_partner(*, vendor: Vendor, setup: PartnerSetup) -> Seat:
    """Make a partner, active in the vendor's oldest program at its lowest tier, with an administrator.

    A partner that is there already under this slug, with another vendor, is enrolled as it stands: one organisation
    has one place to work. Returns the administrator's seat. For the command line, where no actor is signed in.
    Records `partner.enrolled`.

    Raises:
        RuleViolation: a field is off, the vendor has no program, or the partner is enrolled already.
    """
    program = vendor.programs.order_by("pk").first()
    if program is None:
        raise RuleViolation("no_program", _("The vendor has no program yet."))
    partner = Partner.objects.filter(slug=setup.slug).first() or _new_partner(setup)
    if Enrollment.objects.filter(program=program, partner=partner).exists():
        raise RuleViolation("enrolled_already", _("%(partner)s is enrolled already.") % {"partner": partner}, "slug")
    enrollment = Enrollment.objects.create(vendor=vendor, program=program, partner=partner)
    tier = Tier.objects.filter(program=program, rank__isnull=False, partner_type="").order_by("rank").first()
    if tier is not None:
        Standing.objects.create(enrollment=enrollment, vendor=vendor, partner=partner, tier=tier, earned=tier)
    person = _worker(setup.admin_email, setup.admin_name, "admin_email")
    seat, _made = Seat.objects.get_or_create(person=person, partner=partner, defaults={"role": Role.ADMINISTRATOR})
    facts = {"partner": partner.name, "program": program.name}
    record(PARTNER_ENROLLED, actor=system(vendor.pk), subject=enrollment, data=facts)
    return seat


def _new_partner(setup: PartnerSetup) -> Partner:
    partner = Partner(name=setup.name.strip(), slug=setup.slug, country=setup.country, type=setup.type)
    _check(partner)
    partner.save()
    return partner


def _check(row: Vendor | Partner) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise RuleViolation("setup_invalid", f"{field}: {' '.join(messages)}", field) from error


def _worker(email: str, name: str, field: str) -> Person:
    person = add_person(email=email, name=name)
    if person.is_operator:
        raise RuleViolation("is_operator", _("The operator reads nobody's rows. Use another address."), field)
    return person


def password_link(person: Person) -> str:
    """Return the address on which a person chooses a password. It ends with PASSWORD_RESET_TIMEOUT, or once used."""
    key = default_token_generator.make_token(person)
    kwargs = {"uidb36": user_pk_to_url_str(person), "key": key}
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=kwargs)
