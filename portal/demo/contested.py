"""More time, appeals and an offer: what Brightpath asks for at Northwind, and what Northwind's people decide or owe."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dealreg import events
from dealreg.enums import AppealState, Contested, ExtensionState, ProtectionOfferState, Status
from dealreg.models import Appeal, Deal, Extension, Protection, ProtectionOffer
from portal.demo.stories import Happening
from prm.kernel.actors import Role
from prm.kernel.clocks import add_working_hours

if TYPE_CHECKING:
    from partners.models import Seat
    from portal.demo.world import World
    from prm.kernel.recording import EventKind

APPEAL_HOURS = 40
TOLD = ("vendor", "partner", "owner", "enrollment", "decided_by")
SIGN = {"kind": events.COMMENTED.name, "fields": []}


@dataclass(slots=True)
class Telling:
    """Rows of the demo that are written at once. now: the moment at which it stands."""

    world: World
    now: datetime
    happened: list[Happening] = field(default_factory=list)

    def deal(self, vendor: str, customer: str) -> Deal:
        """Return Brightpath's deal with a customer."""
        deals = Deal.objects.filter(vendor__slug=vendor, partner__slug="brightpath").select_related(*TOLD)
        return deals.get(customer_name=customer)

    def seat(self, vendor: str, role: Role) -> Seat:
        """Return who holds a role at a vendor."""
        return self.world.sides[vendor].seats[role]

    def owner(self, deal: Deal) -> Seat:
        """Return the seat of a deal's owner."""
        return self.world.seat(deal.owner.email, deal.partner.slug)

    def happen(self, kind: EventKind, deal: Deal, at: datetime, seat: Seat | None, **data: Any) -> None:
        """Note what somebody did, or the system where there is no seat."""
        self.happened.append(Happening(at, kind, deal, seat, data=data))


def write_contested(world: World) -> list[Happening]:
    """Write requests for more time in each state, three appeals of which one is decided, and an offer.

    Returns what happened.
    """
    telling = Telling(world, world.now)
    _asked(telling, "northwind", "Hafenkontor Nord GmbH", hours=5, days=30)
    _asked(telling, "halden", "Elbtal Versicherung AG", hours=22, days=20)
    granted = _asked(telling, "northwind", "Kühlhaus Weser GmbH", hours=24 * 6, days=20)
    _grant(telling, granted, telling.now - timedelta(days=5), "Good progress: keep us posted on the test.")
    refused = _asked(telling, "northwind", "Brandner Backwaren AG", hours=24 * 3, days=30)
    _refuse(telling, refused, telling.now - timedelta(days=2), Role.MANAGER, "Nothing moved since spring.")
    _appeal(telling, refused.deal, refused, "Their board met last week and asked for a new date.")
    _decided(telling)
    _barred(telling)
    _offer(telling)
    return telling.happened


def _asked(telling: Telling, vendor: str, customer: str, *, hours: float, days: int) -> Extension:
    deal, at = telling.deal(vendor, customer), telling.now - timedelta(hours=hours)
    reason = "The customer decides after its board meeting; the date is fixed."
    made = Extension.objects.create(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        days=days,
        reason=reason,
        evidence="Their purchasing confirmed the date by mail.",
        activity=[SIGN | {"at": (at - timedelta(days=9)).isoformat()}],
        asked_by_id=deal.owner_id,
        asked_at=at,
    )
    telling.happen(events.EXTENSION_ASKED, deal, at, telling.owner(deal), days=days, reason=reason, extension=made.pk)
    return made


def _grant(telling: Telling, asked: Extension, at: datetime, message: str) -> None:
    deal, seat = asked.deal, telling.seat("northwind", Role.APPROVER)
    until = (deal.protected_until or at) + timedelta(days=asked.days)
    decided = {"decided_by_id": seat.person_id, "decided_at": at, "decision_text": message, "until": until}
    Extension.objects.filter(pk=asked.pk).update(state=ExtensionState.GRANTED, revision=1, **decided)
    Deal.objects.filter(pk=deal.pk).update(protected_until=until)
    Protection.objects.live().filter(deal=deal).update(ends_at=until)
    telling.happen(events.EXTENDED, deal, at, seat, days=asked.days, message=message, until=f"{until:%d %B %Y}")


