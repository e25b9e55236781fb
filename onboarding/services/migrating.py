"""Moving a running journey to another version of its template."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.enums import JourneyState, StepState, VersionState
from onboarding.journeys.engine import ENDED
from onboarding.journeys.under_way import UnderWay, definition_of, lock_journeys, steps_by_slug
from onboarding.models import Journey, JourneyStep, JourneyVersion, StepFile
from onboarding.permissions import RUN_JOURNEYS
from onboarding.services.journeys import columns_of, new_step, placed
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def migrate_journey(*, actor: Actor, journey: Journey, to_version: JourneyVersion) -> Journey:
    """Let a running journey go on with another version; records `journey.migrated`.

    A step that the new version has under the same slug and kind keeps its state and what was given for it: one that has
    begun goes on, even where the new version would let it wait, since its work may be under way. One that the version
    doesn't have any more goes if it hadn't ended; one that had stays as a record, as does one with documents. New
    steps wait, or open at once where nothing holds them back.

    Raises:
        Forbidden: the right is missing. Conflict: the journey has ended. RuleViolation: another template's version, or
        one that isn't published.
    """
    if not actor.may(RUN_JOURNEYS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    (fresh,) = lock_journeys([journey.pk])
    if fresh.state != JourneyState.RUNNING:
        raise Conflict("journey_ended", _("This journey has ended. Nothing of yours was changed."), fresh=fresh)
    if to_version.vendor_id != fresh.vendor_id or to_version.template_id != fresh.version.template_id:
        raise RuleViolation("another_template", _("This version is another journey’s."))
    if to_version.state != VersionState.PUBLISHED:
        raise RuleViolation("not_published", _("Journeys move to published versions only."))
    if to_version.pk == fresh.version_id:
        return fresh
    before = fresh.version
    fresh.version = to_version
    fresh.revision += 1
    fresh.save(update_fields=["version", "revision", "updated_at"])
    _move_steps(fresh)
    record(
        events.JOURNEY_MIGRATED,
        actor=actor,
        subject=fresh,
        before={"version": before},
        after={"version": to_version},
        data={"from": before.number, "to": to_version.number},
    )
    UnderWay(fresh, steps_by_slug(fresh), actor).advance()
    return fresh


def _move_steps(journey: Journey) -> None:
    """Make a journey's rows those of its version, whatever they were before."""
    definition, there = definition_of(journey.version_id), steps_by_slug(journey)
    for slug, step in there.items():
        given = definition.step.get(slug)
        if given is None or given.kind != step.kind:
            _take_out(step, len(definition.steps))
    for at, stage, given in placed(definition):
        kept = there.get(given.slug)
        if kept is None or kept.kind != given.kind:
            new_step(journey, stage, given, at).save()
            continue
        for name, value in columns_of(journey, stage, given, at).items():
            setattr(kept, name, value)
        kept.revision += 1
        kept.save()


def _take_out(step: JourneyStep, last: int) -> None:
    """Delete a step that hadn't ended; keep one that had, or that holds documents, under a slug of its own."""
    if step.state not in ENDED and not StepFile.objects.filter(step=step).exists():
        step.delete()
        return
    if step.state not in ENDED:
        step.state, step.error, step.ended_at = StepState.SKIPPED, "", timezone.now()
        step.why = str(_("The journey goes on without it."))
    step.slug, step.position, step.look_at = f"{step.pk}-{step.slug}"[:60], last + step.position, None
    step.revision += 1
    step.save()
