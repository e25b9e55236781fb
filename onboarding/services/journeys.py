"""Journeys as a whole: started for an enrollment, finished by their last step, cancelled with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.enums import JourneyState, Side, StepState, VersionState
from onboarding.journeys.facts import facts_of
from onboarding.journeys.under_way import UnderWay, definition_of, lock_journeys, steps_by_slug
from onboarding.models import Journey, JourneyStep, JourneyVersion
from onboarding.permissions import RUN_JOURNEYS
from onboarding.step_kinds import STEP_KINDS
from prm.kernel.errors import Conflict, Forbidden
from prm.kernel.recording import record

if TYPE_CHECKING:
    from onboarding.journeys.shape import Definition, Stage, Step
    from partners.models import Enrollment
    from prm.kernel.actors import Actor


def published_journey(enrollment: Enrollment) -> JourneyVersion | None:
    """Return the published version for an enrollment's program and type of partner, or the one for all types."""
    found = JourneyVersion.objects.filter(
        state=VersionState.PUBLISHED,
        template__program_id=enrollment.program_id,
        template__partner_type__in=[enrollment.partner.type, ""],
    )
    version: JourneyVersion | None = found.order_by("-template__partner_type").first()
    return version


@transaction.atomic
def start_journey(*, actor: Actor, enrollment: Enrollment, facts: Mapping[str, Any]) -> Journey | None:
    """Start the journey of an enrollment's program and type; its first steps open. Records `journey.started`.

    None where nothing is published for it: the caller ends the onboarding then.

    Args:
        facts: what conditions and merge fields read beside the partner's profile, in plain values. Of an application
            the steps read `contact_name`, `contact_email`, `colleagues`, the columns of a profile; its `score` is the
            fact `fit`.

    Raises:
        Forbidden: the right is missing. Conflict: a journey is under way there.
    """
    if not actor.may(RUN_JOURNEYS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    version = published_journey(enrollment)
    if version is None:
        return None
    journey = _journey(enrollment, version, {**facts_of(enrollment.partner, fit=facts.get("score")), **facts})
    definition = definition_of(version.pk)
    JourneyStep.objects.bulk_create(new_step(journey, stage, step, at) for at, stage, step in placed(definition))
    under_way = UnderWay(journey, steps_by_slug(journey), actor)
    record(
        events.JOURNEY_STARTED,
        actor=actor,
        subject=journey,
        data={"name": str(version), "steps": len(definition.steps)},
    )
    under_way.advance()
    return journey


@transaction.atomic
def cancel_journey(*, actor: Actor, journey: Journey, reason: str) -> Journey:
    """End a journey before its end; what is open stays as it was. Records `journey.cancelled`, once.

    Raises:
        Forbidden: the right is missing.
    """
    if not actor.may(RUN_JOURNEYS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    (fresh,) = lock_journeys([journey.pk])
    if fresh.state != JourneyState.RUNNING:
        return fresh
    UnderWay(fresh, {}, actor).close(JourneyState.CANCELLED)
    record(events.JOURNEY_CANCELLED, actor=actor, subject=fresh, data={"reason": reason})
    return fresh


def placed(definition: Definition) -> list[tuple[int, Stage, Step]]:
    """Return a definition's steps with their stage, numbered in order."""
    return [(at, stage, step) for at, (_place, stage, step) in enumerate(definition.placed())]


def new_step(journey: Journey, stage: Stage, step: Step, position: int) -> JourneyStep:
    """Return an unsaved step as a journey begins with it."""
    return JourneyStep(
        vendor_id=journey.vendor_id,
        partner_id=journey.partner_id,
        enrollment_id=journey.enrollment_id,
        journey=journey,
        state=StepState.WAITING,
        **columns_of(journey, stage, step, position),
    )


def columns_of(journey: Journey, stage: Stage, step: Step, position: int) -> dict[str, Any]:
    """Return what a step's row repeats of its version's definition."""
    kind = STEP_KINDS.get(step.kind)
    return {
        "slug": step.slug,
        "position": position,
        "stage": stage.name,
        "name": step.name,
        "kind": step.kind,
        "side": step.side or (kind.default_side if kind else Side.VENDOR),
        "after": list(definition_of(journey.version_id).waits[step.slug]),
    }


def _journey(enrollment: Enrollment, version: JourneyVersion, facts: dict[str, Any]) -> Journey:
    journey = Journey(
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        enrollment=enrollment,
        version=version,
        facts=facts,
        started_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            journey.save()
    except IntegrityError:
        raise Conflict("journey_runs", _("A journey is under way for this partner already.")) from None
    return journey
