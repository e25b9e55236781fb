"""Special prices that Brightpath asked for: one granted in part, one that waits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dealreg import events
from dealreg.enums import Outcome, PriceOutcome, Status
from dealreg.models import PriceDecision, PriceRequest
from dealreg.special_prices import largest_discount
from portal.demo.stories import Happening
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from portal.demo.stories import Story
    from portal.demo.world import World

WHY = "Gripworks offers the same cells for less, and the works council decides next month. The second hall follows."
ANSWER = "For the first order of at least ten; the second hall at the usual discount."


def ask_prices(world: World, stories: list[Story]) -> list[Happening]:
    """Write them, and return what happened."""
    mine = [story for story in stories if story.member.plan.slug == "brightpath" and _fits(story)]
    mine.sort(key=lambda story: (story.deal.submitted_at, story.deal.reference), reverse=True)
    decided = next((story for story in mine if story.deal.status == Status.APPROVED), None)
    waiting = next((story for story in mine if story.deal.is_undecided), None)
    happened: list[Happening] = []
    if decided is not None:
        request = _ask(decided, max(story_end(decided), world.now - timedelta(days=9)), happened)
        _grant(decided, request, world, happened)
    if waiting is not None:
        _ask(waiting, max(story_end(waiting), world.now - timedelta(hours=3)), happened)
    return happened


def story_end(story: Story) -> Any:
    """Return when the last thing happened to a deal."""
    return story.happenings[-1].at + timedelta(minutes=20)


def _fits(story: Story) -> bool:
    priced = [line for line in story.lines if line.unit_price]
    return bool(priced) and story.deal.outcome == Outcome.OPEN and story.member.side.vendor.slug == "northwind"


def _tenant(story: Story) -> dict[str, int]:
    return {name: getattr(story.deal, name) for name in ("vendor_id", "partner_id", "enrollment_id")}


def _ask(story: Story, at: Any, happened: list[Happening]) -> PriceRequest:
    lines = [
        {
            "product": line.product_id,
            "name": line.product.name,
            "quantity": line.quantity,
            "listed": f"{line.unit_price:.2f}",
            "asked": f"{round(line.unit_price * Decimal('0.82'), -1):.2f}",
        }
        for line in story.lines
        if line.unit_price
    ][:2]
    request = PriceRequest.objects.create(
        deal=story.deal,
        currency=story.deal.currency,
        lines=lines,
        justification=WHY,
        competitor="Gripworks",
        asked_by_id=story.deal.owner_id,
        asked_at=at,
        **_tenant(story),
    )
    happened.append(Happening(at, events.PRICE_ASKED, story.deal, story.owner, data={"message": WHY}))
    return request


def _grant(story: Story, request: PriceRequest, world: World, happened: list[Happening]) -> None:
    at, seat = request.asked_at + timedelta(hours=5), story.member.side.seats[Role.MANAGER]
    granted = {
        str(line["product"]): f"{round(Decimal(line['listed']) * Decimal('0.87'), -1):.2f}" for line in request.lines
    }
    PriceDecision.objects.create(
        request=request,
        deal=story.deal,
        outcome=PriceOutcome.PARTLY,
        granted=granted,
        discount=largest_discount(request.lines, granted),
        valid_until=(world.now + timedelta(days=45)).date(),
        message=ANSWER,
        policy_reference=story.deal.policy_reference,
        decided_by_id=seat.person_id,
        decided_at=min(at, world.now),
        **_tenant(story),
    )
    data = {"outcome": str(PriceOutcome.PARTLY.label), "message": ANSWER}
    happened.append(Happening(min(at, world.now), events.PRICE_DECIDED, story.deal, seat, data=data))
