"""Enrolling who was approved: an organisation with its proven domain, its way in, and the end of its onboarding."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.mailing import queue_to_address
from partners import events
from partners.authentication import digest_of
from partners.emails import invitation_facts
from partners.enums import LIVE, EnrollmentStatus
from partners.models import Enrollment, Invitation, Partner, PartnerDomain, Program, Seat
from partners.services.invitations import LASTS
from partners.services.taking_over import fresh_slug
from partners.workflow import ENROLLMENT
from people.models import Person
from prm.kernel.actors import Role, system
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """An organisation that was approved. profile: values by `Partner`'s fields. domain: of the address it has proven.

    partner: the record that stands for it already.
    """

    program: Program
    profile: Mapping[str, Any]
    domain: str
    partner: Partner | None = None


def enrol_applicant(*, actor: Actor, applicant: Applicant, reason: str) -> Enrollment:
    """Enroll an applicant, in status onboarding, in the caller's transaction; whoever may approve is checked there.

    Without a record the applicant takes the one that the vendor's list made for its domain and where nobody works yet,
    else it gets one of its own, with the domain as a proven one. Records `partner.enrolled`, or `enrollment.onboarding`
    where it was enrolled before.

    Raises:
        Conflict: it is enrolled in the program. RuleViolation: it is suspended there.
    """
    program = applicant.program
    partner = applicant.partner or _listed(program.vendor_id, applicant.domain) or _made(applicant)
    known = Enrollment.objects.select_for_update(of=("self",)).filter(program=program, partner=partner).first()
    if known is not None:
        return _admitted(known, reason)
    enrollment = Enrollment.objects.create(
        vendor_id=program.vendor_id, program=program, partner=partner, status=EnrollmentStatus.ONBOARDING
    )
    facts = {"partner": partner.name, "program": program.name}
    record(events.PARTNER_ENROLLED, actor=actor, subject=enrollment, data=facts)
    return enrollment


def _listed(vendor_id: int, domain: str) -> Partner | None:
    """Return the vendor's own partner that uses a domain and has no people, and prove the domain."""
    rows = Partner.objects.visible_to(system(vendor_id)).filter(domains__domain=domain)
    vacant = rows.exclude(pk__in=Seat.objects.filter(partner__isnull=False).values("partner"))
    found: Partner | None = vacant.select_for_update(of=("self",)).order_by("pk").first()
    if found is not None:
        PartnerDomain.objects.filter(partner=found, domain=domain).update(is_verified=True)
    return found


def _made(applicant: Applicant) -> Partner:
    partner = Partner.objects.create(slug=fresh_slug(str(applicant.profile["name"])), **applicant.profile)
    PartnerDomain.objects.create(partner=partner, domain=applicant.domain, is_verified=True)
    return partner


def _admitted(enrollment: Enrollment, reason: str) -> Enrollment:
    if enrollment.status in LIVE:
        raise Conflict("enrolled_already", _("This partner is in the program already."), fresh=enrollment)
    if enrollment.status == EnrollmentStatus.SUSPENDED:
        message = _("This partner is suspended in the program. Make it active again instead.")
        raise RuleViolation("suspended", message)
    facts = {"reason": reason}
    actor, data = system(enrollment.vendor_id), {"name": str(enrollment), **facts}
    return move(ENROLLMENT, "admit", row=enrollment, actor=actor, facts=facts, data=data)


@transaction.atomic
def end_onboarding(*, enrollment: Enrollment, reason: str) -> Enrollment:
    """Make an enrollment active once its onboarding is over, in the system's name. Records `enrollment.activated`.

    Raises:
        Conflict: it isn't onboarding any more.
    """
    facts = {"reason": reason}
    actor, data = system(enrollment.vendor_id), {"name": str(enrollment), **facts}
    return move(ENROLLMENT, "onboarded", row=enrollment, actor=actor, facts=facts, data=data)


def invite_applicant(*, actor: Actor, enrollment: Enrollment, email: str, name: str) -> Invitation | None:
    """Invite who applied as the partner's first administrator, in the caller's transaction; checks no right.

    In the name of who approved; where a rule did, in that of the partner manager, else of a manager of the vendor. Does
    nothing where somebody works at the partner, or where the vendor has nobody. Records `invitation.sent`.
    """
    if Seat.objects.filter(partner=enrollment.partner_id).exists():
        return None
    inviter_id = actor.person_id or enrollment.manager_id or _some_manager(enrollment.vendor_id)
    if inviter_id is None:
        return None
    now, token = timezone.now(), secrets.token_urlsafe(32)
    waiting = Invitation.objects.waiting().filter(
        partner=enrollment.partner, issuer=enrollment.vendor, email__iexact=email
    )
    made = waiting.select_for_update(of=("self",)).first() or Invitation(
        partner=enrollment.partner, issuer=enrollment.vendor, email=email
    )
    made.role, made.name, made.invited_by = Role.ADMINISTRATOR, name[:120], Person.objects.get(pk=inviter_id)
    made.digest, made.sent_at, made.expires_at = digest_of(token), now, now + LASTS
    made.sendings = max(made.sendings, 1) if made.pk is None else made.sendings + 1
    made.mail = queue_to_address(to=email, template="invitation", facts=invitation_facts(made, token))
    made.save()
    facts = {"email": email, "role": str(Role.ADMINISTRATOR.label)}
    record(events.INVITATION_SENT, actor=actor, subject=made, data=facts)
    return made


def _some_manager(vendor_id: int) -> int | None:
    seats = Seat.objects.active().filter(vendor_id=vendor_id, role=Role.MANAGER).order_by("pk")
    return seats.values_list("person_id", flat=True).first()
