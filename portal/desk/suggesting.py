"""What a row of the desk's lists reads, and what is suggested for it, within one query."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils import timezone

from accounts.models import ProductFamily
from dealreg.enums import UNDECIDED, Outcome, Part, Status
from dealreg.extending import FIGURES
from dealreg.models import Absence, Conflict, Deal, Extension, Policy, Ruling
from dealreg.reports import ruled_of
from dealreg.rules import Situation, Suggestion, competes, overlap, suggest
from partners.models import Enrollment
from portal.desk.dossier import tier_name

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor

MOST_RIVALS = 20

# What a row and its suggestion read; a deal and what it refers to have four times as many columns.
SHOWN = (
    "reference",
    "vendor_id",
    "partner_id",
    "customer_name",
    "value",
    "currency",
    "status",
    "outcome",
    "submitted_at",
    "due_at",
    "clock_left",
    "protected_from",
    "protected_until",
    "account_link",
    "families",
    "part",
    "policy_reference",
    "contact_name",
    "contact_email",
    "asked_fields",
)


def with_suggestions(deals: QuerySet[Deal], actor: Actor, now: datetime | None = None) -> QuerySet[Deal]:
    """Add what `suggestion_of` and `row_of` need, within the one query."""
    rivals = (
        Deal.objects.visible_to(actor)
        .filter(~Q(pk=OuterRef("pk")), account=OuterRef("account"), part=Part.SELL)
        .contending(now)
        .order_by("submitted_at", "id")
        .values(
            json=JSONObject(
                id="id",
                reference="reference",
                families="families",
                status="status",
                submitted_at="submitted_at",
                until="protected_until",
                partner="partner_id",
            )
        )
    )
    scores = Conflict.objects.visible_to(actor).filter(deal=OuterRef("pk")).order_by("-score").values("score")
    family = ProductFamily.objects.visible_to(actor).filter(covers_all=True).values("pk")
    covered = (
        Absence.objects.visible_to(actor).covered_by(actor).filter(person=OuterRef("assignee")).values("person__name")
    )
    return deals.only(*SHOWN).annotate(
        in_place_of=Subquery(covered[:1]),
        partner_name=F("partner__name"),
        account_name=F("account__name"),
        account_origin=F("account__origin"),
        account_owner=F("account__owner_name"),
        rivals=ArraySubquery(rivals[:MOST_RIVALS]),
        score=Subquery(scores[:1]),
        everything=Subquery(family[:1]),
        tier=tier_name(actor),
        ruled=Subquery(Ruling.objects.visible_to(actor).latest_of_deal()),
    )


def with_requests(deals: QuerySet[Deal], actor: Actor) -> QuerySet[Deal]:
    """Add the request for more time that waits, what the policy says of it, and how many were granted."""
    enrollment = Enrollment.objects.visible_to(actor).filter(pk=OuterRef(OuterRef("enrollment_id")))
    policy = Policy.objects.visible_to(actor).filter(
        program=Subquery(enrollment.values("program")[:1]), reference=OuterRef("policy_reference")
    )
    asked = Extension.objects.visible_to(actor).filter(deal=OuterRef("pk"))
    granted = asked.granted().order_by().values("deal").annotate(count=Count("pk")).values("count")
    return deals.annotate(
        asked=Subquery(asked.waiting().values(json=JSONObject(days="days", activity="activity"))[:1]),
        figures=Subquery(policy.values(json=JSONObject(**{name: name for name in FIGURES}))[:1]),
        granted=Coalesce(Subquery(granted), 0),
    )


def rivals_of(deal: Any) -> list[dict[str, Any]]:
    """Return the rivals of a row of `with_suggestions` whose products overlap."""
    return [rival for rival in deal.rivals if overlap(rival["families"], deal.families, deal.everything)]


def suggestion_of(deal: Any) -> Suggestion:
    """Return the suggestion for a row of `with_suggestions`, by the same rule as the detail. No query."""
    near = rivals_of(deal)
    held = [
        (rival["reference"], datetime.fromisoformat(rival["until"]))
        for rival in near
        if rival["status"] == Status.APPROVED and rival["until"]
    ]
    place = (deal.submitted_at, deal.pk)
    earlier = tuple(
        rival["reference"]
        for rival in near
        if rival["status"] in UNDECIDED and (datetime.fromisoformat(rival["submitted_at"]), rival["id"]) < place
    )
    situation = Situation(
        waits_for_partner=deal.waits_for_partner,
        lost=deal.outcome == Outcome.LOST,
        competing=competes(deal.part),
        holder=next((pair for pair in held if pair[1] > timezone.now()), None),
        earlier=earlier,
        link=deal.account_link,
        origin=deal.account_origin,
        account_name=deal.account_name,
        owner_name=deal.account_owner,
        score=deal.score or 0,
        has_contact=bool(deal.contact_name or deal.contact_email),
        ruled=ruled_of(deal.ruled),
    )
    return suggest(situation, deal.policy_reference)
