"""What workers do for a step. Each writes to the database only, and commits with its done-mark: exactly once.

A `RuleViolation` shows at once as the step's error; anything else is tried again with growing waits first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from activity.mailing import queue_mail, queue_to_address
from activity.models import Event
from onboarding.emails.journeys import letter_facts
from onboarding.enums import AgreementState
from onboarding.merging import merged, values_of
from onboarding.services.agreements import send_agreement
from onboarding.step_kinds import Outcome, Work
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Seat
from partners.reports import partner_people
from partners.services import Invitee, fill_profile
from partners.services import invite_team as invite_to_team
from partners.services.enrollments import assign_manager as make_manager
from people.models import Person
from prm.kernel.actors import Role
from prm.kernel.errors import RuleViolation
from standing.services import keep_enrollment

MILESTONES = {"registered": ("deal.submitted", "deal.taken_over"), "won": ("deal.won",)}


def make_workspace(work: Work) -> Outcome:
    """Fill what is empty in the partner's profile from the application, and compute its first standing."""
    enrollment = work.journey.enrollment
    filled = fill_profile(actor=work.actor, partner=enrollment.partner, values=work.journey.facts)
    keep_enrollment(enrollment)
    return Outcome({"filled": filled})


def assign_manager(work: Work) -> Outcome:
    """Make somebody the partner manager, as the rule says; who has one keeps it."""
    enrollment = work.journey.enrollment
    if enrollment.manager_id is not None:
        return Outcome({"manager": str(enrollment.manager)}, why=_("There was a partner manager already."))
    person, why = _chosen(work)
    make_manager(actor=work.actor, enrollment=enrollment, manager=person)
    return Outcome({"manager": str(person)}, why=why)


def _chosen(work: Work) -> tuple[Person, str]:
    regions = set(work.journey.facts.get("regions") or [])
    for entry in work.settings.get("regions") or []:
        if isinstance(entry, Mapping) and entry.get("region") in regions:
            return _named(entry.get("person")), _("Looks after the region “%(region)s”.") % {"region": entry["region"]}
    if work.settings.get("rule") == "person":
        return _named(work.settings.get("person")), _("As the journey says.")
    found, count = _least_busy(work.journey.vendor_id)
    return found, _("Looks after the fewest partners: %(count)s.") % {"count": count}


def _named(person: Any) -> Person:
    """Return who is named by number; `assign_manager` refuses who isn't the vendor's."""
    found = Person.objects.filter(pk=person if str(person).isdigit() else None).first()
    if found is None:
        raise RuleViolation("no_manager", _("The person that the journey names isn’t there any more."))
    return found


def _least_busy(vendor_id: int) -> tuple[Person, int]:
    """Return the partner manager with the fewest enrollments, retired ones not counted, and how many these are."""
    seats = Seat.objects.active().filter(vendor_id=vendor_id, role=Role.MANAGER)
    kept = Enrollment.objects.filter(vendor_id=vendor_id).exclude(status=EnrollmentStatus.RETIRED)
    counts = dict(kept.exclude(manager=None).values_list("manager").annotate(Count("pk")))
    people = Person.objects.filter(pk__in=seats.values("person_id"))
    found = min(people, key=lambda person: (counts.get(person.pk, 0), person.pk), default=None)
    if found is None:
        raise RuleViolation("no_manager", _("Nobody of yours has the role of a partner manager."))
    return found, counts.get(found.pk, 0)


def invite_team(work: Work) -> Outcome:
    """Invite who applied as administrator and the colleagues named; who was invited already isn't again."""
    facts = work.journey.facts
    people = [Invitee(email=facts["contact_email"], role=Role.ADMINISTRATOR)] if facts.get("contact_email") else []
    people += [_invitee(each) for each in facts.get("colleagues") or []]
    invited = invite_to_team(actor=work.actor, enrollment=work.journey.enrollment, invitees=people)
    return Outcome({"invited": [invitation.email for invitation in invited]})


def _invitee(given: Any) -> Invitee:
    if isinstance(given, Mapping):
        role = given.get("role")
        return Invitee(email=str(given.get("email")), role=Role(role) if role in Role.values else Role.SALES)
    return Invitee(email=str(given), role=Role.SALES)


def send_mail(work: Work) -> Outcome:
    """Queue the journey's words to the administrators, or to who applied, also while nobody has joined."""
    values = values_of(work.journey)
    words = {name: merged(str(work.settings[name]), values) for name in ("subject", "text")}
    facts = letter_facts(work.journey, words["subject"], words["text"])
    people = []
    if work.settings.get("to") != "applicant":
        people = [to.person_id for to in partner_people(work.journey.enrollment_id, Role.ADMINISTRATOR)]
    if people:
        event = Event.objects.get(pk=work.step.event_id or 0)
        queue_mail(event=event, template="journey_mail", people=list(Person.objects.filter(pk__in=people)), facts=facts)
        return Outcome({"sent_to": len(people)})
    address = work.journey.facts.get("contact_email")
    if not address:
        raise RuleViolation(
            "nobody", _("There is nobody to write to: no administrator, and no address of who applied.")
        )
    queue_to_address(to=address, template="journey_mail", facts=facts)
    return Outcome({"sent_to": 1})


def put_agreement(work: Work) -> Outcome:
    """Put the agreement to the partner; the step then waits for its signature."""
    agreement = send_agreement(
        actor=work.actor, enrollment=work.journey.enrollment, template_slug=str(work.settings.get("template"))
    )
    kept = {"agreement": str(agreement.key), "reference": agreement.reference}
    in_force = agreement.state == AgreementState.IN_FORCE
    return Outcome(kept, why=_("It was signed already.") if in_force else "", waits=not in_force, turn=True)


def await_first_deal(work: Work) -> Outcome:
    """Be done where the deal is there already; else the step waits for it."""
    kinds = MILESTONES.get(str(work.settings.get("milestone")), MILESTONES["registered"])
    if first_deal_happened(work.journey.enrollment_id, work.journey.partner_id, kinds):
        return Outcome(why=_("It had happened before the step’s turn came."))
    return Outcome(waits=True, turn=True)


def first_deal_happened(enrollment_id: int, partner_id: int, kinds: tuple[str, ...]) -> bool:
    """Whether one of the events is on record for an enrollment."""
    return Event.objects.filter(partner_id=partner_id, enrollment_id=enrollment_id, kind__in=kinds).exists()
