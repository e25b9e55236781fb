"""What workers do for journeys, who is told of their steps, and which events of others end them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

from activity.notices import Recipient, notify
from activity.registry import Effect, NoticeKind, handler
from onboarding import stepping
from onboarding.emails import journeys as emails
from onboarding.enums import JourneyState, Side
from onboarding.journeys.under_way import definition_of
from onboarding.models import Agreement, Journey, JourneyStep
from onboarding.runners import MILESTONES
from onboarding.services.journeys import cancel_journey
from partners.emails import brand_of
from partners.reports import partner_people, vendor_staff
from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Role, system

if TYPE_CHECKING:
    from activity.models import Event


# -- Work
@handler("onboarding.run_step", "step.started", given_up=stepping.give_up)
def run_step(event: Event) -> None:
    """Do the work of a step that touches the database only: it commits with the done-mark, exactly once."""
    stepping.run_inside(event)


@handler("onboarding.call_step", "step.called", effect=Effect.OUTSIDE, given_up=stepping.give_up)
def call_step(event: Event) -> None:
    """Do the work of a step that calls the outside: at least once, each time under the step's key."""
    stepping.run_outside(event)


# -- Ends
@handler("onboarding.end_first_deal", *MILESTONES["registered"], *MILESTONES["won"])
def end_first_deal(event: Event) -> None:
    """End the steps of the enrollment that wait for such a deal."""
    if event.enrollment_id is not None:
        stepping.end_waiting(event.enrollment_id, "first_deal", lambda work: event.kind in stepping.milestones_of(work))


@handler("onboarding.end_agreement_step", "agreement.completed")
def end_agreement_step(event: Event) -> None:
    """End the step that waits for this agreement, or for the one that it replaced."""
    agreement = Agreement.objects.select_related("template").get(pk=event.subject_id)
    stepping.end_waiting(
        agreement.enrollment_id, "agreement", lambda work: work.settings.get("template") == agreement.template.slug
    )


@handler("onboarding.end_journey", "enrollment.retired")
def end_journey(event: Event) -> None:
    """Cancel the journey of an enrollment that is retired."""
    running = Journey.objects.filter(enrollment_id=event.subject_id, state=JourneyState.RUNNING)
    for journey in running:
        cancel_journey(actor=system(journey.vendor_id), journey=journey, reason=str(event.data.get("reason", "")))


# -- Telling
@handler("onboarding.tell_step_opened", "step.opened")
def tell_step_opened(event: Event) -> None:
    """Tell whose turn it is."""
    step = _step(event)
    if step is not None and step.ended_at is None:
        _tell_turn(event, step, emails.YOUR_TURN if step.side == Side.PARTNER else emails.DESK_TURN)


@handler("onboarding.tell_step_reminded", "step.reminded")
def tell_step_reminded(event: Event) -> None:
    """Remind whose turn it is."""
    step = _step(event)
    if step is not None and step.ended_at is None:
        _tell_turn(event, step, emails.REMINDED)


@handler("onboarding.tell_step_escalated", "step.escalated")
def tell_step_escalated(event: Event) -> None:
    """Tell the vendor's people that a step takes too long."""
    step = _step(event)
    if step is not None and step.ended_at is None:
        _notify(event, step, emails.STUCK, _desk(step))


@handler("onboarding.tell_step_failed", "step.failed")
def tell_step_failed(event: Event) -> None:
    """Tell the vendor's people, with the error."""
    step = _step(event)
    if step is not None:
        _notify(event, step, emails.FAILED, _desk(step), error=str(event.data.get("error", "")))


@handler("onboarding.tell_onboarded", "journey.finished")
def tell_onboarded(event: Event) -> None:
    """Tell the partner's administrators."""
    journey = Journey.objects.select_related("vendor", "partner", "enrollment__program").get(pk=event.subject_id)
    path = reverse("portal:journey", args=[journey.key])
    people = partner_people(journey.enrollment_id, Role.ADMINISTRATOR)
    notify(event=event, kind=emails.ONBOARDED, recipients=people, facts=_facts(journey) | {"path": path}, path=path)


def _step(event: Event) -> JourneyStep | None:
    """Return the event's step; none where a migration took it away."""
    rows = JourneyStep.objects.select_related("vendor", "partner", "journey", "enrollment__program")
    step: JourneyStep | None = rows.filter(pk=event.subject_id).first()
    return step


def _tell_turn(event: Event, step: JourneyStep, kind: NoticeKind) -> None:
    """Tell the step's owner, or whoever of its side it concerns."""
    if step.side == Side.VENDOR:
        _notify(event, step, kind, _desk(step))
        return
    people = partner_people(step.enrollment_id, *PARTNER_ROLES) if step.owner_id else _of_role(step)
    _notify(event, step, kind, _owned(step, people))


def _of_role(step: JourneyStep) -> list[Recipient]:
    """Return the people in the role that the journey names for a step, administrators where nobody has it."""
    given = definition_of(step.journey.version_id).step.get(step.slug)
    people = partner_people(step.enrollment_id, Role(given.owner)) if given and given.owner in PARTNER_ROLES else []
    return people or partner_people(step.enrollment_id, Role.ADMINISTRATOR)


def _desk(step: JourneyStep) -> list[Recipient]:
    """Return the step's owner, else the partner manager, else everyone at the vendor who runs journeys."""
    staff = vendor_staff(step.vendor_id, *VENDOR_ROLES)
    owner = step.owner_id if step.side == Side.VENDOR else None
    for person in (owner, step.enrollment.manager_id):
        chosen = [to for to in staff if to.person_id == person]
        if chosen:
            return chosen
    return vendor_staff(step.vendor_id, *emails.DESK)


def _owned(step: JourneyStep, people: list[Recipient]) -> list[Recipient]:
    return [to for to in people if to.person_id == step.owner_id] if step.owner_id else people


def _notify(event: Event, step: JourneyStep, kind: NoticeKind, people: list[Recipient], **more: Any) -> None:
    path = stepping.path_of(
        step, desk=kind in {emails.DESK_TURN, emails.STUCK, emails.FAILED} or step.side == Side.VENDOR
    )
    facts = _facts(step.journey, step) | {"path": path, **more}
    others = [to for to in people if to.person_id != event.person_id]
    notify(event=event, kind=kind, recipients=others, facts=facts, path=path)


def _facts(journey: Journey, step: JourneyStep | None = None) -> dict[str, Any]:
    return {
        "step": step.name if step else "",
        "due": step.due_at.isoformat() if step and step.due_at else None,
        "partner": journey.partner.name,
        "vendor": journey.vendor.name,
        "program": journey.enrollment.program.name,
        "brand": brand_of(journey.vendor),
    }
