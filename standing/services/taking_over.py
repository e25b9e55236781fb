"""Tiers that partners bring along from another system."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from standing.models import Calculation, Standing, TierSpan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from partners.models import Enrollment
    from standing.models import Tier


def take_over_tier(*, enrollment: Enrollment, tier: Tier) -> Standing:
    """Let a newly enrolled partner begin at a tier that it held elsewhere.

    It counts as earned: the scheme raises it as soon as the figures bring more, and lowers it at a review only. For
    imports, in their transaction, which tells of it by its own event.
    """
    tenant = {
        "enrollment_id": enrollment.pk,
        "vendor_id": enrollment.vendor_id,
        "partner_id": enrollment.partner_id,
    }
    why = _("taken over by import")
    TierSpan.objects.create(**tenant, tier=tier, since=enrollment.enrolled_at, why=why)
    return Standing.objects.create(**tenant, tier=tier, earned=tier, since=enrollment.enrolled_at, why=why)


def forget_tiers(enrollment_ids: Sequence[int]) -> None:
    """Delete where enrollments stand whose import is undone, in the undoing's transaction."""
    for model in (Standing, TierSpan, Calculation):
        model.objects.filter(enrollment__in=enrollment_ids).delete()
