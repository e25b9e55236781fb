"""What computed standings bring: tiers up at once, specialisations, and the tier that holds in the end."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from prm.kernel.actors import system
from prm.kernel.recording import Happening, record, record_each
from standing import events
from standing.computing import figures_of
from standing.models import Calculation, Specialisation, Standing, Tier, TierOverride, TierSpan
from standing.naming import labels_for
from standing.scheme import evaluate
from standing.words import reached_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.actors import Actor
    from prm.kernel.recording import EventKind
    from standing.words import Labels

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
    labels = labels_for(calculation.vendor_id, calculation.scheme.shape)
    return settle(calculation, earned=calculation.tier, actor=actor, why=_reached(calculation, labels))


def _reached(calculation: Calculation, labels: Labels) -> str:
    """Return the sentence with which a tier is awarded."""
    shape = calculation.scheme.shape
    verdict = evaluate(shape, figures_of(calculation))
    return reached_words(shape, verdict, calculation.rank, calculation.scheme.program.vendor.currency, labels)


@transaction.atomic
def award_first(enrollments: Sequence[int], on: date) -> int:
    """Give a scheme's enrollments that hold no tier, and none by hand, what their figures bring; returns how many.

    What `award` does to each, in a fixed number of statements; those of the enrollments for which it would do more are
    left to it. Records `tier.raised` for each.
    """
    standing = Standing.objects.filter(enrollment_id=OuterRef("enrollment_id"))
    by_hand = TierOverride.objects.filter(enrollment_id=OuterRef("enrollment_id"), ended_at=None)
    special = Specialisation.objects.filter(enrollment_id=OuterRef("enrollment_id"), ended_on=None)
    locked = list(
        Calculation.objects.select_for_update(of=("self",))
        .select_related("scheme__program__vendor", "tier", "enrollment__partner", "enrollment__program__vendor")
        .filter(enrollment_id__in=enrollments, tier__isnull=False, rank__gt=0, specialisations=[])
        .order_by("pk")
    )
    # Asked again now that nobody else can award them.
    free = Calculation.objects.filter(pk__in=[each.pk for each in locked])
    free = free.exclude(Exists(standing)).exclude(Exists(by_hand)).exclude(Exists(special))
    wanted = set(free.values_list("pk", flat=True))
    if not wanted:
        return 0
    scheme, now = locked[0].scheme, timezone.now()
    labels, whys = labels_for(scheme.vendor_id, scheme.shape), {}
    for each in (each for each in locked if each.pk in wanted):
        each.scheme = scheme  # whose definition is then read once
        whys[each] = _reached(each, labels)[:LONGEST_WHY]
    TierSpan.objects.filter(enrollment_id__in=[each.enrollment_id for each in whys], until=None).update(until=now)
    Standing.objects.bulk_create(
        [Standing(**_tenant(each), tier=each.tier, earned=each.tier, why=why) for each, why in whys.items()]
    )
    TierSpan.objects.bulk_create(
        [TierSpan(**_tenant(each), tier=each.tier, since=now, why=why) for each, why in whys.items()]
    )
    actor = system(locked[0].vendor_id)
    record_each([_happening(events.TIER_RAISED, each, actor, (None, each.tier), why) for each, why in whys.items()])
    return len(whys)


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
    kind = events.TIER_RAISED if up else events.TIER_LOWERED
    record_each([_happening(kind, calculation, actor, (before, tier), why)])
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


def _happening(
    kind: EventKind, calculation: Calculation, actor: Actor, tiers: tuple[Tier | None, Tier | None], why: str
) -> Happening:
    before, after = tiers
    names = {"before": {"tier": str(before or "")}, "after": {"tier": str(after or "")}}
    return Happening(
        kind=kind,
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
