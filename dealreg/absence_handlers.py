"""Who is told about days away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse

from activity.notices import notify
from activity.registry import handler
from dealreg import desk_notices
from dealreg.models import Absence
from partners.emails import brand_of
from partners.reports import vendor_staff

if TYPE_CHECKING:
    from activity.models import Event


@handler("dealreg.note_stand_in", "absence.planned")
def tell_stand_in(event: Event) -> None:
    """Tell who stands in."""
    absence = Absence.objects.filter(pk=event.subject_id, ended_at=None).select_related("vendor").first()
    if absence is None or absence.stand_in_id is None or absence.stand_in_id == event.person_id:
        return
    staff = vendor_staff(absence.vendor_id, *desk_notices.STANDING_IN.roles)
    people = [to for to in staff if to.person_id == absence.stand_in_id]
    facts = {**event.data, "vendor": absence.vendor.name, "brand": brand_of(absence.vendor)}
    notify(
        event=event,
        kind=desk_notices.STANDING_IN,
        recipients=people,
        facts=facts,
        path=reverse("desk:queue") + "?view=mine",
    )
