"""Keeping standings up to date: of one enrollment after an event, of a whole program by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from partners.models import Program
from prm.kernel.actors import system
from prm.kernel.composed import composed
from standing.computing import store
from standing.ledger import book_points
from standing.models import Calculation, Scheme, Specialisation, Standing, TierReview
from standing.services.awarding import award, award_first
from standing.services.overrides import end_due_overrides
from standing.services.reviews import follow_review
from standing.services.schemes import activate_scheme

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from partners.models import Enrollment

LOCK = 0x6B656570  # "keep"
AT_ONCE = 500
"""How many enrollments get their first tier in one transaction."""


def scheme_for(enrollment: Enrollment, on: date) -> Scheme | None:
    """Return the scheme that an enrollment is under on a day: its type's own, else the one for all types."""
    return next(iter(_schemes_for(enrollment.program_id, str(enrollment.partner.type), on)), None)


@composed
def _schemes_for(program_id: int, partner_type: str, on: date) -> QuerySet[Scheme]:
    found = Scheme.objects.in_force(on).filter(program_id=program_id, partner_type__in=["", partner_type])
    return found.select_related("program__vendor").order_by("-partner_type", "pk")[:1]


@transaction.atomic
def keep_enrollment(enrollment: Enrollment, *, source: str = "") -> bool:
    """Book an enrollment's points, compute and award; returns whether its tier changed. For handlers and services.

    source: the facts that changed; "" for all.
    """
    on = enrollment.vendor.today()
    scheme = scheme_for(enrollment, on)
    if scheme is None or not enrollment.is_live:
        return False
    book_points(scheme.program_id, scheme.partner_type, until=on, enrollments=[enrollment.pk], source=source)
    store(scheme, on, enrollments=[enrollment.pk])
    changed = award(enrollment.pk, on)
    follow_review(enrollment.pk, on)
    return changed


def keep_program(program: Program, now: datetime | None = None) -> dict[str, int]:
    """Bring a program's standings up to date: points, figures, tiers, specialisations, reviews.

    Returns what was done. Each ladder is booked and computed in one transaction; first tiers are given by the hundreds;
    each other enrollment for which something follows has one of its own, so that one that fails doesn't hold up the
    rest. May be repeated and run twice at once.
    """
    on = program.vendor.today(now)
    done = {"points": 0, "computed": 0, "tiers": 0}
    for scheme in Scheme.objects.published().filter(program=program, activated_at=None, valid_from__lte=on):
        activate_scheme(actor=system(program.vendor_id), scheme=scheme)
    for scheme in Scheme.objects.in_force(on).filter(program=program).select_related("program__vendor"):
        with transaction.atomic():
            done["points"] += book_points(program.pk, scheme.partner_type, until=on)
            done["computed"] += store(scheme, on)
            Scheme.objects.filter(pk=scheme.pk).update(computed_at=timezone.now())
        for some in batched(rising(scheme, on)):
            done["tiers"] += award_first(some, on)
        for pk in rising(scheme, on):
            done["tiers"] += award(pk, on)
        for pk in under_review(scheme, on):
            follow_review(pk, on)
    return done


def batched(enrollments: list[int]) -> Iterator[list[int]]:
    """Yield so many at a time that a transaction stays short."""
    for start in range(0, len(enrollments), AT_ONCE):
        yield enrollments[start : start + AT_ONCE]


def rising(scheme: Scheme, on: date) -> list[int]:
    """Return the enrollments whose tier or specialisations must change. One query."""
    standing = Standing.objects.filter(enrollment_id=OuterRef("enrollment_id"))
    reached = standing.filter(earned__rank__gte=OuterRef("rank"), earned__partner_type=scheme.partner_type)
    dropped = standing.filter(earned__isnull=False).exclude(
        earned__rank__isnull=False, earned__partner_type=scheme.partner_type
    )
    found = Calculation.objects.filter(scheme=scheme, enrollment__status__in=["onboarding", "active"])
    held = Specialisation.objects.filter(enrollment_id=OuterRef("enrollment_id"), ended_on=None)
    special = ~Q(specialisations=[]) | Exists(held) if scheme.shape.specialisations else Q(pk=None)
    wanted = (Q(rank__gt=0) & ~Exists(reached)) | Exists(dropped) | special
    return list(found.filter(wanted).order_by("pk").values_list("enrollment_id", flat=True))


def under_review(scheme: Scheme, on: date) -> list[int]:
    """Return the enrollments with an open review, and those below their tier while warnings begin. One query."""
    rules = scheme.shape.review
    opened = TierReview.objects.open().filter(enrollment_id=OuterRef("enrollment_id"))
    found = Calculation.objects.filter(scheme=scheme)
    near = bool(rules.warn_days) and (rules.next_after(on) - on).days <= rules.warn_days[0]
    below = Q(enrollment__standing__earned__rank__gt=F("rank")) if near else Q(pk=None)
    return list(found.filter(Exists(opened) | below).order_by("pk").values_list("enrollment_id", flat=True))


def keep_programs(now: datetime | None = None) -> int:
    """Bring every program's standings up to date, tiers given by hand that are over first; returns how many programs.

    Programs that another worker is at are left to it.
    """
    kept = 0
    for program in Program.objects.filter(schemes__isnull=False).select_related("vendor").distinct().order_by("pk"):
        with one_at_a_time(program.pk) as alone:
            if alone:
                end_due_overrides(actor=system(program.vendor_id), on=program.vendor.today(now))
                keep_program(program, now)
                kept += 1
    return kept


@contextmanager
def one_at_a_time(program_id: int) -> Iterator[bool]:
    """Hold a program for the length of a block; whether it was free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, program_id % 2**31])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, program_id % 2**31])
