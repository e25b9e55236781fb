"""The turns that Brightpath's deals take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from portal.demo.chronicle import after, office_time_before, working_hours_ago
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.stories import Story
    from portal.demo.world import World

SATURDAY = 5


def days_ago(world: World, days: int, hour: int = 10, minute: int = 0) -> datetime:
    """Return an hour (UTC) so many days ago, on the Friday before where that is a weekend, never in the future."""
    at = (world.now - timedelta(days=days)).replace(hour=hour, minute=minute, second=0, microsecond=0)
    while at.weekday() >= SATURDAY:
        at -= timedelta(days=1)
    return min(at, world.now - timedelta(minutes=25))


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns that a deal takes: what they are told with."""

    world: World
    story: Story
    start: datetime

    @property
    def approver(self) -> Seat:
        """Who decides at the vendor."""
        return self.story.member.side.seats[Role.APPROVER]

    @property
    def manager(self) -> Seat:
        """The vendor's partner manager."""
        return self.story.member.side.seats[Role.MANAGER]

    def soon(self, hours: float) -> datetime:
        """Return a time in office hours, about so many working hours after the registration."""
        moment = after(self.start, hours, self.story.deal.vendor.time_zone, self.world.rng)
        return max(
            min(moment, self.world.now - timedelta(minutes=20)), self.story.happenings[-1].at + timedelta(minutes=4)
        )

    def lately(self, hours: float) -> datetime:
        """Return a time in office hours, about so many working hours ago, but after all that happened."""
        zone = self.story.deal.vendor.time_zone
        floor = self.story.happenings[-1].at + timedelta(minutes=9)
        return office_time_before(working_hours_ago(self.world.now, hours, zone), zone, floor)

    def day(self, days: int, hour: int = 10, minute: int = 0) -> datetime:
        """Return a time so many days ago, but after all that happened."""
        return max(days_ago(self.world, days, hour, minute), self.story.happenings[-1].at + timedelta(minutes=9))


def castellan(t: Turns) -> None:
    """Approved six weeks ago; both sides talk about the site survey."""
    t.story.take(t.soon(2), t.approver)
    t.story.approve(
        t.soon(5),
        t.approver,
        "Well prepared, thank you. Please send us the drawing of the hall before the site visit.",
    )
    t.story.comment(
        t.day(38, 9),
        t.story.owner,
        "The drawing is attached to the offer. The floor carries two tonnes per square metre.",
    )
    t.story.comment(
        t.day(37, 14), t.approver, "That is enough. Our engineer Alice can join on site if you tell us the day."
    )
    t.story.change(
        t.day(20),
        stage="proposal",
        next_step="Site survey Kassel",
        next_step_on=(t.world.now + timedelta(days=2)).date(),
    )
    t.story.note(t.day(16, 13), t.manager, "Castellan's group builds two more plants next year. Worth a joint visit.")
    t.story.comment(t.day(2, 15), t.approver, "Does Thursday still stand? I would bring the safety expert along.")


def orbit(t: Turns) -> None:
    """Northwind asks which sites it is for."""
    question = (
        "Tell us which sites Orbit Logistics will equip, and in which order. One of them may be in another "
        "partner's territory."
    )
    t.story.take(t.soon(3), t.approver)
    t.story.ask(
        t.lately(9),
        t.approver,
        ["title", "notes"],
        question,
    )


def wait(_telling: Turns) -> None:
    """Leave it undecided."""


def taken_up(t: Turns) -> None:
    """The approver has taken it up."""
    t.story.take(t.soon(1), t.approver)


def approved_yesterday(t: Turns) -> None:
    """Approved a working day ago, with a letter."""
    t.story.approve(
        t.lately(22), t.approver, "Approved. Quote the reference on the order, and tell us when the site visit is."
    )


def ending(t: Turns) -> None:
    """Approved; the protection ends within days."""
    t.story.approve(t.soon(9), t.approver)
    t.story.change(
        t.soon(24 * 30 * 5 // 7),
        stage="proposal",
        next_step="Answer the questions on safety",
        next_step_on=(t.world.now + timedelta(days=1)).date(),
    )
    t.story.comment(
        t.day(25), t.story.owner, "They wait for their board. The offer is valid until the end of the year."
    )


def negotiated(t: Turns) -> None:
    """Approved and near its end."""
    t.story.approve(t.soon(6), t.approver)
    t.story.change(t.soon(24 * 12 * 5 // 7), stage="proposal")
    t.story.change(
        t.day(6, 11),
        stage="negotiation",
        next_step="Agree on delivery dates",
        next_step_on=(t.world.now + timedelta(days=5)).date(),
    )
    t.story.comment(t.day(5, 9), t.story.owner, "Purchasing asks for delivery in eight weeks. Is that possible?")
    t.story.comment(t.day(4, 12), t.approver, "Eight weeks works if the order is here by the 15th.")


def early(t: Turns) -> None:
    """Approved; the partner learns what the customer needs."""
    t.story.approve(t.soon(26), t.approver)
    t.story.change(
        t.day(8),
        stage="needs",
        next_step="Test with the customer's own crates",
        next_step_on=(t.world.now + timedelta(days=9)).date(),
    )


def approved(t: Turns) -> None:
    """Approve it and leave it there."""
    t.story.approve(t.soon(20), t.approver)


def declined(t: Turns) -> None:
    """Declined: another one is protected."""
    text = (
        "Another registration is protected for these products. You can still win the deal, it just isn't "
        "protected; register again when the other has ended."
    )
    t.story.decline(t.soon(23), t.approver, "protected", text)


def lapsed(t: Turns) -> None:
    """Approved; the protection ended and nobody said how it went."""
    t.story.approve(t.soon(30), t.approver)


def won(share: int, days: int, remark: str) -> Callable[[Turns], None]:
    """Return the turns of a deal that was won, at a share in percent of its value, so many days ago."""

    def tell(t: Turns) -> None:
        t.story.approve(t.soon(8), t.approver)
        t.story.change(t.soon(24 * 14 * 5 // 7), stage="negotiation")
        t.story.win(t.day(days, 13), Decimal(round(t.story.deal.value * share / 1000) * 10), remark)

    return tell


def lost(t: Turns) -> None:
    """Approved, then lost on price."""
    t.story.approve(t.soon(12), t.approver)
    t.story.lose(t.day(17, 15), "price", "The other offer was 14 percent lower.")
