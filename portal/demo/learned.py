"""What the partners' people earned at the demo's vendors: certificates and courses, with and without a seat here."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from portal.demo.names import domain_of, mail_name, person_name
from standing.achieving import months_after
from standing.models import Achievement, Credential, Holding

if TYPE_CHECKING:
    from portal.demo.world import Member, World

# Slug, name, kind, level, valid for so many months.
CREDENTIALS: dict[str, tuple[tuple[str, str, str, str, int | None], ...]] = {
    "northwind": (
        ("cell-basics", "Cell basics", "course", "", None),
        ("safety-induction", "Safety induction", "course", "", None),
        ("cell-seller", "Cell Seller", "certificate", "foundational", 24),
        ("cell-designer", "Cell Designer", "certificate", "intermediate", 24),
        ("fleet-engineer", "Fleet Engineer", "certificate", "advanced", 18),
        ("commissioning", "Commissioning Professional", "accreditation", "professional", 12),
    ),
    "halden": (
        ("cloud-essentials", "Cloud essentials", "course", "", None),
        ("cloud-seller", "Cloud Seller", "certificate", "foundational", 24),
        ("migration", "Migration Specialist", "certificate", "advanced", 18),
        ("architect", "Cloud Architect", "accreditation", "professional", 12),
    ),
}
TECHNICIANS = 4


def write_learned(world: World, seed: int) -> None:
    """Write credentials, and who earned them, in keeping with each partner's skill."""
    rng = Random(f"{seed} learned")  # noqa: S311  (invented data, no secret)
    for slug, side in world.sides.items():
        credentials = Credential.objects.bulk_create(
            Credential(vendor=side.vendor, slug=one, name=name, kind=kind, level=level, months=months)
            for one, name, kind, level, months in CREDENTIALS[slug]
        )
        rows: list[Achievement] = []
        for member in world.members:
            if member.side is side:
                rows += _of_member(rng, world, member, credentials, len(rows))
        Achievement.objects.bulk_create(rows, batch_size=1000)
        Holding.objects.bulk_create(_holdings(world, rows), batch_size=1000)


def _of_member(
    rng: Random, world: World, member: Member, credentials: list[Credential], count: int
) -> list[Achievement]:
    domain = domain_of(member.plan.name)
    seats = [seat for (_mail, where), seat in world.seats.items() if where == member.plan.slug]
    people: list[tuple[str, str, int | None]] = [(s.person.name, s.person.email, s.person_id) for s in seats]
    for _ in range(rng.randint(0, TECHNICIANS)):
        name = person_name(rng, member.plan.country)
        people.append((name, f"{mail_name(name)}@{domain}", None))
    rows: list[Achievement] = []
    for name, mail, person in people:
        for step, credential in enumerate(credentials):
            if rng.random() < member.plan.skill * (1.1 - 0.13 * step):
                earned = world.now.date() - timedelta(days=rng.randint(20, 700))
                expires = months_after(earned, credential.months) if credential.months else None
                rows.append(
                    Achievement(
                        vendor=member.side.vendor,
                        credential=credential,
                        person_id=person,
                        holder_name=name,
                        holder_email=mail.lower(),
                        enrollment=member.enrollment,
                        earned_on=earned,
                        expires_on=expires,
                        source="academy",
                        external_id=f"A-{count + len(rows) + 1:05d}",
                        recorded_at=_told(world, earned),
                    )
                )
    return rows


def _holdings(world: World, rows: list[Achievement]) -> list[Holding]:
    """Return for whom they count, as `standing.achieving.settle` would say, known since they were recorded."""
    employers: dict[int, set[str]] = defaultdict(set)
    for (_mail, where), seat in world.seats.items():
        employers[seat.person_id].add(where)
    return [
        Holding(
            achievement=row,
            vendor_id=row.vendor_id,
            enrollment=member.enrollment,
            partner_id=member.enrollment.partner_id,
            day=row.earned_on,
            ends=row.expires_on,
            recorded_at=row.recorded_at,
        )
        for row in rows
        for member in world.members
        if member.enrollment.vendor_id == row.vendor_id
        and (
            member.plan.slug in employers[row.person_id] if row.person_id else member.enrollment.pk == row.enrollment_id
        )
    ]


def _told(world: World, earned: date) -> datetime:
    return min(world.now, world.now - timedelta(days=(world.now.date() - earned).days - 1))
