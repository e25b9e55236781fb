"""What the demo's programs ask besides, and what partners and vendors answered."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from prm.kernel.questions import Kind

if TYPE_CHECKING:
    from dealreg.engagement.shape import OwnField
    from portal.demo.stories import Story

NORTHWIND: list[dict[str, Any]] = [
    {
        "slug": "environment",
        "label": "Where will it stand?",
        "kind": "choice",
        "choices": ["Dry goods", "Food area", "Cold store", "Outdoors"],
        "help": "Cold stores and food areas need another gripper.",
    },
    {
        "slug": "throughput",
        "label": "Units to move",
        "kind": "number",
        "unit": "an hour",
        "least": "1.00",
        "most": "20000.00",
    },
    {"slug": "start-of-production", "label": "Start of production", "kind": "date"},
    {
        "slug": "reach",
        "label": "What must it reach?",
        "kind": "choices",
        "choices": ["Conveyor", "Pallet", "Rack", "Truck"],
        "families": ["robots"],
    },
    {"slug": "tender", "label": "Is it a tender?", "kind": "yes_no"},
    {"slug": "layout", "label": "Layout of the hall", "kind": "file", "help": "A drawing or a photo will do."},
    {
        "slug": "credit",
        "label": "Credit check",
        "kind": "choice",
        "choices": ["Not done", "Good", "Prepay"],
        "audience": "vendor",
    },
    {"slug": "floor", "label": "Lowest price", "kind": "money", "audience": "approver"},
]
HALDEN: list[dict[str, Any]] = [
    {
        "slug": "residency",
        "label": "Where must the data stay?",
        "kind": "choice",
        "choices": ["Anywhere", "In the EU", "In the country"],
    },
    {"slug": "volume", "label": "Data to protect", "kind": "number", "unit": "TB", "most": "100000.00"},
]


def answer_own_fields(story: Story) -> None:
    """Answer what the rules of the day asked: most fields of most deals, with random numbers of its own."""
    deal = story.deal
    rng = Random(f"answers {deal.reference}")  # noqa: S311
    fields = story.member.side.policy_on(deal.submitted_at.date()).shape.fields
    codes = {code for code, family in story.member.side.codes.items() if family in deal.families}
    for own in fields:
        if own.kind is Kind.FILE or (own.families and not codes & set(own.families)) or rng.random() < 0.15:
            continue
        answer = _answer(own, story, rng)
        column = {"both": deal.answers, "vendor": deal.desk_answers, "approver": deal.approver_answers}[own.audience]
        column[own.slug] = answer


def _answer(own: OwnField, story: Story, rng: Random) -> Any:
    if own.kind is Kind.CHOICES:
        return rng.sample(own.choices, 2)
    if own.kind in {Kind.CHOICE, Kind.YES_NO}:
        return rng.choice(own.values)
    if own.kind is Kind.DATE:
        return (story.deal.close_date + timedelta(days=rng.randint(30, 200))).isoformat()
    if own.kind is Kind.MONEY:
        return str(round(int(story.deal.value) * rng.randint(70, 85) // 100, -2))
    return str(rng.randint(2, 48) * 25)
