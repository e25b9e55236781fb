"""Reactions: changed facts move points and tiers, and people are told. Every handler only writes to the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from activity.notices import Recipient, notify
from activity.registry import NoticeKind, handler
from partners.emails import brand_of
from partners.models import Enrollment, Seat
from partners.reports import partner_people, vendor_staff
from partners.services.rates import tells_of_rates
from prm.kernel.actors import Role, system
from prm.kernel.composed import composed
from standing import emails
from standing.achieving import settle_people
from standing.helping import book_rated
from standing.registry import SOURCES
from standing.services import keep_enrollment

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from activity.models import Event


def enrollment_of(event: Event) -> Enrollment:
    """Return the enrollment that an event is about, with what mails say of it."""
    (found,) = _told_of(event.enrollment_id)
    return found


@composed
def _told_of(enrollment_id: int) -> QuerySet[Enrollment]:
    return Enrollment.objects.select_related("vendor", "program", "partner", "manager").filter(pk=enrollment_id)


def follow_sources() -> None:
    """Subscribe to the events after which facts have changed; called once all sources are registered."""
    for source in SOURCES.values():
        if source.events:
            handler(f"standing.follow.{source.name}", *source.events)(_follow(source.name))


def _follow(source: str) -> Callable[[Event], Any]:
    def follow(event: Event) -> None:
        if event.enrollment_id is not None:
            keep_enrollment(enrollment_of(event), source=source)

    return follow


@handler("standing.begin", "partner.enrolled", "enrollment.onboarding", "enrollment.activated")
def begin(event: Event) -> None:
    """Compute where an enrollment stands that has become live."""
    if event.enrollment_id is not None:
        keep_enrollment(enrollment_of(event))


@handler("standing.tell_raised", "tier.raised")
def tell_raised(event: Event) -> None:
    """Tell the partner."""
    _tell_partner(event, emails.RAISED)


@handler("standing.tell_lowered", "tier.lowered")
def tell_lowered(event: Event) -> None:
    """Tell the partner."""
    _tell_partner(event, emails.LOWERED)


@handler("standing.tell_warned", "tier.warned")
def tell_warned(event: Event) -> None:
    """Warn the partner, with what would prevent it."""
    _tell_partner(event, emails.WARNED)


@handler("standing.tell_grace", "review.grace")
def tell_grace(event: Event) -> None:
    """Tell the partner that it can still catch up."""
    _tell_partner(event, emails.GRACE)


@handler("standing.tell_secured", "review.recovered", "review.kept")
def tell_secured(event: Event) -> None:
    """Tell the partner that its tier stays."""
    _tell_partner(event, emails.SECURED)


@handler("standing.tell_proposed", "review.proposed")
def tell_proposed(event: Event) -> None:
    """Ask the partner manager to decide."""
    enrollment = enrollment_of(event)
    staff = vendor_staff(enrollment.vendor_id, Role.MANAGER)
    own = [to for to in staff if to.person_id == enrollment.manager_id] or staff
    _tell(event, enrollment, emails.PROPOSED, own, reverse("console:reviews"))


@handler("standing.tell_points", "points.adjusted")
def tell_points(event: Event) -> None:
    """Tell the partner that points were booked by hand."""
    _tell_partner(event, emails.POINTS)


@handler("standing.tell_override", "override.given")
def tell_override(event: Event) -> None:
    """Tell the partner which tier it was given, until when and why."""
    _tell_partner(event, emails.GIVEN)


@handler("standing.tell_specialisation", "specialisation.gained", "specialisation.ended")
def tell_specialisation(event: Event) -> None:
    """Tell the partner."""
    _tell_partner(event, emails.GAINED if event.kind == "specialisation.gained" else emails.ENDED)


def _tell_partner(event: Event, kind: NoticeKind) -> None:
    enrollment = enrollment_of(event)
    people = partner_people(enrollment.pk, Role.ADMINISTRATOR)
    _tell(event, enrollment, kind, people, reverse("portal:standing", args=[enrollment.pk]))


def _tell(event: Event, enrollment: Enrollment, kind: NoticeKind, people: list[Recipient], path: str) -> None:
    facts = {
        "tier": "",
        "next": "",
        "why": "",
        "missing": "",
        "until": "",
        "due": "",
        "days": "",
        "reason": "",
        "points": "",
        **{key: value for key, value in event.data.items() if isinstance(value, str | int)},
        "vendor": enrollment.vendor.name,
        "program": enrollment.program.name,
        "partner": enrollment.partner.name,
        "name": event.data.get("name", ""),
        "brand": brand_of(enrollment.vendor),
        "path": path,
    }
    notify(event=event, kind=kind, recipients=people, facts=facts, path=path)


@handler("standing.follow_kind", "profile.type")
def follow_kind(event: Event) -> None:
    """Compute where a partner that is of another kind stands, by that kind's ladders."""
    live = Enrollment.objects.live().filter(partner_id=event.partner_id).select_related("vendor", "program", "partner")
    for enrollment in live.order_by("pk"):
        keep_enrollment(enrollment)


# -- Certificates follow the person


@handler("standing.certificates_follow", "seat.changed", "invitation.accepted")
def certificates_follow(event: Event) -> None:
    """Count a person's certificates where it works now."""
    if event.partner_id:
        vendors = Enrollment.objects.filter(partner_id=event.partner_id).values_list("vendor_id", flat=True)
        _settle(event.partner_id, sorted(set(vendors)))


@handler("standing.certificates_of_newcomers", "partner.enrolled")
def certificates_of_newcomers(event: Event) -> None:
    """Count the certificates that a newly enrolled partner's people hold of this vendor."""
    if event.partner_id and event.vendor_id:
        _settle(event.partner_id, [event.vendor_id])


def _settle(partner_id: int, vendor_ids: list[int]) -> None:
    people = dict(Seat.objects.filter(partner_id=partner_id).values_list("person_id", "person__email"))
    for vendor_id in vendor_ids:
        settle_people(vendor_id, people)


@handler("standing.book_rated", "rates.changed", "console.added", "console.changed")
def book_what_waited_for_a_rate(event: Event) -> None:
    """Book rows of the work list that have an exchange rate now."""
    if tells_of_rates(event):
        book_rated(actor=system(event.vendor_id))
