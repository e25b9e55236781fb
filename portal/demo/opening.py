"""How a story begins: what `register_deal` would have left."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from accounts.identities import Identity
from dealreg import events
from dealreg.enums import Part, Status
from dealreg.models import Conflict, Deal, DealLine
from dealreg.rules import competes, needs_review
from portal.demo.stories import Happening, Shelf, Story
from prm.kernel.clocks import add_working_hours

if TYPE_CHECKING:
    from datetime import date, datetime

    from partners.models import Seat
    from portal.demo.directory import Candidate
    from portal.demo.world import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a partner submits. quantities: products' places in the catalogue and how many; value: None adds them up."""

    at: datetime
    name: str
    country: str
    domain: str = ""
    city: str = ""
    contact_name: str = ""
    contact_email: str = ""
    title: str = ""
    quantities: tuple[tuple[str, int], ...] = ()
    value: Decimal | None = None
    close_date: date
    stage: str = "qualified"
    part: str = Part.SELL
    notes: str = ""
    reference: str
    submission: Any

    @property
    def customer(self) -> Identity:
        """The customer as the matcher takes it."""
        return Identity(name=self.name, country=self.country, domain=self.domain)


def open_story(member: Member, owner: Seat, opening: Opening, shelf: Shelf) -> Story:
    """Submit a registration. `shelf`: the vendor's stories so far, to which it is added."""
    side, at = member.side, opening.at
    account, link, found = side.book.resolve(opening.customer, at=at, city=opening.city)
    lines = _lines(member, opening)
    families = sorted({line.family_id for line in lines}) or [side.everything.pk]
    deal = Deal(
        reference=opening.reference,
        submission=opening.submission,
        vendor=side.vendor,
        partner=member.enrollment.partner,
        enrollment=member.enrollment,
        owner=owner.person,
        account=account,
        account_link=link,
        families=families,
        **_as_typed(opening),
        value=opening.value if opening.value is not None else _sum(lines),
        currency=member.currency,
        submitted_at=at,
        created_at=at,
        due_at=add_working_hours(at, side.policy_on(at.date()).decision_hours, side.vendor.time_zone),
        policy_reference=side.policy_on(at.date()).reference,
        discount=Decimal(member.tier.discount),
        protection_days=member.tier.days,
    )
    story = Story(member, deal, owner, account, lines=lines, conflicts=_conflicts(deal, found))
    for line in lines:
        line.deal = deal
    near = {id(account): account, **{id(candidate.account): candidate.account for candidate in found}}
    rivals = [
        other for account_near in near.values() for other in shelf.contending(account_near, at) if other.meets(families)
    ]
    competing = [other for other in rivals if competes(deal.part) and other.member is not member]
    same = [other for other in rivals if other.account is account]
    story.blocked = bool(same)
    story.held = any(other.deal.status == Status.APPROVED for other in same)
    story.earlier = sum(1 for other in same if other.deal.status != Status.APPROVED)
    review = needs_review(link, competing, found[0].account.origin if found else None)
    deal.status = Status.IN_REVIEW if review else Status.SUBMITTED
    facts = {
        "reference": deal.reference,
        "customer": deal.customer_name,
        "value": str(deal.value),
        "currency": deal.currency,
        "review": review,
    }
    story.happenings.append(Happening(at, events.SUBMITTED, deal, owner, {}, {"status": deal.status}, facts))
    shelf.add(story)
    return story


def _sum(lines: list[DealLine]) -> Decimal:
    return sum((line.unit_price * line.quantity for line in lines if line.unit_price is not None), Decimal(0))


def _as_typed(opening: Opening) -> dict[str, Any]:
    return {
        "customer_name": opening.name,
        "customer_domain": opening.domain,
        "customer_country": opening.country,
        "customer_city": opening.city,
        "contact_name": opening.contact_name,
        "contact_email": opening.contact_email,
        "title": opening.title,
        "close_date": opening.close_date,
        "stage": opening.stage,
        "part": opening.part,
        "notes": opening.notes,
    }


def _lines(member: Member, opening: Opening) -> list[DealLine]:
    side = member.side
    catalogue = {plan.sku: (plan, product) for plan, product in side.products}
    lines = []
    for sku, quantity in opening.quantities:
        plan, product = catalogue[sku]
        price = side.price_on(plan, member.currency, opening.at.date())
        lines.append(
            DealLine(
                vendor=side.vendor, product=product, family_id=product.family_id, quantity=quantity, unit_price=price
            )
        )
    return lines


def _conflicts(deal: Deal, found: list[Candidate]) -> list[Conflict]:
    return [
        Conflict(
            deal=deal,
            vendor=deal.vendor,
            account=candidate.account,
            score=candidate.match.score,
            band=candidate.match.band,
            why=str(candidate.match.why),
            reasons=[
                {"field": r.field, "similarity": r.similarity, "weight": r.weight, "sentence": str(r.sentence)}
                for r in candidate.match.reasons
            ],
        )
        for candidate in found
    ]
