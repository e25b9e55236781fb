"""A renewal or an upsell, begun from a won deal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg import events
from dealreg.enums import FollowKind, Outcome, Stage
from dealreg.models import Deal, DealDraft, DealLine, FollowUp
from dealreg.permissions import REGISTER_DEALS
from dealreg.services.drafts import save_draft
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_BEGUN = 20
AHEAD = timedelta(days=90)
SAME = (
    "customer_name", "customer_domain", "customer_city", "customer_industry", "customer_employees", "contact_name",
    "contact_email", "currency", "part", "title",
)  # fmt: skip


@transaction.atomic
def begin_follow_up(*, actor: Actor, deal: Deal, kind: str) -> DealDraft:
    """Begin a renewal or upsell of a won deal: a draft with its customer and, for a renewal, its products.

    A renewal that was begun by the same person and isn't registered yet is gone on with. Records `deal.followed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: the deal isn't won. RuleViolation: another kind, or too
        many were begun.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(REGISTER_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't register deals."))
    if kind not in FollowKind.values:
        raise RuleViolation("unknown_kind", _("Choose a renewal or an upsell."), "kind")
    if fresh.outcome != Outcome.WON:
        raise Conflict("not_won", _("Only what was won is renewed or extended."), fresh=fresh)
    links = FollowUp.objects.filter(deal=fresh)
    begun = DealDraft.objects.visible_to(actor).filter(submission__in=links.filter(kind=kind).values("submission"))
    if (draft := begun.order_by("-pk").first()) is not None:
        return draft
    if links.count() >= MOST_BEGUN:
        raise RuleViolation("too_many_follow_ups", _("Twenty were begun from this deal already. Register those first."))
    link = FollowUp.objects.create(
        deal=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        person_id=actor.person_id,
        kind=kind,
    )
    record(events.FOLLOWED, actor=actor, subject=fresh, data={"kind": str(FollowKind(kind).label)})
    return save_draft(actor=actor, submission=link.submission, content=_typed(fresh, kind))


def _typed(deal: Deal, kind: str) -> dict[str, Any]:
    typed: dict[str, Any] = {name: str(getattr(deal, name)) for name in SAME if getattr(deal, name)}
    typed |= {
        "enrollment": str(deal.enrollment_id),
        "customer_country": str(deal.customer_country),
        "stage": str(Stage.QUALIFIED),
    }
    words = {"kind": FollowKind(kind).label, "reference": deal.reference}
    typed["notes"] = _("%(kind)s of %(reference)s.") % words
    if kind == FollowKind.RENEWAL:
        today = timezone.localdate()
        typed["close_date"] = max(deal.term_until or today + AHEAD, today).isoformat()
        typed |= _lines(deal)
    return typed


def _lines(deal: Deal) -> dict[str, str]:
    lines = list(DealLine.objects.filter(deal=deal).order_by("pk"))
    if not lines:
        return {"value": f"{(deal.closed_value or deal.value):f}"}
    typed = {"lines-TOTAL_FORMS": str(len(lines)), "lines-INITIAL_FORMS": "0"}
    for number, line in enumerate(lines):
        typed[f"lines-{number}-product"] = str(line.product_id)
        typed[f"lines-{number}-quantity"] = str(line.ordered or line.quantity)
    return typed