def _refuse(telling: Telling, asked: Extension, at: datetime, role: Role, message: str) -> None:
    seat = telling.seat("northwind", role)
    asked.state, asked.decided_by_id, asked.decided_at, asked.decision_text = (
        ExtensionState.REFUSED,
        seat.person_id,
        at,
        message,
    )
    asked.revision = 1
    asked.save()
    telling.happen(events.EXTENSION_REFUSED, asked.deal, at, seat, days=asked.days, message=message)


def _appeal(telling: Telling, deal: Deal, extension: Extension | None, reason: str, hours: float = 20) -> Appeal:
    first = (extension.decided_at if extension else deal.decided_at) or telling.now - timedelta(hours=hours)
    at = min(max(telling.now - timedelta(hours=hours), first + timedelta(minutes=40)), telling.now)
    due = add_working_hours(at, APPEAL_HOURS, deal.vendor.time_zone)
    protected = deal.status == Status.APPROVED and deal.protected_until is not None
    left = deal.protected_until - at if protected and deal.protected_until else None
    made = Appeal.objects.create(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        against=Contested.EXTENSION if extension else Contested.DECLINE,
        extension=extension,
        first_decider_id=extension.decided_by_id if extension else deal.decided_by_id,
        contested_at=first,
        contested_text=extension.decision_text if extension else deal.decision_text,
        reason=reason,
        asked_by_id=deal.owner_id,
        asked_at=at,
        due_at=due,
        clock_left=left,
    )
    if left is not None:
        until = max(due, telling.now + timedelta(days=1)) + left
        Deal.objects.filter(pk=deal.pk).update(protected_until=until)
        Protection.objects.live().filter(deal=deal).update(ends_at=until)
    telling.happen(events.APPEALED, deal, at, telling.owner(deal), reason=reason, appeal=made.pk)
    telling.happened[-1].apart = made.first_decider_id
    return made


def _decided(telling: Telling) -> None:
    """One appeal against a decline, which the manager upheld."""
    deal = telling.deal("northwind", "Alster Papier GmbH")
    made = _appeal(telling, deal, None, "We have talked to their production manager for months.", hours=60)
    at = min(max(telling.now - timedelta(hours=26), made.asked_at + timedelta(hours=3)), telling.now)
    seat = telling.seat("northwind", Role.MANAGER)
    message = "We looked at both: the other registration came first, and its customer contact is confirmed."
    decided = {"decided_by_id": seat.person_id, "decided_at": at, "decision_text": message}
    Appeal.objects.filter(pk=made.pk).update(state=AppealState.UPHELD, revision=1, **decided)
    telling.happen(events.APPEAL_UPHELD, deal, at, seat, message=message, appeal=made.pk)


def _barred(telling: Telling) -> None:
    """One appeal that Northwind's approver, who declined first, can't decide."""
    approver = telling.seat("northwind", Role.APPROVER)
    found = Deal.objects.filter(vendor__slug="northwind", status=Status.DECLINED, outcome="open", ruling=None)
    others = found.exclude(partner__slug="brightpath").filter(decided_by=approver.person_id)
    deal = others.select_related(*TOLD).order_by("-decided_at", "pk").first()
    if deal is not None and deal.decided_at is not None:
        _appeal(telling, deal, None, "The customer asked us by name: see its mail in the files.", hours=4)


def _offer(telling: Telling) -> None:
    """Protection that has become free, offered to Brightpath."""
    deal, at = telling.deal("northwind", "Tessaly Foods B.V."), telling.now - timedelta(hours=19)
    until = at + timedelta(days=5)
    made = ProtectionOffer.objects.create(
        deal=deal,
        vendor_id=deal.vendor_id,
        partner_id=deal.partner_id,
        enrollment_id=deal.enrollment_id,
        state=ProtectionOfferState.OPEN,
        offered_at=at,
        until=until,
    )
    telling.happen(events.OFFERED, deal, at, None, until=f"{until:%d %B %Y}", days=5, offer=made.pk)
