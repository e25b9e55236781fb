"""Where a partner's enrollments stand in their life, and how those that ended did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Max
from django.utils import timezone

from activity.models import Event
from dealreg.models import Deal
from partners.enums import LIVE
from partners.models import Enrollment
from partners.rules import Stage, stage_of
from portal.statuses import STAGE_LOOK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.actors import Actor

ENDINGS = ("enrollment.retired", "enrollment.suspended")


@dataclass(frozen=True, slots=True)
class Life:
    """An enrollment, its stage, and the event that ended its access, if one did."""

    enrollment: Enrollment
    stage: Stage
    tone: str
    icon: str
    ended: Event | None


def lives_of(actor: Actor, enrollments: Sequence[Enrollment]) -> list[Life]:
    """Return each enrollment with its stage. At most two queries, one where all of them are live."""
    pks = [each.pk for each in enrollments]
    deals = Deal.objects.visible_to(actor).filter(enrollment__in=pks).order_by()
    last = dict(deals.values_list("enrollment").annotate(last=Max("submitted_at")))
    over = [each.pk for each in enrollments if each.status not in LIVE]
    endings: dict[int, Event] = {}
    if over:
        told = Event.objects.visible_to(actor).filter(
            subject_type="partners.enrollment", subject_id__in=over, kind__in=ENDINGS
        )
        endings = {event.subject_id: event for event in told.select_related("person").order_by("pk")}
    return [_life(each, last.get(each.pk), endings.get(each.pk)) for each in enrollments]


def _life(enrollment: Enrollment, last_at: object, ended: Event | None) -> Life:
    stage = stage_of(
        status=enrollment.status,
        since=timezone.localdate(enrollment.enrolled_at),
        last_registered=timezone.localdate(last_at) if last_at else None,  # type: ignore[arg-type]
        today=timezone.localdate(),
    )
    tone, icon = STAGE_LOOK[stage.stage]
    return Life(enrollment, stage, tone, icon, ended)
