"""Special prices: asked for by the partner, decided on the desk apart from the registration."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg import events
from dealreg.enums import Outcome, PriceOutcome, Status
from dealreg.models import Deal, PriceDecision, PriceRequest
from dealreg.permissions import DECIDE_DEALS, WORK_DEALS
from dealreg.rulings import policy_of
from dealreg.special_prices import check_valid_until, checked_price, largest_discount, most_of
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.fields import bare
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from dealreg.models import Policy
    from prm.kernel.actors import Actor

LONGEST = 4000
CLOSED = frozenset({Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED})


@transaction.atomic
def ask_special_price(
    *, actor: Actor, deal: Deal, prices: Mapping[int, Decimal], justification: str, competitor: str = ""
) -> PriceRequest:
    """Ask for special prices of products on a deal. Records `deal.price_asked`.

    prices: asked, each, by the product's id; quantities are the deal's.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: a request waits already.
        RuleViolation: the deal is closed, no product, none on the deal or without list price, not below the list, or
        no reason. Nothing is written then.
    """
    fresh: Deal = locked(deal, actor)
    if not actor.may(WORK_DEALS) or actor.person_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't ask for special prices."))
    if fresh.outcome != Outcome.OPEN or fresh.status in CLOSED:
        raise RuleViolation("deal_closed", _("The registration is closed: no special price can be asked for."))
    if PriceRequest.objects.filter(deal=fresh, decision=None).exists():
        raise Conflict("price_waits", _("A request for this deal waits already: its decision comes first."), fresh)
    reason, rival = justification.strip(), competitor.strip()
    if not reason or len(reason) > LONGEST:
        raise RuleViolation("reason_needed", _("Say why, in at most 4,000 characters."), "justification")
    if len(rival) > 160:
        raise RuleViolation("too_long", _("At most 160 characters."), "competitor")
    request = PriceRequest.objects.create(
        deal=fresh,
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        currency=fresh.currency,
        lines=_asked(fresh, prices),
        justification=reason,
        competitor=rival,
        asked_by_id=actor.person_id,
    )
    keep_visible(request, actor)
    record(events.PRICE_ASKED, actor=actor, subject=fresh, data={"message": reason, "reference": fresh.reference})
    return request


def _asked(deal: Deal, prices: Mapping[int, Decimal]) -> list[dict[str, Any]]:
    found = []
    on_deal = {line.product_id: line for line in deal.lines.select_related("product").order_by("pk")}
    if not prices:
        raise RuleViolation("no_lines", _("Enter a price for at least one product."), "lines")
    if not set(prices) <= set(on_deal):
        raise RuleViolation("not_on_deal", _("Ask for products that are on this deal."), "lines")
    for product_id, line in on_deal.items():
        if product_id not in prices:
            continue
        if line.unit_price is None:
            words = _("%(name)s has no list price in this currency, so there is nothing to be below.")
            raise RuleViolation("no_list_price", words % {"name": line.product.name}, f"price_{product_id}")
        name, asked = line.product.name, prices[product_id]
        price = checked_price(name, asked, line.unit_price, deal.currency, f"price_{product_id}")
        made = {"product": product_id, "name": name, "quantity": line.quantity}
        found.append({**made, "listed": f"{line.unit_price:.2f}", "asked": f"{price:.2f}"})
    return found


@transaction.atomic
def grant_special_price(
    *,
    actor: Actor,
    request: PriceRequest,
    prices: Mapping[int, Decimal],
    valid_until: date | None,
    message: str = "",
) -> PriceDecision:
    """Grant a request, in full or, where a price is above what was asked or is missing, in part.

    Records `deal.price_decided`. The registration's own decision is another matter.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: decided already. RuleViolation: no price, more than was
        asked for, more discount than the actor's role decides on, or a day that can't be.
    """
    fresh, deal = _undecided(actor, request)
    lines = {line["product"]: line for line in fresh.lines}
    if not prices or not set(prices) <= set(lines):
        raise RuleViolation("no_lines", _("Enter a price for at least one of the products asked for."), "lines")
    for product_id, price in prices.items():
        line, field = lines[product_id], f"price_{product_id}"
        checked_price(line["name"], price, Decimal(line["listed"]), fresh.currency, field)
        if price < Decimal(line["asked"]):
            raise RuleViolation("below_asked", _("%(name)s: that is less than was asked for.") % line, field)
    granted = {str(product_id): f"{price:.2f}" for product_id, price in prices.items()}
    day, discount = check_valid_until(valid_until, timezone.localdate()), largest_discount(fresh.lines, granted)
    policy = policy_of(deal)
    _check_may(actor, policy, discount)
    full = granted == {str(line["product"]): line["asked"] for line in fresh.lines}
    outcome = PriceOutcome.GRANTED if full else PriceOutcome.PARTLY
    facts = {"granted": granted, "discount": discount, "valid_until": day}
    return _decide(actor, fresh, deal, outcome, {**facts, "message": message.strip(), **_cited(policy)})


@transaction.atomic
def refuse_special_price(*, actor: Actor, request: PriceRequest, message: str) -> PriceDecision:
    """Refuse a request, with a reason that the partner reads. Records `deal.price_decided`.

    Raises:
        Http404, Forbidden, Conflict: as `grant_special_price`. RuleViolation: no reason.
    """
    fresh, deal = _undecided(actor, request)
    if not message.strip():
        raise RuleViolation("reason_needed", _("Say why: the partner reads it."), "message")
    return _decide(actor, fresh, deal, PriceOutcome.REFUSED, {"message": message.strip(), **_cited(policy_of(deal))})


def _undecided(actor: Actor, request: PriceRequest) -> tuple[PriceRequest, Deal]:
    deal: Deal = locked(request.deal, actor)
    if not actor.may(DECIDE_DEALS) or actor.person_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't decide on special prices."))
    fresh = PriceRequest.objects.get(pk=request.pk)
    if PriceDecision.objects.filter(request=fresh).exists():
        raise Conflict("decided_already", _("Somebody decided on this request meanwhile."), deal)
    return fresh, deal


def _check_may(actor: Actor, policy: Policy | None, discount: Decimal) -> None:
    most = most_of(actor, policy.shape.prices if policy else None)
    if discount > most:
        words = _("That is %(discount)s%% off the list; you decide up to %(most)s%%. Hand it to a partner manager.")
        raise RuleViolation("above_your_limit", words % {"discount": bare(discount), "most": bare(most)}, "lines")


def _cited(policy: Policy | None) -> dict[str, str]:
    prices = policy.shape.prices if policy else None
    return {"policy_reference": policy.reference if policy else "", "clause": prices.clause if prices else ""}


def _decide(
    actor: Actor, request: PriceRequest, deal: Deal, outcome: PriceOutcome, facts: dict[str, Any]
) -> PriceDecision:
    tenant = {name: getattr(deal, name) for name in ("vendor_id", "partner_id", "enrollment_id")}
    made = PriceDecision.objects.create(
        request=request, deal=deal, outcome=outcome, decided_by_id=actor.person_id, **tenant, **facts
    )
    data = {"outcome": str(outcome.label), "message": made.message, "reference": deal.reference}
    record(events.PRICE_DECIDED, actor=actor, subject=deal, data=data)
    return made
