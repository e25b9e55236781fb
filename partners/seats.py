"""A person with every seat it holds, read in one query per request, and the actor that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import JSONObject

from activity.models import Suppression
from jobs.actors import Holder
from partners.enums import LIVE
from partners.models import Enrollment, Seat
from people.models import Person
from prm.kernel.actors import Actor, Enrolled, Kind, Reach, Role, Via
from prm.kernel.composed import among, composed


@dataclass(frozen=True, slots=True)
class VendorBrand:
    """What the shell shows of a vendor."""

    id: int
    name: str
    slug: str
    hue: int
    chroma: float
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A seat as loaded with its person: where it is, its role, and the live enrollments it works in."""

    id: int
    role: Role
    reach: Reach
    vendor_id: int | None
    partner_id: int | None
    organisation: str
    enrolled: tuple[Enrolled, ...]
    brands: tuple[VendorBrand, ...]
    partner_type: str = ""

    @property
    def label(self) -> str:
        """What the shell calls it, as in “Brightpath · Sales”."""
        return f"{self.organisation} · {self.role.label}"


Gate = Callable[[], Any]
_gate: list[Gate] = []


def set_gate(gate: Gate) -> None:
    """Plug in what an enrollment waits for: an expression over enrollments; called once at start-up."""
    _gate[:] = [gate]


def people_with_seats() -> QuerySet[Person]:
    """Return people, each with its active seats and their live enrollments as JSON, without further queries."""
    enrollments = (
        Enrollment.objects.filter(partner=OuterRef("partner"), status__in=LIVE)
        .order_by("vendor__name", "id")
        .values(json=JSONObject(id="id", vendor=brand_of("vendor__"), gate=_gate[0]() if _gate else Value("")))
    )
    seats = (
        Seat.objects.filter(person=OuterRef("pk"), is_active=True)
        .order_by("id")
        .values(
            json=JSONObject(
                id="id",
                role="role",
                reach="reach",
                vendor_id="vendor_id",
                partner_id="partner_id",
                partner_type="partner__type",
                locked=F("vendor__company_sign_in_required"),
                organisation=Case(When(vendor__isnull=False, then=F("vendor__name")), default=F("partner__name")),
                vendor=Case(When(Q(vendor__isnull=False), then=brand_of("vendor__")), default=Value(None)),
                enrollments=ArraySubquery(enrollments),
            )
        )
    )
    bounces = Suppression.objects.all().of_person()
    return Person.objects.annotate(seat_rows=ArraySubquery(seats), mail_bounces=bounces)


def brand_of(path: str) -> JSONObject:
    """Return what the shell shows of the vendor at a path, as JSON."""
    return JSONObject(
        id=f"{path}id",
        name=f"{path}name",
        slug=f"{path}slug",
        hue=f"{path}brand_hue",
        chroma=f"{path}brand_chroma",
        logo=f"{path}logo",
    )


def places_of(person: Any) -> tuple[Place, ...]:
    """Return the seats of a person that came from `people_with_seats`."""
    return tuple(_place(row) for row in person.seat_rows)


def keep_reachable(person: Any, company: int | None) -> None:
    """Take away the seats that this session may not act from, once and for the whole request.

    A session that a vendor's identity provider opened reaches that vendor's seat alone; any other reaches all but those
    whose vendor wants its own sign-in. What is only locked is left in `person.locked_rows`, to be told about;
    `person.works_elsewhere` says whether a provider's session misses any.
    """
    rows = person.seat_rows
    person.works_elsewhere = False
    if company is not None:
        person.seat_rows, person.locked_rows = [row for row in rows if row["vendor_id"] == company], []
        person.works_elsewhere = len(person.seat_rows) < len(rows) or person.is_operator
    else:
        person.seat_rows = [row for row in rows if not row["locked"]]
        person.locked_rows = [row for row in rows if row["locked"]]


def locked_places_of(person: Any) -> tuple[Place, ...]:
    """Return the seats that wait for company sign-in; none in a session that came by it."""
    return tuple(_place(row) for row in getattr(person, "locked_rows", ()))


def _place(row: dict[str, Any]) -> Place:
    enrollments = row["enrollments"]
    brands = [row["vendor"]] if row["vendor"] else [enrollment["vendor"] for enrollment in enrollments]
    distinct = {brand["id"]: VendorBrand(**brand) for brand in brands}
    return Place(
        id=row["id"],
        role=Role(row["role"]),
        reach=Reach(row["reach"]),
        vendor_id=row["vendor_id"],
        partner_id=row["partner_id"],
        organisation=row["organisation"],
        enrolled=tuple(Enrolled(item["id"], item["vendor"]["id"], item["gate"] or "") for item in enrollments),
        brands=tuple(distinct.values()),
        partner_type=row["partner_type"] or "",
    )


def actor_at(place: Place, *, person_id: int, via: Via, scopes: frozenset[str] | None = None) -> Actor:
    """Return the actor of a person at a seat."""
    return Actor(
        kind=Kind.VENDOR if place.vendor_id is not None else Kind.PARTNER,
        person_id=person_id,
        seat_id=place.id,
        role=place.role,
        vendor_id=place.vendor_id,
        partner_id=place.partner_id,
        enrollments=place.enrolled,
        reach=place.reach,
        via=via,
        scopes=scopes,
    )


def actor_of(person: Any, seat_id: int | None, *, via: Via) -> tuple[Actor, Place | None]:
    """Return the actor for a signed-in person, and its seat: the one asked for, else the first.

    The operator's seat-less account acts as operator.
    """
    places = places_of(person)
    place = next((place for place in places if place.id == seat_id), places[0] if places else None)
    elsewhere = via is Via.COMPANY and person.works_elsewhere
    if place is not None:
        actor = actor_at(place, person_id=person.pk, via=via)
        return (replace(actor, works_elsewhere=True) if elsewhere else actor), place
    kind = Kind.OPERATOR if person.is_operator and via is not Via.COMPANY else Kind.PERSON
    return Actor(kind=kind, person_id=person.pk, via=via), None


def holder_now(person_id: int, seat_id: int) -> Holder | None:
    """Return a person at a seat as both stand now, for a job; None where one of them has ended. One query."""
    person = people_with_seats().filter(pk=person_id, is_active=True).first()
    place = next((place for place in places_of(person) if place.id == seat_id), None) if person else None
    return Holder(actor_at(place, person_id=person_id, via=Via.TASK), person, place) if place else None


def actors_of(person_ids: Iterable[int]) -> dict[int, tuple[Actor, ...]]:
    """Return, for workers, the actors of each person's active seats, or the one of a person without a seat. One query.

    People who may not sign in are left out.
    """
    people = _people_at(sorted(person_ids))
    return {
        person.pk: tuple(actor_at(place, person_id=person.pk, via=Via.TASK) for place in places_of(person))
        or (actor_of(person, None, via=Via.TASK)[0],)
        for person in people
    }


@composed
def _people_at(ids: list[int]) -> QuerySet[Person]:
    return people_with_seats().filter(among("pk", ids), is_active=True)
