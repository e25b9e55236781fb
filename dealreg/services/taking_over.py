"""Open registrations from another system: with their dates, in line and protected as they were there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AccountLink
from accounts.identities import Identity
from accounts.models import ProductFamily
from accounts.naming import normalise_name
from accounts.resolving import Resolution, resolve_customer
from dealreg import events
from dealreg.enums import Part, Stage, Status
from dealreg.models import Deal, Policy, TakenOver
from dealreg.own_fields import answers_in, asked_of
from dealreg.permissions import IMPORT_DEALS, REGISTER_DEALS
from dealreg.rules import check_website, competes
from dealreg.services.protection import claim_protection
from dealreg.services.registration import keep_conflicts, place_in_line
from partners.models import Seat
from prm.kernel.clocks import add_working_hours
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.references import new_reference

if TYPE_CHECKING:
    from partners.models import Enrollment
    from people.models import Person
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRegistration:
    """An open registration as the other system had it. approved_at, protected_until: both, or none of them.

    owner: who works on it at the partner, where the person has a seat already. stand_in: somebody of the vendor.
    families: product families; none for all. further: what else stood there, by its heading.
    """

    enrollment: Enrollment
    reference: str
    stand_in: int
    owner_email: str = ""
    customer: Identity
    contact_name: str = ""
    contact_email: str = ""
    title: str = ""
    value: Decimal
    currency: str
    close_date: date
    stage: str = Stage.QUALIFIED
    part: str = Part.SELL
    notes: str = ""
    families: tuple[int, ...] = ()
    further: Mapping[str, str] = field(default_factory=dict)
    submitted_at: datetime
    approved_at: datetime | None = None
    protected_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What taking over made. account_id: only where it made the account."""

    deal: Deal
    origin: TakenOver
    account_id: int | None


