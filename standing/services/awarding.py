"""What computed standings bring: tiers up at once, specialisations, and the tier that holds in the end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from prm.kernel.actors import system
from prm.kernel.recording import record
from standing import events
from standing.computing import figures_of
from standing.models import Calculation, Specialisation, Standing, Tier, TierOverride, TierSpan
from standing.naming import labels_for
from standing.scheme import evaluate
from standing.words import reached_words

if TYPE_CHECKING:
    from prm.kernel.actors import Actor
    from prm.kernel.recording import EventKind

LONGEST_WHY = 500


def calculated(enrollment_id: int) -> Calculation | None:
    """Return an enrollment's calculation, locked: whoever awards holds it, so that nothing is awarded twice."""
    found: Calculation | None = (
        Calculation.objects.select_for_update(of=("self",))
        .select_related("scheme__program__vendor", "tier", "enrollment")
        .filter(enrollment_id=enrollment_id)
        .first()
    )
    return found


def held_rank(tier: Tier | None, calculation: Calculation) -> int:
    """Return a tier's rank in the ladder that an enrollment is on; 0 for none, and for one that isn't on it."""
    if tier is None or tier.rank is None or tier.partner_type != calculation.scheme.partner_type:
        return 0
    return int(tier.rank)


@transaction.atomic
def award(enrollment_id: int, on: date) -> bool:
    """Give an enrollment the tier and the specialisations that its figures bring; returns whether a tier changed.

    Up only; a tier that its ladder no longer has is replaced, up or down. Records `tier.raised`, `tier.lowered`,
    `specialisation.gained` and `.ended`.
    """
    calculation = calculated(enrollment_id)
    if calculation is None:
        return False
    actor = system(calculation.vendor_id)
    keep_specialisations(calculation, on, actor)
    standing = Standing.objects.select_related("tier", "earned").filter(enrollment_id=enrollment_id).first()
    earned = standing.earned if standing else None
    if calculation.rank <= held_rank(earned, calculation) or calculation.tier is None:
        if earned is None or held_rank(earned, calculation):
            return False
        return settle(calculation, earned=None, actor=actor, why=_("the scheme no longer has the tier it held"))
    shape = calculation.scheme.shape
    verdict = evaluate(shape, figures_of(calculation))
    labels = labels_for(calculation.vendor_id, shape)
    why = reached_words(shape, verdict, calculation.rank, calculation.scheme.program.vendor.currency, labels)
    return settle(calculation, earned=calculation.tier, actor=actor, why=why)


def settle(calculation: Calculation, *, earned: Tier | None, actor: Actor, why: str) -> bool:
    """Write the tier that was earned, and the one that holds: the higher of it and what was given by hand.

    Returns whether the one that holds changed, which records `tier.raised` or `tier.lowered`. In the caller's
    transaction, which holds the calculation.
    """
    override = (
        TierOverride.objects.running(calculation.scheme.program.vendor.today())
        .filter(enrollment_id=calculation.enrollment_id)
        .select_related("tier")
        .first()
    )
    tier = _higher(earned, override.tier if override else None, calculation)
    standing = Standing.objects.select_related("tier").filter(enrollment_id=calculation.enrollment_id).first()
    before = standing.tier if standing else None
    why = why[:LONGEST_WHY]
    if tier is None:
        if standing is not None:
            standing.delete()
    elif standing is None:
        Standing.objects.create(**_tenant(calculation), tier=tier, earned=earned, why=why)
    else:
        changed = {"earned": earned} | ({} if tier == before else {"tier": tier, "since": timezone.now(), "why": why})
        for name, value in changed.items():
            setattr(standing, name, value)
        standing.save(update_fields=changed)
    if tier == before:
        return False
    _span(calculation, tier, why)
    up = tier is not None and held_rank(tier, calculation) > held_rank(before, calculation)
    _told(events.TIER_RAISED if up else events.TIER_LOWERED, calculation, actor, (before, tier), why)
    return True


def _higher(earned: Tier | None, given: Tier | None, calculation: Calculation) -> Tier | None:
    if earned is None or given is None:
        return earned or given
    return earned if held_rank(earned, calculation) >= held_rank(given, calculation) else given


def _span(calculation: Calculation, tier: Tier | None, why: str) -> None:
    now = timezone.now()
    TierSpan.objects.filter(enrollment_id=calculation.enrollment_id, until=None).update(until=now)
    if tier is not None:
        TierSpan.objects.create(**_tenant(calculation), tier=tier, since=now, why=why)


def _told(
    kind: EventKind, calculation: Calculation, actor: Actor, tiers: tuple[Tier | None, Tier | None], why: str
) -> None:
    before, after = tiers
    names = {"before": {"tier": str(before or "")}, "after": {"tier": str(after or "")}}
    record(
        kind,
        actor=actor,
        subject=calculation.enrollment,
        before={"tier": before},
        after={"tier": after},
        data={"tier": str(after or _("no tier")), "why": why, "names": names, "name": str(calculation.enrollment)},
    )


def _tenant(calculation: Calculation) -> dict[str, int]:
    return {
        "enrollment_id": calculation.enrollment_id,
        "vendor_id": calculation.vendor_id,
        "partner_id": calculation.partner_id,
    }


# -- Specialisations


def keep_specialisations(calculation: Calculation, on: date, actor: Actor) -> None:
    """Begin and prolong the specialisations whose needs are met, and end those that have expired."""
    shapes = {each.slug: each for each in calculation.scheme.shape.specialisations}
    held = {
        each.slug: each
        for each in Specialisation.objects.select_for_update().filter(
            enrollment_id=calculation.enrollment_id, ended_on=None
        )
    }
    for slug in calculation.specialisations:
        shape, expires = shapes[slug], on + relativedelta(months=shapes[slug].months)
        if slug not in held:
            given = Specialisation.objects.create(
                **_tenant(calculation), slug=slug, name=shape.name, since=on, expires_on=expires
            )
            record(events.SPECIALISATION_GAINED, actor=actor, subject=given, data={"name": shape.name})
        elif held[slug].expires_on < expires:
            held[slug].expires_on = expires
            held[slug].save(update_fields=["expires_on"])
    for slug, each in held.items():
        if slug not in calculation.specialisations and each.expires_on <= on:
            each.ended_on = on
            each.save(update_fields=["ended_on"])
            record(events.SPECIALISATION_ENDED, actor=actor, subject=each, data={"name": each.name})
