"""What the shell shows on every signed-in page. Lazy: a page that doesn't draw the shell pays nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from activity.models import Notification
from activity.permissions import USE_CONSOLE
from dealreg.permissions import REGISTER_DEALS
from partners.middleware import focused_vendor
from partners.models import logo_url
from partners.seats import locked_places_of, places_of
from portal.navigation import dock, menu
from portal.sections import USUAL, Sections, sections_of
from prm.kernel.actors import Kind

if TYPE_CHECKING:
    from django.http import HttpRequest

    from partners.seats import Place, VendorBrand
    from partners.view_as import Seen
    from prm.kernel.actors import Actor

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class VendorEntry:
    """A vendor in the switcher."""

    id: int
    name: str
    initial: str
    hue: int
    chroma: float
    current: bool
    logo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """Everything around a page."""

    actor: Actor | None
    person: Any
    seat: Place | None
    seats: list[Place]
    locked: tuple[Place, ...]
    area: str
    vendors: list[VendorEntry]
    vendor: VendorEntry | None
    brand_hue: int
    brand_chroma: float
    navigation: list[dict[str, Any]]
    dock: list[dict[str, Any]]
    unread: int
    demo: bool
    can_register: bool
    can_console: bool
    search_url: str
    sections: Sections
    view_as: Seen | None = None
    """Set while a vendor's person views the portal as a partner."""
    gated: tuple[tuple[str, str], ...] = ()
    """Vendors whose pages wait for a signature, each with where that is."""


def shell(request: HttpRequest) -> dict[str, Any]:
    """Put `shell` into a page's context."""
    return {"shell": SimpleLazyObject(lambda: _shell(request)), "demo": settings.DEMO}


AREAS = {Kind.PARTNER: "portal", Kind.VENDOR: "desk", Kind.OPERATOR: "system"}


def area_of(actor: Actor, path: str) -> str:
    """Return the part of the product that an actor is in, which decides the menu; "" for a person without a seat.

    By the actor's side, not by the path alone: a page of the other side is refused in one's own surroundings.
    """
    if actor.is_vendor and path.startswith("/admin/"):
        return "console"
    return AREAS.get(actor.kind, "")


def _shell(request: Any) -> Shell:
    actor, place = getattr(request, "actor", None), getattr(request, "place", None)
    if actor is None or actor.person_id is None:
        return _stranger()
    area = area_of(actor, request.path)
    focus = focused_vendor(request)
    vendors = [_entry(brand, focus or actor.vendor_id) for brand in (place.brands if place else ())]
    vendor = next((entry for entry in vendors if entry.current), None)
    counts: dict[str, int] = {}
    sections = sections_of(place.partner_type if place else "")
    return Shell(
        actor=actor,
        person=request.user,
        seat=place,
        seats=[] if actor.read_only else [each for each in places_of(request.user) if not place or each.id != place.id],
        locked=() if actor.read_only else locked_places_of(request.user),
        area=area,
        vendors=vendors,
        vendor=vendor,
        brand_hue=vendor.hue if vendor else 222,
        brand_chroma=vendor.chroma if vendor else 0.095,
        navigation=menu(area, request.path, role=actor.role or "", counts=counts, sections=sections),
        dock=dock(
            area,
            request.path,
            role=actor.role or "",
            can_register=actor.is_partner and actor.may(REGISTER_DEALS),
            sections=sections,
        ),
        unread=unread(actor),
        demo=settings.DEMO,
        can_register=actor.is_partner and actor.may(REGISTER_DEALS),
        can_console=actor.may(USE_CONSOLE),
        search_url=reverse("search"),
        sections=sections,
        view_as=getattr(request, "view_as", None),
        gated=_gated(request),
    )


def _gated(request: Any) -> tuple[tuple[str, str], ...]:
    """Return whose pages wait for a signature, as far as they are looked at; nothing on the agreements' own pages."""
    gated = getattr(request, "gated", ())
    if not gated or not request.path.startswith("/portal/") or request.path.startswith("/portal/agreements/"):
        return ()
    names = {brand.id: brand.name for brand in request.place.brands} if request.place else {}
    return tuple(
        (names.get(each.vendor_id, ""), reverse("portal:agreement-needed", args=[each.gate])) for each in gated
    )


def _stranger() -> Shell:
    return Shell(
        actor=None,
        person=None,
        seat=None,
        seats=[],
        locked=(),
        area="public",
        vendors=[],
        vendor=None,
        brand_hue=222,
        brand_chroma=0.095,
        navigation=[],
        dock=[],
        unread=0,
        demo=settings.DEMO,
        can_register=False,
        can_console=False,
        search_url="",
        sections=USUAL,
    )


def unread(actor: Actor) -> int:
    """Return the number of unread notifications of the actor's seat, counted up to 100. One query."""
    if actor.seat_id is None:
        return 0
    return Notification.objects.visible_to(actor).unread()[:MOST_COUNTED].count()


def _entry(brand: VendorBrand, focus: int | None) -> VendorEntry:
    return VendorEntry(
        brand.id, brand.name, brand.name[:1], brand.hue, brand.chroma, brand.id == focus, logo_url(brand.logo)
    )
