"""The vendor's side of an application: ask, put on the waiting list, approve, decline, note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding import events
from onboarding.enums import ApplicationState, DeclineReason
from onboarding.models import Application, ApplicationMessage
from onboarding.permissions import DECIDE_APPLICATIONS
from onboarding.services.journeys import start_journey
from onboarding.workflow import APPLICATION
from partners.enums import PartnerType
from partners.models import Program
from partners.services import Applicant, end_onboarding, enrol_applicant, invite_applicant
from prm.kernel.actors import system
from prm.kernel.clocks import working_hours_between
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from partners.models import Enrollment
    from prm.kernel.actors import Actor

LONGEST = 2000
LONGEST_NOTE = 4000
PROFILE = (
    "name",
    "legal_name",
    "type",
    "country",
    "city",
    "website",
    "description",
    "headcount",
    "regions",
    "languages",
    "industries",
    "services",
    "product_lines",
    "customers",
)
"""What a partner's record takes over from an application."""


@transaction.atomic
def approve_application(*, actor: Actor, application: Application, message: str = "") -> Application:
    """Approve: the partner is enrolled and its onboarding starts, in one transaction. Records `application.approved`.

    An organisation without a record gets one, with the proven domain and the profile from its answers. Where no journey
    is published for its type the enrollment is active at once. Who applied is invited as administrator, unless
    somebody works at the partner already.

    Raises:
        Http404, Forbidden, Conflict: as `move`. Conflict: it is in the program. RuleViolation: too long a message, no
        country or type, or suspended in the program.
    """
    return _approve(actor, application, message=_said(message), why="")


def approve_by_rule(*, application: Application, why: str) -> Application:
    """Approve in the system's name, as a rule says why, in the caller's transaction."""
    return _approve(system(application.vendor_id), application, message="", why=why)


def _approve(actor: Actor, application: Application, *, message: str, why: str) -> Application:
    def changes(fresh: Application) -> dict[str, Any]:
        enrollment = _enrol(actor, fresh)
        return {
            "partner": enrollment.partner,
            "enrollment": enrollment,
            "decision_text": message,
            **_decided(actor, why),
        }

    data = {"name": application.name, "message": message, "why": why}
    fresh: Application = _moved("approve", application, actor=actor, changes=changes, data=data)
    _welcome(actor, fresh)
    return fresh


def _enrol(actor: Actor, application: Application) -> Enrollment:
    if not application.country:
        raise RuleViolation("no_country", _("Ask for the country first: a partner needs one."), "country")
    values = {name: getattr(application, name) for name in PROFILE}
    values["type"] = values["type"] or PartnerType.RESELLER
    applied = Applicant(
        program=Program.objects.select_related("vendor").get(pk=application.program_id),
        profile=values,
        domain=application.domain,
        partner=application.partner,
    )
    reason = _("Approved application %(reference)s") % {"reference": application.reference}
    return enrol_applicant(actor=actor, applicant=applied, reason=reason)


def _welcome(actor: Actor, application: Application) -> None:
    """Start the journey, or end the onboarding where there is none, and let in who applied."""
    enrollment = application.enrollment
    assert enrollment is not None  # noqa: S101  (the database holds that an approved one has it)
    invite_applicant(actor=actor, enrollment=enrollment, email=application.email, name=application.contact_name)
    journey = start_journey(actor=actor, enrollment=enrollment, facts=journey_facts(application))
    if journey is None:
        end_onboarding(enrollment=enrollment, reason=_("No journey is set up for this kind of partner"))


def journey_facts(application: Application) -> dict[str, Any]:
    """Return what conditions and merge fields of a journey may read of an application, in plain values."""
    names = ("name", "legal_name", "type", "city", "website", "headcount", "regions", "languages", "industries")
    more = ("services", "product_lines", "certifications", "domain", "reference", "score", "colleagues")
    return {
        **{name: getattr(application, name) for name in (*names, *more)},
        "country": str(application.country),
        "contact_name": application.contact_name,
        "contact_email": application.email,
        "contact_phone": application.phone,
        "answers": application.answers,
    }


