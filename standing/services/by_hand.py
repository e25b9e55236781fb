"""Points booked by hand."""

from __future__ import annotations

import uuid
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from partners.models import Enrollment
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record
from standing import events
from standing.enums import EntryKind
from standing.models import PointEntry
from standing.services.keeping import keep_enrollment
from standing.services.overrides import deciding, reason_given

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LARGEST = Decimal(1_000_000)


@transaction.atomic
def adjust_points(
    *, actor: Actor, enrollment: Enrollment, points: Decimal, reason: str, ends: date | None = None
) -> PointEntry:
    """Book points by hand, or take some back; what was booked stays. Records `points.adjusted`.

    The enrollment's standing follows in the same transaction.

    Raises:
        Http404: out of sight. Forbidden: the right is missing.
        RuleViolation: nothing, too much, no reason, over already.
    """
    fresh = deciding(actor, enrollment)
    said = reason_given(reason)
    if not points.is_finite() or not points or abs(points) > LARGEST:
        raise RuleViolation("points", _("Between −1,000,000 and 1,000,000, and not zero."), "points")
    today = fresh.vendor.today()
    if ends is not None and ends <= today:
        raise RuleViolation("in_the_past", _("They would be over already. Choose a later day."), "ends")
    entry = PointEntry.objects.create(
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment=fresh,
        kind=EntryKind.MANUAL,
        rule="by-hand",
        key=f"by-hand:{uuid.uuid4()}",
        points=points.quantize(Decimal("0.01")),
        day=today,
        ends=ends,
        note=said[:300],
        person_id=actor.person_id,
    )
    record(
        events.POINTS_ADJUSTED,
        actor=actor,
        subject=fresh,
        data={"points": f"{points.normalize():f}", "reason": said, "name": str(fresh)},
    )
    keep_enrollment(fresh)
    return entry
