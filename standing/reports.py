"""Where enrollments stand, read from what was computed: nothing is aggregated when somebody looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from django.db.models import Case, Count, DateField, DecimalField, F, Q, Sum, Value, When
from django.utils import timezone

from partners.models import Enrollment
from standing.computing import figures_of
from standing.models import Calculation, PointEntry, Scheme, Standing, Tier
from standing.naming import labels_for
from standing.scheme import evaluate
from standing.words import Labels, missing_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor
    from standing.scheme import Definition, Figure, Verdict
    from standing.scheme.evaluating import Value as FigureValue

ZERO, CENT = Decimal(0), Decimal("0.01")
AHEAD = timedelta(days=90)


@dataclass(frozen=True)
class Place:
    """Where an enrollment stands: what was computed last, and what it is awarded.

    calculation: None where nothing was computed yet, as before its program has a scheme. `held` and `earned` are ranks
    in the ladder of the scheme that it was computed by; 0 for none, and for a tier that this ladder doesn't have.
    """

    enrollment: Enrollment
    standing: Standing | None
    calculation: Calculation | None

    @cached_property
    def shape(self) -> Definition:
        """The scheme's definition; only where there is a calculation."""
        assert self.calculation is not None  # noqa: S101
        shape: Definition = self.calculation.scheme.shape
        return shape

    @cached_property
    def labels(self) -> Labels:
        """What the vendor calls values of tags. A query for each tag that the scheme uses."""
        return labels_for(self.enrollment.vendor_id, self.shape)

    @cached_property
    def values(self) -> dict[Figure, FigureValue]:
        """Its figures."""
        assert self.calculation is not None  # noqa: S101
        return figures_of(self.calculation)

    @cached_property
    def verdict(self) -> Verdict:
        """What the figures make."""
        return evaluate(self.shape, self.values)

    @cached_property
    def held(self) -> int:
        """The rank of the tier that it holds."""
        return self._rank(self.standing.tier if self.standing else None)

    @cached_property
    def earned(self) -> int:
        """The rank of the tier that its figures brought it, which a review may lower."""
        return self._rank(self.standing.earned if self.standing else None)

    @property
    def falls_short(self) -> bool:
        """Whether its figures don't reach the tier that they once brought."""
        return self.calculation is not None and self.verdict.rank < self.earned

    @property
    def aim(self) -> int:
        """The rank to look at: the tier that isn't secured, else the next one; the highest at the top."""
        if self.falls_short:
            return self.earned
        return min(max(self.held, self.verdict.rank) + 1, len(self.shape.tiers))

    @property
    def at_top(self) -> bool:
        """Whether there is no tier above."""
        return self.held >= len(self.shape.tiers)

    @property
    def currency(self) -> str:
        """In which its money is counted."""
        return str(self.enrollment.vendor.currency)

    def missing(self, rank: int) -> list[str]:
        """Return what is missing for the tier of a rank, in words."""
        return missing_for(self.shape, self.verdict, rank, self.currency, self.labels)

    def next_review(self, today: date) -> date:
        """Return the next day on which tiers may be lowered."""
        return self.shape.review.next_after(today)

    def _rank(self, tier: Tier | None) -> int:
        if tier is None or self.calculation is None or tier.partner_type != self.calculation.scheme.partner_type:
            return 0
        return next((at for at, each in enumerate(self.shape.tiers, 1) if each.slug == tier.slug), 0)


def enrolled(actor: Actor) -> QuerySet[Enrollment]:
    """Return the enrollments in sight with all that `place_of` reads. One query."""
    return Enrollment.objects.visible_to(actor).select_related(
        "vendor", "program", "partner", "standing__tier", "standing__earned", "calculation__scheme", "calculation__tier"
    )


def ladders_for(programs: Collection[int], kinds: Collection[str]) -> set[tuple[int, str]]:
    """Return for which of the kinds of partner programs have a ladder in force today: pairs of program and kind."""
    found = Scheme.objects.filter(program__in=programs, partner_type__in=kinds).in_force(timezone.localdate())
    return set(found.values_list("program_id", "partner_type"))


def place_of(enrollment: Enrollment) -> Place:
    """Return where an enrollment stands; no query on what `enrolled` gives."""
    return Place(enrollment, getattr(enrollment, "standing", None), getattr(enrollment, "calculation", None))


# -- Points


@dataclass(frozen=True, slots=True)
class Balance:
    """Points that count today. ending: those that expire within 90 days, by day. fading: what fades in that time."""

    points: Decimal
    ending: tuple[tuple[date, Decimal], ...]
    fading: Decimal

    @property
    def ends_soon(self) -> Decimal:
        """What is lost within 90 days."""
        return sum((points for _day, points in self.ending), self.fading)


def balance_of(actor: Actor, enrollment_id: int, today: date) -> Balance:
    """Return an enrollment's points that count today, and what of them is lost within 90 days. One query."""
    soon = today + AHEAD
    lasting = Q(ends=None) | Q(ends__gt=today)
    rows = (
        PointEntry.objects.visible_to(actor)
        .filter(lasting, enrollment_id=enrollment_id, day__lte=today)
        .order_by()
        .annotate(
            since=Case(When(fades_months__gt=0, then=F("day")), default=None, output_field=DateField()),
            until=Case(When(ends__lte=soon, then=F("ends")), default=None, output_field=DateField()),
            each=Case(When(fades_months__gt=0, then=F("points")), default=Value(None), output_field=DecimalField()),
        )
        .values("fades_months", "since", "until", "each")
        .annotate(sum=Sum("points"), entries=Count("pk"))
    )
    points, fading, ending = ZERO, ZERO, {}
    for row in rows:
        if row["fades_months"]:
            each = _left(row["each"], row["fades_months"], row["since"], today)
            then = _left(row["each"], row["fades_months"], row["since"], soon)
            points, fading = points + each * row["entries"], fading + (each - then) * row["entries"]
        else:
            points += row["sum"]
            if row["until"] is not None:
                ending[row["until"]] = row["sum"]
    return Balance(points, tuple(sorted((day, lost) for day, lost in ending.items() if lost)), fading)


def _left(points: Decimal, months: int, since: date, on: date) -> Decimal:
    """Return what is left on a day of points that fade: an equal part goes with each month."""
    gone = 0
    while gone < months and since + relativedelta(months=gone + 1) <= on:
        gone += 1
    return (points * (months - gone) / months).quantize(CENT, ROUND_HALF_UP)


def read_schemes_once(rows: Iterable[Enrollment]) -> None:
    """Let enrollments that were computed by the same version share it, so that a list reads each definition once."""
    known: dict[int, Any] = {}
    for row in rows:
        calculation = getattr(row, "calculation", None)
        if calculation is not None:
            calculation.scheme = known.setdefault(calculation.scheme_id, calculation.scheme)