@transaction.atomic
def decline_application(*, actor: Actor, application: Application, reason: str, message: str) -> Application:
    """Decline with a reason and words that the applicant reads. Records `application.declined`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: unknown or missing reason, no words, or too many.
    """
    if reason and reason not in DeclineReason.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), "reason")
    return _decline(actor, application, reason=reason, message=_said(message), why="")


def decline_by_rule(*, application: Application, reason: DeclineReason, message: str, why: str) -> Application:
    """Decline in the system's name, as a rule says why, in the caller's transaction."""
    return _decline(system(application.vendor_id), application, reason=reason, message=message, why=why)


def _decline(actor: Actor, application: Application, *, reason: str, message: str, why: str) -> Application:
    changes = {"decline_reason": reason, "decision_text": message, **_decided(actor, why)}
    label = str(DeclineReason(reason).label) if reason else ""
    return _moved(
        "decline",
        application,
        actor=actor,
        facts={"reason": reason, "message": message},
        changes=changes,
        data={"name": application.name, "reason": label, "message": message, "why": why},
    )


def _moved(name: str, application: Application, **how: Any) -> Application:
    """Move as the engine does; who comes too late is told who decided, and what.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    try:
        return move(APPLICATION, name, row=application, **how)
    except Conflict as late:
        fresh = late.fresh
        if not isinstance(fresh, Application) or fresh.decided_by is None:
            raise
        facts = {"who": fresh.decided_by, "state": fresh.get_state_display()}
        words = _("%(who)s was faster: it is now “%(state)s”. Nothing of yours was changed.") % facts
        raise Conflict(late.code, words, fresh=fresh) from None


def _decided(actor: Actor, why: str) -> dict[str, Any]:
    return {
        "decided_at": timezone.now(),
        "decided_by_id": actor.person_id,
        "decided_why": why,
        "clock_left": None,
        "asked_at": None,
    }


@transaction.atomic
def ask_applicant(*, actor: Actor, application: Application, message: str, fields: Sequence[str] = ()) -> Application:
    """Ask the applicant something; the clock stops until it answers. Records `application.asked`.

    `fields` names entries of the form that the question is about.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no question, or too long.
    """
    said = _said(message, LONGEST_NOTE)

    def changes(fresh: Application) -> dict[str, Any]:
        now = timezone.now()
        left = working_hours_between(now, fresh.due_at, fresh.vendor.time_zone) if fresh.due_at else None
        kept = fresh.clock_left if fresh.state == ApplicationState.WAITLISTED else left
        return {"clock_left": kept, "asked_at": now, "reminded_at": None}

    facts = {"message": said, "fields": list(fields)}
    fresh: Application = _moved(
        "ask",
        application,
        actor=actor,
        facts=facts,
        changes=changes,
        data={**facts, "name": application.name},
    )
    _write(fresh, actor, said, fields=list(fields))
    return fresh


@transaction.atomic
def waitlist_application(*, actor: Actor, application: Application, message: str = "") -> Application:
    """Put an application on the waiting list; no clock runs there. Records `application.waitlisted`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: too long a message.
    """
    said = _said(message)
    data = {"name": application.name, "message": said}
    changes = {"decision_text": said, "asked_at": None}
    return _moved("waitlist", application, actor=actor, changes=changes, data=data)


@transaction.atomic
def note_on_application(*, actor: Actor, application: Application, text: str) -> ApplicationMessage:
    """Write a note that the vendor's people alone read. Records `application.noted`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. RuleViolation: no text, or too long.
    """
    fresh: Application = locked(application, actor)
    if not actor.may(DECIDE_APPLICATIONS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    said = _said(text, LONGEST_NOTE, "text")
    if not said:
        raise RuleViolation("required", _("This is needed."), "text")
    made = _write(fresh, actor, said, is_internal=True)
    record(events.APPLICATION_NOTED, actor=actor, subject=fresh)
    return made


def _write(application: Application, actor: Actor, text: str, **more: Any) -> ApplicationMessage:
    return ApplicationMessage.objects.create(
        application=application, vendor_id=application.vendor_id, person_id=actor.person_id, text=text, **more
    )


def _said(text: str, most: int = LONGEST, field: str = "message") -> str:
    said = text.replace("\x00", "").strip()
    if len(said) > most:
        raise RuleViolation("too_long", gettext_lazy("At most %(most)d characters.") % {"most": most}, field)
    return said
