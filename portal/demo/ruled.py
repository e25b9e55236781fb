"""What the rules of engagement in force said of the demo's registrations, and what they decided by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from dealreg import events
from dealreg.engagement import Facts, Judgement, Verdict, judge
from dealreg.enums import Askable, RulingOutcome, Status
from dealreg.models import Deal, Ruling
from dealreg.own_fields import stated_answers
from dealreg.rules import competes
from dealreg.services.ruling import ruling_values
from portal.demo import talk
from portal.demo.names import person_name
from portal.demo.rates import rate_on
from portal.demo.stories import Happening

if TYPE_CHECKING:
    from dealreg.models import Policy
    from partners.models import Seat
    from portal.demo.stories import Story

SOON = timedelta(seconds=8)
INDUSTRIES = {
    "northwind": ("food", "food", "logistics", "logistics", "manufacturing", "wholesale", "chemicals", "public"),
    "halden": ("professional", "professional", "retail", "manufacturing", "health", "finance", "education"),
}
EMPLOYEES = ("11-50", "51-250", "51-250", "251-1000", "1001+")


def describe_customer(rng: Random, story: Story) -> None:
    """Say in which industry the customer is, and how many work there, where the rules ask for it."""
    story.deal.customer_industry = rng.choice(INDUSTRIES[story.member.side.vendor.slug])
    story.deal.customer_employees = rng.choice(EMPLOYEES)


def ruled(story: Story, seat: Seat, rng: Random) -> bool:
    """Let the rules judge a registration as soon as it came in; returns whether they decided it.

    `seat` stands in for the decider until the ruling is written.
    """
    policy = story.member.side.policy_on(story.deal.submitted_at.date())
    if policy.shape.is_plain:
        return False
    at = story.deal.submitted_at + SOON
    judgement = _judged(story, policy, at, asked=False)
    if judgement.verdict == Verdict.ASK:
        at = _asked(story, judgement, at, rng)
        judgement = _judged(story, policy, at, asked=True)
    ruling = story.rulings[-1]
    if judgement.verdict == Verdict.APPROVE:
        story.approve(at, seat)
    elif judgement.verdict == Verdict.DECLINE:
        said = {"too_small": "Below the minimum: order it from the price list.", "too_large": "Call us first."}
        story.decline(at, seat, judgement.reason, said.get(judgement.reason, "Outside the rules of the program."))
    else:
        return False
    decided = story.happenings[-1]
    decided.seat, decided.after = None, {**decided.after, "decided_by_id": None, "decision_clause": judgement.clause}
    story.deal.decision_clause = judgement.clause
    story.by_rule = ruling
    return True


def waits_by_rule(story: Story) -> None:
    """Keep what the rules say of a registration that waits for a person; nothing where they would not make it wait."""
    policy = story.member.side.policy_on(story.deal.submitted_at.date())
    if policy.shape.is_plain or judge(policy.shape, facts_of(story)).verdict != Verdict.PERSON:
        return
    _judged(story, policy, story.deal.submitted_at + SOON, asked=False)


def _asked(story: Story, judgement: Judgement, at: datetime, rng: Random) -> datetime:
    fields = list(judgement.fields)
    story.ask(
        at, story.owner, fields, "Please add what is missing: contact at the customer. Then it goes on by itself."
    )
    story.happenings[-1].seat = None
    story.deal.assignee_id = None
    answers = {Askable.CONTACT_NAME: person_name(rng, str(story.deal.customer_country))}
    answered = at + timedelta(minutes=rng.randint(12, 55))
    story.answer(answered, rng.choice(talk.ANSWERS), **{name: answers[Askable(name)] for name in fields})
    return answered + SOON


def _judged(story: Story, policy: Policy, at: datetime, *, asked: bool) -> Judgement:
    facts = facts_of(story, asked=asked)
    judgement = judge(policy.shape, facts)
    values = ruling_values(story.deal, policy, facts, judgement)
    story.rulings.append(Ruling(**{**values, "judged_at": at}))
    data = {"outcome": str(RulingOutcome(judgement.verdict).label), "clause": judgement.clause}
    story.happenings.append(Happening(at, events.RULED, story.deal, None, data=data))
    return judgement


def facts_of(story: Story, *, asked: bool = False) -> Facts:
    """Return what a registration of the demo is judged by, before anything is written."""
    deal, side = story.deal, story.member.side
    own = side.vendor.currency
    rate = Decimal(1) if deal.currency == own else rate_on(deal.currency, own, deal.submitted_at.date())
    ladder = {tier.slug: tier.rank for _plan, tier in side.tiers.values() if tier.rank}
    tier = side.tiers[story.member.tier.name][1]
    codes = {family_id: code for code, family_id in side.codes.items()}
    return Facts(
        part=str(deal.part),
        competes=competes(deal.part),
        country=str(deal.customer_country),
        industry=deal.customer_industry,
        employees=deal.customer_employees,
        families=tuple(sorted(codes[pk] for pk in deal.families if pk in codes)),
        value=f"{round(deal.value * rate, 2):.2f}",
        currency=own,
        stated=f"{deal.value:.2f}",
        stated_in=deal.currency,
        tier=tier.slug,
        rank=tier.rank or 0,
        ranks=ladder,
        countries=(str(story.member.enrollment.partner.country),),
        answers=stated_answers(deal.answers),
        empty=_empty(deal),
        has_contact=bool(deal.contact_name or deal.contact_email),
        link=str(deal.account_link),
        origin=str(story.account.origin),
        alike=sum(1 for each in story.conflicts if each.account is not story.account),
        earlier=story.earlier,
        holder=story.held,
        asked=asked,
    )


def _empty(deal: Deal) -> tuple[str, ...]:
    names = (Askable.TITLE, Askable.CUSTOMER_DOMAIN, Askable.CUSTOMER_CITY, Askable.CONTACT_NAME, Askable.CONTACT_EMAIL)
    return tuple(str(name) for name in names if not getattr(deal, name))


def write_rulings(stories: list[Story]) -> None:
    """Write the rulings, once their deals are there, and put them in the place of whoever stood in as decider."""
    rows: list[Any] = []
    for story in stories:
        for ruling in story.rulings:
            ruling.deal_id = story.deal.pk
            rows.append(ruling)
    Ruling.objects.bulk_create(rows, batch_size=500)
    by_rule = [story for story in stories if story.by_rule is not None]
    for story in by_rule:
        story.deal.ruling, story.deal.decided_by = story.by_rule, None
    decided = [story.deal for story in by_rule if story.deal.status != Status.WITHDRAWN or story.deal.decided_at]
    Deal.objects.bulk_update(decided, ["ruling", "decided_by"], batch_size=300)
