"""What follows a won deal, and what a deal follows: read along with the deal itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject

from dealreg.enums import FollowKind
from dealreg.models import Deal, FollowUp

if TYPE_CHECKING:
    from typing import Any

    from prm.kernel.actors import Actor

MOST = 20


@dataclass(frozen=True, slots=True)
class Related:
    """A deal that follows, or is followed. reference: "" for one that was begun and isn't registered yet."""

    kind: FollowKind
    reference: str
    customer: str


def follow_annotations(actor: Actor) -> dict[str, Any]:
    """Return what a deal's query is annotated with, for `followed_by` and `follows`."""
    links = FollowUp.objects.visible_to(actor)
    shown = {"reference": "reference", "customer": "customer_name"}
    child = Deal.objects.visible_to(actor).filter(submission=OuterRef("submission")).values(json=JSONObject(**shown))
    after = links.filter(deal=OuterRef("pk")).order_by("pk")
    parent = links.filter(submission=OuterRef("submission")).values(
        json=JSONObject(kind="kind", reference="deal__reference", customer="deal__customer_name")
    )
    rows = after.annotate(child=Subquery(child[:1])).values(json=JSONObject(kind="kind", child="child"))
    return {"follow_rows": ArraySubquery(rows[:MOST]), "followed_row": Subquery(parent[:1])}


def followed_by(deal: Deal) -> list[Related]:
    """Return what was begun from a deal, the first first."""
    rows: list[dict[str, Any]] = deal.follow_rows  # type: ignore[attr-defined]
    return [_related(row["kind"], row["child"] or {}) for row in rows]


def follows(deal: Deal) -> Related | None:
    """Return the deal that a deal follows, if any."""
    row: dict[str, Any] | None = deal.followed_row  # type: ignore[attr-defined]
    return None if row is None else _related(row["kind"], row)


def _related(kind: str, row: dict[str, Any]) -> Related:
    return Related(FollowKind(kind), row.get("reference", ""), row.get("customer", ""))
