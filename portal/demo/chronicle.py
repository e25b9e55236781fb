"""All stories of the demo in the order in which they begin."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from portal.demo.opening import Opening, open_story
from portal.demo.own_answers import answer_own_fields
from portal.demo.ruled import describe_customer
from portal.demo.stories import Shelf, Story
from prm.kernel.clocks import add_working_hours
from prm.kernel.references import ALPHABET

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import Member, World

OFFICE = (8, 18)
SATURDAY = 5


@dataclass(slots=True)
class Chronicle:
    """Collects beginnings, then tells them in the order of time, so that each finds the accounts that were there."""

    world: World
    seed: int
    shelves: dict[str, Shelf] = field(default_factory=dict)
    _plans: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def plan(self, at: datetime, tell: Callable[[], None]) -> None:
        """Tell something later, when its time has come."""
        self._plans.append((at, len(self._plans), tell))

    def run(self) -> None:
        """Tell everything, then let time pass until now."""
        for _at, _place, tell in sorted(self._plans, key=lambda plan: plan[:2]):
            tell()
        for story in self.every():
            story.settle(self.world.now)

    def every(self) -> list[Story]:
        """Return all stories."""
        return [story for shelf in self.shelves.values() for story in shelf.stories]

    def of(self, member: Member) -> Shelf:
        """Return the stories of the member's vendor."""
        return self.shelves.setdefault(member.side.vendor.slug, Shelf())

    def open(self, member: Member, owner: Seat, name: str, **fields: Any) -> Story:
        """Submit a registration. Its reference follows from seed, vendor and the customer's name, not from the date."""
        rng = Random(f"{self.seed} {member.side.vendor.code} {member.plan.slug} {name} {self._count(member, name)}")  # noqa: S311
        letters = "".join(rng.choice(ALPHABET) for _ in range(8))
        opening = Opening(
            name=name,
            reference=f"{member.side.vendor.code}-{letters[:4]}-{letters[4:]}",
            submission=uuid.UUID(int=rng.getrandbits(128), version=4),
            **fields,
        )
        story = open_story(member, owner, opening, self.of(member))
        describe_customer(rng, story)
        answer_own_fields(story)
        return story

    def _count(self, member: Member, name: str) -> int:
        key = f"{member.enrollment.pk} {name}"
        self._numbers[key] = self._numbers.get(key, 0) + 1
        return self._numbers[key]


def office_time(moment: datetime, zone: str, rng: Random) -> datetime:
    """Return the moment itself within office hours, else a time in the morning of the next working day."""
    local = moment.astimezone(ZoneInfo(zone))
    minutes = rng.randint(5, 170)
    if local.hour >= OFFICE[1]:
        local = (local + timedelta(days=1)).replace(hour=0)
    while local.weekday() >= SATURDAY:
        local = (local + timedelta(days=1)).replace(hour=0)
    if local.hour < OFFICE[0]:
        local = local.replace(hour=OFFICE[0], minute=0) + timedelta(minutes=minutes)
    return local.astimezone(moment.tzinfo)


def office_time_before(moment: datetime, zone: str, floor: datetime) -> datetime:
    """Return the moment itself within office hours, else a time in the afternoon before, but none before `floor`."""
    local = moment.astimezone(ZoneInfo(zone))
    if local.hour >= OFFICE[1]:
        local = local.replace(hour=OFFICE[1] - 1 - local.minute % 4)
    elif local.hour < OFFICE[0]:
        local = (local - timedelta(days=1)).replace(hour=OFFICE[1] - 1 - local.minute % 4)
    while local.weekday() >= SATURDAY:
        local -= timedelta(days=1)
    return max(local.astimezone(moment.tzinfo), floor)


def after(start: datetime, hours: float, zone: str, rng: Random) -> datetime:
    """Return a moment in office hours, about so many working hours after a start."""
    return office_time(add_working_hours(start, hours, zone), zone, rng)


def working_hours_ago(now: datetime, hours: float, zone: str) -> datetime:
    """Return the moment from which so many working hours have passed until now."""
    place = ZoneInfo(zone)
    moment, left = now.astimezone(place), timedelta(hours=hours)
    while True:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        if moment == midnight:
            midnight -= timedelta(days=1)
        if midnight.weekday() < SATURDAY:
            if moment - midnight >= left:
                return (moment - left).astimezone(now.tzinfo)
            left -= moment - midnight
        moment = midnight
