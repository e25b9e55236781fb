"""Deals that stand still are marked and their partner is nudged, once per standstill; so are terms that end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.formats import date_format

from dealreg import events
from dealreg.enums import Outcome, Status
from dealreg.models import Deal, Policy
from dealreg.stages import USUAL_DAYS, why_stalled
from prm.kernel.actors import system
from prm.kernel.recording import record

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

BATCH = 200
MOST = 2000
TERM_WARNING = timedelta(days=60)
A_DAY = Value(timedelta(days=1), output_field=DurationField())


def mark_stalled() -> int:
    """Mark deals that have been at a stage for longer than their rules allow. Returns how many.

    Records `deal.stalled` for each, once per standstill: the mark goes when the deal moves on.
    """
    done = 0
    while done < MOST and (found := _mark_some(timezone.now())):
        done += found
    return done


def standing_still(now: datetime) -> QuerySet[Deal]:
    """Return open deals that are at their stage for longer than `allowed` days, without a mark and a planned step."""
    open_still = Deal.objects.filter(outcome=Outcome.OPEN, stalled_at=None).exclude(
        status__in=[Status.DECLINED, Status.WITHDRAWN]
    )
    idle = open_still.filter(Q(next_step_on=None) | Q(next_step_on__lt=timezone.localdate(now)))
    late = idle.annotate(allowed=_allowed()).filter(
        stage_since__lt=ExpressionWrapper(Value(now) - A_DAY * F("allowed"), output_field=DateTimeField())
    )
    return late.order_by("stage_since", "pk")


@transaction.atomic
def _mark_some(now: datetime) -> int:
    deals: list[Any] = list(standing_still(now).select_for_update(skip_locked=True, of=("self",))[:BATCH])
    for deal in deals:
        deal.stalled_at, deal.stall_limit = now, deal.allowed
        facts = {"reference": deal.reference, "customer": deal.customer_name, "reason": why_stalled(deal, now)}
        facts["days"] = (now - deal.stage_since).days
        record(events.STALLED, actor=system(deal.vendor_id), subject=deal, data=facts)
    Deal.objects.bulk_update(deals, ["stalled_at", "stall_limit"])
    return len(deals)


def _allowed() -> Coalesce:
    """Return the days that a deal may be at its stage, by the rules under which it was registered."""
    policy = Policy.objects.filter(program__enrollments=OuterRef("enrollment"), reference=OuterRef("policy_reference"))
    said = Case(
        *(When(Q(stage=stage), then=Subquery(_days(policy, stage))) for stage in USUAL_DAYS),
        output_field=IntegerField(),
    )
    usual = Case(*(When(stage=stage, then=Value(days)) for stage, days in USUAL_DAYS.items()), default=Value(30))
    return Coalesce(said, usual)


def _days(policy: QuerySet[Any], stage: str) -> QuerySet[Any, dict[str, Any]]:
    days = Cast(KT(f"stages__{stage}__days"), IntegerField())
    return policy.annotate(days=days).values("days")[:1]


@transaction.atomic
def remind_of_terms() -> int:
    """Record `deal.term_ending` once for each won deal whose term ends within 60 days. Returns how many."""
    today = timezone.localdate()
    near = Deal.objects.filter(
        outcome=Outcome.WON, term_reminded_at=None, term_until__gte=today, term_until__lte=today + TERM_WARNING
    )
    deals = list(near.select_for_update(skip_locked=True).order_by("term_until", "pk")[:BATCH])
    for deal in deals:
        until = deal.term_until
        words = {"until": date_format(until, "Y-m-d") if until else "", "days": (until - today).days if until else 0}
        record(
            events.TERM_ENDING,
            actor=system(deal.vendor_id),
            subject=deal,
            data={**words, "reference": deal.reference, "customer": deal.customer_name},
        )
    Deal.objects.filter(pk__in=[deal.pk for deal in deals]).update(term_reminded_at=timezone.now())
    return len(deals)
