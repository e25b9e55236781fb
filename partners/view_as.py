"""The portal through a partner's eyes: who looks, and the actor that follows from it.

That actor sees less than the partner's people and less than the vendor's: the partner's records with this one vendor,
nothing personal, nothing unsent. It holds no right to write (`Actor.may`), records nothing (`prm.kernel.recording`),
and the middleware lets no request through that could change anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.utils import timezone

from partners.enums import LIVE, ViewingEnd
from partners.models import Enrollment, PartnerViewing
from partners.permissions import VIEW_AS_PARTNER
from partners.seats import Place, VendorBrand, brand_of
from prm.kernel.actors import Actor, Enrolled, Kind, Reach, Role

VIEWING_KEY = "view_as"
OPEN_WHILE_VIEWING = ("/portal/", "/search/", "/files/", "/logos/", "/health/", "/accounts/logout/", "/view-as/")
"""Where the partner's own pages are; every other page would be the vendor's or the person's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A view as partner, as this request has it: what the shell tells, and who acts."""

    viewing: PartnerViewing
    looker: Actor
    """The person at its own seat."""
    actor: Actor
    """The same person, through the partner's eyes."""
    place: Place
    partner_url: str

    @property
    def organisation(self) -> str:
        """The partner's name."""
        return self.place.organisation

    @property
    def role(self) -> str:
        """Through whose eyes."""
        return str(self.place.role.label)

    @property
    def vendor(self) -> str:
        """With which vendor, and no other."""
        return self.place.brands[0].name

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself."""
        return self.viewing.ends_at


def viewing_of(key: Any, actor: Actor) -> PartnerViewing | None:
    """Return the open viewing of a session's key, with its vendor's brand and live enrollments. One query.

    None where it ended, or was begun from another seat.
    """
    live = (
        Enrollment.objects.filter(partner=OuterRef("partner"), vendor=OuterRef("vendor"), status__in=LIVE)
        .order_by("id")
        .values_list("id", flat=True)
    )
    found = PartnerViewing.objects.visible_to(actor).filter(
        pk=key, ended_at=None, person=actor.person_id, seat=actor.seat_id
    )
    annotated = found.annotate(enrolled=ArraySubquery(live), brand=brand_of("vendor__"), slug=F("partner__slug"))
    viewing: PartnerViewing | None = annotated.annotate(
        organisation=F("partner__name"), kind=F("partner__type")
    ).first()
    return viewing


def reason_to_end(viewing: Any, actor: Actor) -> ViewingEnd | None:
    """Return why a viewing may not go on, or None: its time, the person's right, the partner's enrollment."""
    if viewing.ends_at <= timezone.now():
        return ViewingEnd.TIME
    if not actor.may(VIEW_AS_PARTNER) or not viewing.enrolled:
        return ViewingEnd.ACCESS
    return None


def seen_by(viewing: Any, actor: Actor) -> Seen:
    """Return what a viewing of `viewing_of` shows, and the actor that looks."""
    enrolled = tuple(Enrolled(pk, viewing.vendor_id) for pk in viewing.enrolled)
    place = Place(
        id=viewing.seat_id,
        role=Role(viewing.role),
        reach=Reach.ALL,
        vendor_id=None,
        partner_id=viewing.partner_id,
        organisation=viewing.organisation,
        enrolled=enrolled,
        brands=(VendorBrand(**viewing.brand),),
        partner_type=viewing.kind,
    )
    looking = Actor(
        kind=Kind.PARTNER,
        person_id=actor.person_id,
        role=place.role,
        partner_id=viewing.partner_id,
        enrollments=enrolled,
        via=actor.via,
        read_only=True,
    )
    return Seen(viewing, actor, looking, place, f"/desk/partners/{viewing.slug}/")
