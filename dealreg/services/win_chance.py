"""Fitting a vendor's model of win chances, and rating its open deals by it. Workers do both."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from dealreg.enums import Outcome, WinModelState
from dealreg.models import Deal, WinChance, WinModel
from dealreg.winning.fitting import LEAST_CLOSED, LEAST_EACH, fit
from dealreg.winning.history import COLUMNS, history_of, leads_among, lives_of, records_of, snapshot
from dealreg.winning.scoring import Weights, chance_of
from partners.models import Vendor

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dealreg.winning.history import Example
    from dealreg.winning.scoring import Chance

RATED_AT_ONCE = 1_000
RATED_FOR = timedelta(hours=20)
"""After this long a chance is rated again though nothing was done: that nothing was done counts."""


def judged(examples: Sequence[Example]) -> tuple[int, int, bool]:
    """Return how many deals closed, how many of them were won, and whether that is enough to learn from."""
    outcomes = {each.shot.deal: each.won for each in examples}
    closed, won = len(outcomes), sum(outcomes.values())
    return closed, won, closed >= LEAST_CLOSED and min(won, closed - won) >= LEAST_EACH


@transaction.atomic
def fit_win_model(vendor_id: int) -> WinModel:
    """Fit a new version of a vendor's model, and keep it with how it did on deals that it hadn't seen.

    With too few closed deals, or where it says no more than the win rate alone, the version says so and rates nothing.
    """
    Vendor.objects.select_for_update(of=("self",)).get(pk=vendor_id)
    examples, scale = history_of(vendor_id)
    closed, won, enough = judged(examples)
    last = WinModel.objects.filter(vendor=vendor_id).aggregate(last=Max("number"))["last"] or 0
    model = WinModel(vendor_id=vendor_id, number=last + 1, state=WinModelState.SHORT, closed=closed, won=won)
    if enough:
        weights, evaluation = fit(examples, scale)
        model.weights, model.evaluation = weights.as_data(), asdict(evaluation)
        model.state = WinModelState.READY if evaluation.helps else WinModelState.WEAK
    model.save()
    return model


def current_model(vendor_id: int) -> WinModel | None:
    """Return the newest version, whatever its state."""
    found: WinModel | None = WinModel.objects.filter(vendor=vendor_id).order_by("-number").first()
    return found


def rate_open_deals(vendor_id: int, *, afresh: bool = False, now: datetime | None = None) -> int:
    """Rate a vendor's open deals by its newest model; returns how many. afresh: also those that nothing happened to.

    Chances of closed deals go, and all where the model isn't ready.
    """
    model, now = current_model(vendor_id), now or timezone.now()
    old = WinChance.objects.filter(vendor=vendor_id)
    if model is None or model.state != WinModelState.READY:
        old.delete()
        return 0
    old.exclude(deal__in=Deal.objects.filter(vendor=vendor_id).open()).delete()
    deals = Deal.objects.filter(vendor=vendor_id).open()
    if not afresh:
        stale = Q(win_chance=None) | Q(win_chance__rated_at__lt=now - RATED_FOR)
        deals = deals.filter(stale | ~Q(win_chance__model=model) | Q(win_chance__rated_at__lt=F("updated_at")))
    last, done = 0, 0
    if not deals.exists():
        return 0
    records, from_lead = records_of(vendor_id), leads_among(vendor_id)
    weights = Weights.from_data(model.weights)
    while rows := list(deals.filter(pk__gt=last).order_by("pk").values(*COLUMNS, "enrollment_id")[:RATED_AT_ONCE]):
        chances = [
            _chance(model, life.deal, chance_of(snapshot(life, now, records, from_lead), weights), now)
            for life in lives_of(rows)
        ]
        WinChance.objects.bulk_create(
            chances,
            update_conflicts=True,
            unique_fields=["deal"],
            update_fields=["model", "percent", "drivers", "rated_at"],
        )
        last, done = rows[-1]["pk"], done + len(rows)
    return done


def _chance(model: WinModel, deal: dict[str, Any], chance: Chance, now: datetime) -> WinChance:
    return WinChance(
        deal_id=deal["pk"],
        vendor_id=model.vendor_id,
        partner_id=deal["partner_id"],
        enrollment_id=deal["enrollment_id"],
        model=model,
        percent=chance.percent,
        drivers=chance.drivers,
        rated_at=now,
    )


def rate_all() -> int:
    """Rate the open deals of every vendor that has a model."""
    vendors = WinModel.objects.order_by("vendor").values_list("vendor", flat=True).distinct()
    return sum(rate_open_deals(vendor) for vendor in list(vendors))


def fit_all() -> int:
    """Fit every vendor's model anew, then rate its open deals; returns how many vendors."""
    vendors = list(
        Deal.objects.exclude(outcome=Outcome.OPEN).order_by("vendor").values_list("vendor", flat=True).distinct()
    )
    for vendor in vendors:
        fit_win_model(vendor)
        rate_open_deals(vendor, afresh=True)
    return len(vendors)
