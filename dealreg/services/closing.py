"""How a deal ends: won with its order, lost with its reason, or opened again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.enums import LostReason, MilestoneKind
from dealreg.milestones import CLOSED, reach, take_back
from dealreg.models import Deal, DealLine
from dealreg.services.extensions import lapse_extension
from dealreg.services.protection import release_protections
from dealreg.services.settling import end_offer, lapse_appeal
from dealreg.workflow import OUTCOME
from prm.kernel.errors import RuleViolation
from prm.kernel.money import shown
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was ordered. lines: quantities by product, of those on the deal. term_until: when it ends, if it does."""

    lines: Mapping[int, int] = field(default_factory=dict)
    term_until: date | None = None


@transaction.atomic
def win_deal(
    *,
    actor: Actor,
    deal: Deal,
    value: Decimal | None,
    closed_on: date | None,
    remark: str = "",
    order: Order | None = None,
) -> Deal:
    """Mark a deal as won at a value, in the deal's currency. Records `deal.won`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: value or day missing, the day is in the future, the
        term ends before it, or a product isn't on the deal.
    """
    _check_closed_on(closed_on)
    order = order or Order()
    if order.term_until is not None and closed_on is not None and order.term_until <= closed_on:
        raise RuleViolation("term_too_early", _("It must run beyond the day of the order."), "term_until")
    fresh: Deal = move(
        OUTCOME,
        "win",
        row=deal,
        actor=actor,
        facts={"value": value, "closed_on": closed_on},
        changes={"closed_value": value, "closed_on": closed_on, "outcome_text": remark, "term_until": order.term_until},
        data={"value": shown(value, deal.currency), "remark": remark},
    )
    _keep_order(fresh, order)
    lapse_extension(fresh)
    end_offer(fresh)
    lapse_appeal(fresh)
    reach(fresh, MilestoneKind.WON)
    return fresh


def _keep_order(deal: Deal, order: Order) -> None:
    lines = {line.product_id: line for line in DealLine.objects.filter(deal=deal)} if order.lines else {}
    if set(order.lines) - set(lines):
        raise RuleViolation("product_not_on_deal", _("One of these products isn't on the deal."), "lines")
    for product, quantity in order.lines.items():
        lines[product].ordered = quantity
    DealLine.objects.bulk_update([lines[product] for product in order.lines], ["ordered"])


@transaction.atomic
def lose_deal(*, actor: Actor, deal: Deal, reason: str, closed_on: date | None, remark: str = "") -> Deal:
    """Mark a deal as lost; its protection is released for others. Records `deal.lost`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: reason or day missing, or the day is in the future.
    """
    if reason and reason not in LostReason.values:
        raise RuleViolation("unknown_reason", _("Choose one of the reasons."), "reason")
    _check_closed_on(closed_on)
    label = str(LostReason(reason).label) if reason else ""
    fresh: Deal = move(
        OUTCOME,
        "lose",
        row=deal,
        actor=actor,
        facts={"reason": reason, "closed_on": closed_on},
        changes=lambda fresh: {
            "lost_reason": reason,
            "closed_on": closed_on,
            "outcome_text": remark,
            # Protection doesn't come back with `reopen`, so it must not look as if it still ran.
            "protected_until": timezone.now() if fresh.is_protected else fresh.protected_until,
        },
        data={"reason": label, "remark": remark},
    )
    release_protections(fresh)
    reach(fresh, MilestoneKind.LOST)
    return fresh


def _check_closed_on(day: date | None) -> None:
    if day is not None and day > timezone.localdate():
        raise RuleViolation("closed_in_future", _("This day is still to come."), "closed_on")


@transaction.atomic
def reopen_deal(*, actor: Actor, deal: Deal) -> Deal:
    """Open a won or lost deal again; protection that was released doesn't come back, and it no longer counts as closed.

    Records `deal.reopened`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    cleared: dict[str, Any] = {"closed_on": None, "closed_value": None, "lost_reason": "", "outcome_text": ""}
    cleared |= {"term_until": None, "term_reminded_at": None}
    fresh: Deal = move(OUTCOME, "reopen", row=deal, actor=actor, changes=cleared)
    DealLine.objects.filter(deal=fresh).update(ordered=None)
    take_back(fresh, *CLOSED)
    return fresh