@transaction.atomic
def take_over_deal(*, actor: Actor, old: OldRegistration) -> Taken:
    """Take over an open registration: undecided, in line since its day; or approved, and protected until its day.

    Its customer is matched like any other, and one protected registration per customer and family holds here, too. It
    earns nothing that the other system counted already: no milestones are noted. Records `deal.taken_over`.

    Raises:
        Forbidden: the right is missing. RuleViolation: no rules of engagement, a date that can't be, or another
        registration is protected. Nothing is written then.
    """
    if not actor.may(IMPORT_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    _check(old)
    everything, policy = _terms(old.enrollment)
    answers = answers_in(asked_of(policy.shape.fields), old.further)
    resolution = resolve_customer(old.enrollment.vendor_id, old.customer)
    deal = _deal(old, resolution, policy, everything)
    deal.answers = answers
    review = deal.status != Status.APPROVED and place_in_line(deal, resolution, everything)
    deal.save(force_insert=True)
    if review:
        keep_conflicts(deal, resolution)
    if deal.status == Status.APPROVED and competes(deal.part) and deal.protected_until:
        claim_protection(deal, until=deal.protected_until, since=deal.protected_from)
    origin = TakenOver.objects.create(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        reference=old.reference,
        owner_email=old.owner_email,
        arrived_at=None if deal.owner_id == old.stand_in else timezone.now(),
    )
    facts = {"old": old.reference, "reference": deal.reference, "customer": deal.customer_name}
    record(events.TAKEN_OVER, actor=actor, subject=deal, after={"status": deal.status}, data=facts)
    made = resolution.account_id if resolution.link == AccountLink.NEW else None
    return Taken(deal, origin, made)


def _check(old: OldRegistration) -> None:
    now = timezone.now()
    if not normalise_name(old.customer.name):
        raise RuleViolation("customer_needs_name", _("The customer has no name."))
    check_website(old.customer.domain)
    if old.submitted_at > now or (old.approved_at and not old.submitted_at <= old.approved_at <= now):
        raise RuleViolation("dates_disagree", _("Submitted and approved lie in the past, in this order."))
    if (old.approved_at is None) != (old.protected_until is None):
        raise RuleViolation("dates_missing", _("An approved registration has both: approved, and protected until."))
    if old.protected_until and old.protected_until <= now:
        raise RuleViolation("protection_ended", _("Its protection has ended: only open registrations are taken over."))


def _terms(enrollment: Enrollment) -> tuple[int, Policy]:
    """Return the family that stands for all products, and the rules of engagement in force."""
    everything = ProductFamily.objects.filter(vendor_id=enrollment.vendor_id, covers_all=True).first()
    policies = Policy.objects.filter(program_id=enrollment.program_id, valid_from__lte=timezone.localdate())
    policy = policies.order_by("-valid_from").first()
    if everything is None or policy is None:
        raise RuleViolation("no_rules", _("The program has no rules of engagement in force. Set them up first."))
    return everything.pk, policy


def _deal(old: OldRegistration, resolution: Resolution, policy: Policy, everything: int) -> Deal:
    enrollment, vendor = old.enrollment, old.enrollment.vendor
    owner = _owner(old)
    return Deal(
        reference=new_reference(vendor.code),
        submission=uuid4(),
        vendor_id=vendor.pk,
        partner_id=enrollment.partner_id,
        enrollment_id=enrollment.pk,
        owner_id=owner or old.stand_in,
        account_id=resolution.account_id,
        account_link=resolution.link,
        families=sorted(old.families) or [everything],
        customer_name=old.customer.name,
        customer_domain=old.customer.domain,
        customer_country=old.customer.country,
        customer_city=old.customer.city,
        customer_street=old.customer.address,
        customer_postcode=old.customer.postcode,
        customer_phone=old.customer.phone,
        customer_registry_number=old.customer.registry_number,
        customer_vat_number=old.customer.vat,
        contact_name=old.contact_name,
        contact_email=old.contact_email,
        title=old.title,
        value=old.value,
        currency=old.currency,
        close_date=old.close_date,
        stage=old.stage,
        part=old.part,
        notes=old.notes,
        submitted_at=old.submitted_at,
        # Nobody could decide here before it came: the clock starts now.
        due_at=add_working_hours(timezone.now(), policy.decision_hours, vendor.time_zone),
        policy_reference=policy.reference,
        discount=policy.discount,
        **_decided(old, policy),
    )


def _decided(old: OldRegistration, policy: Policy) -> dict[str, Any]:
    if old.approved_at is None or old.protected_until is None:
        return {"status": Status.SUBMITTED, "protection_days": policy.protection_days}
    return {
        "status": Status.APPROVED,
        "decided_at": old.approved_at,
        "decided_by_id": old.stand_in,
        "protection_days": max((old.protected_until - old.approved_at).days, 1),
        "protected_from": old.approved_at,
        "protected_until": old.protected_until,
    }


def _owner(old: OldRegistration) -> int | None:
    """Return the person who works on it, where it has a seat at the partner by now."""
    seats = Seat.objects.active().filter(partner_id=old.enrollment.partner_id, role__in=REGISTER_DEALS.roles)
    found = seats.filter(person__email__iexact=old.owner_email) if old.owner_email else seats
    pk: int | None = found.order_by("role", "pk").values_list("person_id", flat=True).first()
    return pk


@transaction.atomic
def welcome_owner(*, actor: Actor, person: Person, seat: Seat) -> int:
    """Give somebody who arrived at a partner the deals that wait there for its address. Returns how many.

    The first administrator also gets those that name nobody. Records `deal.owner_arrived` for each.
    """
    if seat.role not in REGISTER_DEALS.roles or seat.partner_id is None:
        return 0
    waiting = TakenOver.objects.filter(partner_id=seat.partner_id, arrived_at=None)
    addresses = [person.email.lower()] + ([""] if seat.role == "administrator" else [])
    found = list(waiting.filter(owner_email__in=addresses).select_related("deal").order_by("deal_id"))
    for origin in found:
        deal = Deal.objects.select_for_update(of=("self",)).get(pk=origin.deal_id)
        before, deal.owner_id = deal.owner_id, person.pk
        deal.revision += 1
        deal.save(update_fields=["owner_id", "revision", "updated_at"])
        after = {"owner": person.pk}
        facts = {"who": str(person)}
        record(events.OWNER_ARRIVED, actor=actor, subject=deal, before={"owner": before}, after=after, data=facts)
    TakenOver.objects.filter(pk__in=[origin.pk for origin in found]).update(arrived_at=timezone.now())
    return len(found)
