"""Reads about partners: who is to be told, and who signs in where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from activity.models import Event, Mail
from activity.notices import Recipient
from partners.enums import EnrollmentStatus, MergeState, TypeChangeState
from partners.models import Enrollment, IdentityProvider, Invitation, Partner, PartnerMerge, Seat, TypeChange
from people.models import Person
from prm.kernel.actors import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from prm.kernel.actors import Actor


def vendor_staff(vendor_id: int, *roles: Role) -> list[Recipient]:
    """Return the people at a vendor who hold one of the roles."""
    seats = Seat.objects.active().filter(vendor_id=vendor_id, role__in=roles)
    return [Recipient(*pair) for pair in seats.values_list("person_id", "id")]


def partner_people(enrollment_id: int, *roles: Role, also: int | None = None) -> list[Recipient]:
    """Return the people of an enrollment's partner with one of the roles, and the person `also`.

    Nobody, where the enrollment is no longer live.
    """
    enrollment = Enrollment.objects.live().filter(pk=enrollment_id).first()
    if enrollment is None:
        return []
    seats = Seat.objects.active().filter(partner_id=enrollment.partner_id)
    return [
        Recipient(person_id, seat_id)
        for person_id, seat_id, role in seats.values_list("person_id", "id", "role")
        if role in roles or person_id == also
    ]


def manager_name() -> Subquery:
    """Return the name of an enrollment's partner manager as a subquery: a join costs the planner more."""
    return Subquery(Person.objects.filter(pk=OuterRef("manager_id")).values("name")[:1])


def invitation_mails(actor: Actor) -> QuerySet[Mail]:
    """Return the mails of the invitations that an actor sees. They hold links: for the demo's outbox only."""
    return Mail.objects.filter(pk__in=Invitation.objects.visible_to(actor).values("mail"))


def provider_for(invitation: Invitation) -> IdentityProvider | None:
    """Return the company sign-in that whoever is invited may use: the vendor's own, for the address's mail domain."""
    if invitation.vendor_id is None:
        return None
    found: IdentityProvider | None = (
        IdentityProvider.objects.all()
        .for_address(invitation.email)
        .filter(vendor_id=invitation.vendor_id)
        .order_by("pk")
        .first()
    )
    return found


def staff_of(actor: Actor) -> QuerySet[Person]:
    """Return the people of the actor's vendor who may sign in, by name: whoever can be a partner manager."""
    if actor.vendor_id is None:
        return Person.objects.none()
    seats = Seat.objects.active().filter(vendor_id=actor.vendor_id)
    return Person.objects.filter(pk__in=seats.values("person_id")).order_by("name", "pk")


def managers_of(actor: Actor) -> QuerySet[Person]:
    """Return whoever looks after a partner of the actor's vendor, also those who may no longer sign in, by name."""
    looked_after = (
        Enrollment.objects.visible_to(actor).filter(manager__isnull=False).exclude(status=EnrollmentStatus.RETIRED)
    )
    if not actor.is_vendor:
        return Person.objects.none()
    return Person.objects.filter(pk__in=looked_after.values("manager")).order_by("name", "pk")


def providers_of(email: str) -> list[IdentityProvider]:
    """Return the company sign-ins for an address's mail domain, whoever has the address."""
    return list(
        IdentityProvider.objects.all().for_address(email).select_related("vendor").order_by("vendor__name", "pk")
    )


def providers_at(vendor_slug: str) -> list[IdentityProvider]:
    """Return the company sign-ins of a vendor that are in use."""
    found = IdentityProvider.objects.all().in_use().filter(vendor__slug=vendor_slug)
    return list(found.select_related("vendor").order_by("name", "pk"))


def provider_named(slug: str) -> IdentityProvider | None:
    """Return a company sign-in by its part of an address, in use or not."""
    found: IdentityProvider | None = IdentityProvider.objects.filter(slug=slug).select_related("vendor").first()
    return found


PROFILE_EVENTS = ("profile.changed", "profile.logo", "profile.type")
OWN_EVENTS = ("profile.parent",)
MOST_EVENTS = 100
MOST_MERGES = 10


def profile_history(actor: Actor, partner: Partner) -> list[Event]:
    """Return what was changed in a partner's profile, newest first, for whoever sees the partner. Two queries.

    These events belong to the partner and to no vendor. What names other organisations is the partner's own to read.
    """
    if not Partner.objects.visible_to(actor).filter(pk=partner.pk).exists():
        return []
    kinds = PROFILE_EVENTS if actor.is_vendor or actor.read_only else (*PROFILE_EVENTS, *OWN_EVENTS)
    found = Event.objects.about(partner).filter(kind__in=kinds, vendor_id=None)
    return list(found.select_related("person")[:MOST_EVENTS])


def organisations_of(actor: Actor) -> list[Partner]:
    """Return the other organisations in which a partner's person is an administrator. One query."""
    if not actor.is_partner or actor.read_only:
        return []
    seats = Seat.objects.active().filter(person_id=actor.person_id, role=Role.ADMINISTRATOR, partner__isnull=False)
    found = Partner.objects.filter(pk__in=seats.values("partner_id")).exclude(pk=actor.partner_id)
    return list(found.order_by("name", "pk"))


def kin_of(actor: Actor, partner: Partner) -> list[Partner]:
    """Return the organisations that belong to the actor's own; a vendor that looks on is told of none. One query."""
    if actor.partner_id != partner.pk or actor.read_only:
        return []
    return list(Partner.objects.filter(parent_id=partner.pk).order_by("name", "pk"))


def type_changes_of(actor: Actor, partner: Partner) -> list[TypeChange]:
    """Return the changes of a partner's kind that wait or were made, newest first. One query."""
    found = TypeChange.objects.visible_to(actor).filter(
        partner=partner, state__in=[TypeChangeState.PROPOSED, TypeChangeState.CHANGED]
    )
    return list(found.select_related("vendor", "partner").order_by("-proposed_at", "-pk")[:MOST_MERGES])


def merges_of(actor: Actor, partner: Partner | None = None) -> list[PartnerMerge]:
    """Return the merges that wait or can be undone, of the actor's own record or of a vendor's partner. One query."""
    found = PartnerMerge.objects.visible_to(actor).filter(state__in=[MergeState.PROPOSED, MergeState.MERGED])
    if partner is not None:
        found = found.filter(Q(kept=partner) | Q(absorbed=partner))
    return list(found.select_related("kept", "absorbed", "vendor").order_by("-proposed_at", "-pk")[:MOST_MERGES])
