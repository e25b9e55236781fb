"""Partners that a vendor's list names: enrolled, or brought in line with what the list says.

A vendor's list meets that vendor's own partners only. Whoever isn't among them gets a record of its own, also where an
organisation of that name works with another vendor: neither a row's outcome nor anything written tells of it. Two
records of one organisation are joined later, if its administrators confirm it (`partners.services.merging`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.text import slugify

from partners.enums import EnrollmentStatus
from partners.events import PARTNER_ENROLLED
from partners.models import Enrollment, Partner, PartnerDomain, Program, Vendor
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LETTERS = "23456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPartner:
    """A partner as a list names it, all of it checked. profile: values by `Partner`'s fields; what is empty is absent.

    known: the vendor's own partner that it is. since: a day where the vendor is.
    """

    program: Program
    profile: Mapping[str, Any]
    known: Partner | None = None
    domains: tuple[str, ...] = ()
    number: str = ""
    status: EnrollmentStatus = EnrollmentStatus.ACTIVE
    manager_id: int | None = None
    since: date | None = None


@dataclass(slots=True)
class Enrolled:
    """What enrolling made: the partner is there already where `is_new` is false."""

    enrollment: Enrollment
    is_new: bool
    domains: list[PartnerDomain] = field(default_factory=list)


def enrol_listed(*, actor: Actor, listed: ListedPartner) -> Enrolled:
    """Enrol a partner in a program, with a record of its own unless it is the vendor's partner already.

    For imports, in their transaction: whoever may import is checked there. Records `partner.enrolled`.
    """
    program, partner = listed.program, listed.known
    made: list[PartnerDomain] = []
    if partner is None:
        partner = Partner.objects.create(slug=fresh_slug(str(listed.profile["name"])), **listed.profile)
        made = _add_domains(partner, listed.domains)
    enrollment = Enrollment(
        vendor_id=program.vendor_id,
        program=program,
        partner=partner,
        status=listed.status,
        manager_id=listed.manager_id,
        external_id=listed.number,
    )
    if listed.since:
        enrollment.enrolled_at = start_of(listed.since, program.vendor)
    enrollment.save()
    record(
        PARTNER_ENROLLED,
        actor=actor,
        subject=enrollment,
        data={"partner": partner.name, "program": program.name},
    )
    return Enrolled(enrollment, listed.known is None, made)


def changes_of(listed: ListedPartner, enrollment: Enrollment, *, vacant: bool) -> dict[str, dict[str, Any]]:
    """Return what a list changes of an enrollment and its partner, by "enrollment" and "partner"; pure but for them.

    An empty cell changes nothing, and a list neither moves an enrollment's status nor its tier: these have steps of
    their own. vacant: nobody works at the partner. Once somebody does, the profile is the partner's own.
    """
    ours: dict[str, Any] = {}
    if listed.number and listed.number != enrollment.external_id:
        ours["external_id"] = listed.number
    if listed.manager_id and listed.manager_id != enrollment.manager_id:
        ours["manager_id"] = listed.manager_id
    vendor = listed.program.vendor
    if listed.since and listed.since != enrollment.enrolled_at.astimezone(ZoneInfo(vendor.time_zone)).date():
        ours["enrolled_at"] = start_of(listed.since, vendor)
    partner = enrollment.partner
    theirs = {name: value for name, value in listed.profile.items() if vacant and getattr(partner, name) != value}
    return {"enrollment": ours, "partner": theirs}


def change_listed(*, enrollment: Enrollment, changes: Mapping[str, Mapping[str, Any]]) -> None:
    """Write what `changes_of` found, in the import's transaction, which tells of it by its own event."""
    partner = enrollment.partner
    for row, name in ((enrollment, "enrollment"), (partner, "partner")):
        for column, value in changes[name].items():
            setattr(row, column, value)
    if changes["enrollment"]:
        enrollment.save(update_fields=list(changes["enrollment"]))
    if changes["partner"]:
        partner.revision += 1
        partner.save(update_fields=[*changes["partner"], "revision", "updated_at"])


def forget_listed(partner_ids: Sequence[int]) -> None:
    """Delete what belongs to partners whose import is undone, in the undoing's transaction."""
    PartnerDomain.objects.filter(partner__in=partner_ids).delete()


def start_of(day: date, vendor: Vendor) -> datetime:
    """Return the first moment of a day where the vendor is."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(vendor.time_zone))


def fresh_slug(name: str) -> str:
    """Return a partner's address from its name and a random ending.

    Always with the ending: a counted one would tell a vendor that somebody of that name is there already.
    """
    ending = "".join(secrets.choice(LETTERS) for _ in range(6))
    return f"{slugify(name)[:60].strip('-') or 'partner'}-{ending}"


def _add_domains(partner: Partner, domains: tuple[str, ...]) -> list[PartnerDomain]:
    return PartnerDomain.objects.bulk_create(PartnerDomain(partner=partner, domain=domain) for domain in domains)
