"""Certificates follow the person: when people come and go, and when partners join a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity.registry import handler
from partners.models import Enrollment, Seat
from standing.achieving import settle_people

if TYPE_CHECKING:
    from activity.models import Event


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
