"""Reads about deals that return dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from accounts.models import ProductFamily
from dealreg.engagement import Known
from dealreg.engagement.wording import sentence_of, told
from dealreg.enums import Outcome, Part, Status
from dealreg.models import Appeal, Deal
from dealreg.rules import Ruled, Situation, Suggestion, competes, overlap, suggest
from prm.kernel.composed import composed

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """The line for one account and overlapping product families.

    holder: the deal that is protected, if any. waiting: undecided deals in the order of their places.
    """

    holder: Deal | None
    waiting: tuple[Deal, ...]

    def place_of(self, deal: Deal) -> int | None:
        """Return the deal's place, from 1, or None when it isn't waiting."""
        return next((place for place, other in enumerate(self.waiting, 1) if other.pk == deal.pk), None)

    def before(self, deal: Deal) -> tuple[Deal, ...]:
        """Return who registered earlier."""
        return tuple(other for other in self.waiting if _place(other) < _place(deal))


def _place(deal: Deal) -> tuple[datetime, int]:
    return deal.submitted_at, deal.pk


def line_for(deal: Deal) -> Line:
    """Return who holds and who waits for protection of the deal's account and families. One query.

    All deals are the vendor's own: show the result to the vendor only.
    """
    rivals = _rivals(deal.vendor_id, deal.account_id, timezone.now())
    near = [
        other for other in rivals if competes(other.part) and overlap(other.families, deal.families, other.everything)
    ]
    holder = next((other for other in near if other.pk != deal.pk and other.is_protected), None)
    return Line(holder, tuple(other for other in near if other.is_undecided))


@composed
def _rivals(vendor_id: int, account_id: int, now: datetime) -> QuerySet[Deal]:
    everything = ProductFamily.objects.filter(vendor=OuterRef("vendor"), covers_all=True).values("pk")
    return (
        Deal.objects.filter(vendor_id=vendor_id, account_id=account_id)
        .contending(now)
        .select_related("partner")
        .annotate(everything=Subquery(everything[:1]))
        .order_by("submitted_at", "id")[:50]
    )


def appeal_beside(deal: Deal) -> Appeal | None:
    """Return an open appeal of another deal for the same customer and overlapping products, None where none runs.

    One query, two where one runs about the customer.
    """
    found = list(
        Appeal.objects.filter(appealing(deal)).open().select_related("deal").order_by("pk")  # few: each is a person's
    )
    if not found:
        return None
    everything = ProductFamily.objects.filter(vendor_id=deal.vendor_id, covers_all=True).values_list("pk", flat=True)
    every = everything.first() or 0
    return next((each for each in found if overlap(each.deal.families, deal.families, every)), None)


def appealing(deal: Deal) -> Q:
    """Return the condition on appeals of other deals, of sellers, for the same customer."""
    return Q(deal__account_id=deal.account_id, deal__part=Part.SELL) & ~Q(deal_id=deal.pk)


def ruled_of(data: dict[str, Any] | None) -> Ruled | None:
    """Return a ruling, as JSON of its columns, for `rules.suggest`."""
    if not data:
        return None
    sentence = sentence_of(data["sentence"])
    return Ruled(
        code=sentence.code,
        why=told(sentence, names_in(data.get("names"))),
        clause=data["clause"],
        segment=data["segment"],
    )


def names_in(found: dict[str, Any] | None) -> Known:
    """Return what a vendor calls things, from JSON of `RulingQuerySet.latest_with_names`."""
    names = {kind: dict(pairs or {}) for kind, pairs in (found or {}).items()}
    return Known(
        families=names.get("families", {}), tiers=names.get("tiers", {}), credentials=names.get("credentials", {})
    )


def situation_of(deal: Deal, line: Line, score: int) -> Situation:
    """Return what the desk knows about a deal, for `rules.suggest`."""
    holder = line.holder
    return Situation(
        waits_for_partner=deal.waits_for_partner,
        lost=deal.outcome == Outcome.LOST,
        competing=competes(deal.part),
        holder=(holder.reference, holder.protected_until) if holder and holder.protected_until else None,
        earlier=tuple(other.reference for other in line.before(deal)),
        link=deal.account_link,
        origin=deal.account.origin,
        account_name=deal.account.name,
        owner_name=deal.account.owner_name,
        score=score,
        has_contact=bool(deal.contact_name or deal.contact_email),
        ruled=ruled_of(getattr(deal, "ruled", None)),
    )


def suggestion_for(deal: Deal, line: Line, score: int) -> Suggestion:
    """Return the desk's suggestion for an undecided deal."""
    return suggest(situation_of(deal, line, score), deal.policy_reference)


# Over a vendor's newest decisions only, so that the figure costs a busy vendor's pages what it costs a small one's.
DECISION_TIMES = """
SELECT vendor.id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY newest.took),
  count(*) FILTER (WHERE newest.status <> 'declined')
FROM unnest(%(vendors)s::bigint[]) AS vendor(id) CROSS JOIN LATERAL (
  SELECT decided_at - submitted_at AS took, status FROM dealreg_deal
  WHERE vendor_id = vendor.id AND decided_at >= %(since)s
  ORDER BY decided_at DESC LIMIT %(most)s
) AS newest
GROUP BY vendor.id
"""
MOST_DECISIONS = 200


@dataclass(frozen=True, slots=True)
class DecisionTimes:
    """How quickly a vendor decided lately: medians in hours, None where nothing was decided."""

    decided: int
    median_hours: float | None
    approved_share: float | None


def decision_times(vendor_ids: frozenset[int]) -> dict[int, DecisionTimes]:
    """Return each vendor's decision times over its newest 200 decisions of the last 90 days. One query.

    Published to the vendor's partners too.
    """
    since = timezone.now() - timedelta(days=90)
    values: dict[str, Any] = {"vendors": sorted(vendor_ids), "since": since, "most": MOST_DECISIONS}
    with connection.cursor() as cursor:
        cursor.execute(DECISION_TIMES, values)
        rows = cursor.fetchall()
    return {
        vendor_id: DecisionTimes(decided, median.total_seconds() / 3600, approved / decided)
        for vendor_id, decided, median, approved in rows
    }


def pipeline_totals(actor: Actor, vendor_id: int | None = None) -> list[dict[str, Any]]:
    """Return the open deals' number and value by currency: total, protected and undecided. One query."""
    deals = Deal.objects.visible_to(actor).open()
    if vendor_id is not None:
        deals = deals.filter(vendor_id=vendor_id)
    protected = Q(status=Status.APPROVED, protected_until__gt=timezone.now())
    return list(
        deals.order_by()
        .values("currency")
        .annotate(
            deals=Count("pk"),
            total=Sum("value"),
            protected=Sum("value", filter=protected, default=Decimal(0)),
            undecided=Sum(
                "value", filter=Q(status__in=["submitted", "in_review", "information_requested"]), default=Decimal(0)
            ),
        )
        .order_by("-total")
    )


def won_totals(actor: Actor, since_days: int = 365) -> list[dict[str, Any]]:
    """Return what was won in the last days, by currency. One query."""
    since = timezone.localdate() - timedelta(days=since_days)
    deals = Deal.objects.visible_to(actor).filter(outcome=Outcome.WON, closed_on__gte=since)
    return list(
        deals.order_by().values("currency").annotate(deals=Count("pk"), total=Sum("closed_value")).order_by("-total")
    )
