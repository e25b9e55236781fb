"""The work of a trial: points, months, then enrollment by enrollment what would have been awarded. In chunks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.enums import LIVE
from partners.models import Enrollment
from standing.backtest import history
from standing.backtest.costing import costs, rates_of, uncosted
from standing.backtest.simulating import Course, course, days_by_month
from standing.backtest.tallying import Tally, read
from standing.computing import served_types
from standing.enums import Direction
from standing.models import BackTest, BackTestMove, Benefit, Tier, TierOverride

if TYPE_CHECKING:
    from jobs.work import Work

BATCH = 500
Step = Callable[["Work", BackTest], int]


def run(work: Work, trial: BackTest) -> None:
    """Work on a trial from where its checkpoint says; from the beginning where the working rows were lost."""
    work.total(trial.months)
    steps = steps_of(trial)
    if work.checkpoint and not _is_whole(work, trial):
        work.forget()
    while (at := work.checkpoint.get("step", 0)) < len(steps):
        with work.chunk():
            if at == 0:
                begin(trial)
            steps[at](work, trial)
            work.checkpoint["step"] = at + 1
    while not work.checkpoint.get("settled"):
        with work.chunk():
            settle(work, trial)


def steps_of(trial: BackTest) -> list[Step]:
    """Return the steps before the last one, in order: the points of each rule and span, then each month."""
    spans = history.spans_of(trial)
    months = days_by_month(trial.shape.review, trial.on, trial.months)
    return [
        partial(_points, found=partial(history.take_over_by_hand, trial)),
        *(
            partial(_points, found=partial(history.earn_points, trial, rule, span))
            for rule in trial.shape.rules
            for span in spans
        ),
        *(partial(_month, number=number, days=days) for number, days in enumerate(months, 1)),
    ]


def begin(trial: BackTest) -> None:
    """Forget what an earlier attempt left, and begin to tally."""
    history.clear(trial.pk)
    BackTestMove.objects.filter(back_test=trial).delete()
    ladder = Tier.objects.filter(program_id=trial.program_id, partner_type=trial.partner_type, rank__isnull=False)
    tiers = list(ladder.order_by("rank"))
    kinds = {each.kind for tier in trial.shape.tiers for each in tier.brings}
    kinds |= set(Benefit.objects.filter(tier__in=tiers).values_list("kind", flat=True))
    tally = Tally(
        now=[(tier.slug, tier.name) for tier in tiers],
        then=[(tier.slug, tier.name) for tier in trial.shape.tiers],
        days=[days[-1] for days in days_by_month(trial.shape.review, trial.on, trial.months)],
        uncosted=uncosted(kinds),
    )
    _keep(trial, tally)


def _points(work: Work, trial: BackTest, *, found: Callable[[], int]) -> int:
    rows = found()
    work.checkpoint["points"] = work.checkpoint.get("points", 0) + rows
    work.advance(0, _("Counting points"))
    return rows


def _month(work: Work, trial: BackTest, *, number: int, days: Sequence[date]) -> int:
    rows = history.compute_month(trial, days)
    work.checkpoint["days"] = work.checkpoint.get("days", 0) + rows
    # Begun anew after a loss, it doesn't count a month twice.
    work.advance(int(number > work.done), f"{days[-1]:%Y-%m}")
    return rows


def _is_whole(work: Work, trial: BackTest) -> bool:
    return history.is_whole(trial, work.checkpoint.get("points", 0), work.checkpoint.get("days", 0))


def _keep(trial: BackTest, tally: Tally) -> None:
    trial.figures = tally.plain()
    trial.save(update_fields=["figures"])


# -- Enrollment by enrollment


@dataclass(frozen=True, slots=True)
class Held:
    """What an enrollment holds today. given: the rank in the tried ladder of a tier by hand; 0 for none."""

    enrollment: Enrollment
    tier: Tier | None
    given: int
    revenue: Decimal

    @property
    def slug(self) -> str:
        """The tier's slug, "" for none."""
        return str(self.tier.slug) if self.tier else ""


def settle(work: Work, trial: BackTest) -> None:
    """Say of the next enrollments what they would hold, and put down those for which something changes."""
    members = Enrollment.objects.visible_to(work.actor).filter(
        program_id=trial.program_id, partner__type__in=served_types(trial.scheme, trial.on), status__in=LIVE
    )
    at = work.checkpoint.get("at", 0)
    found = list(members.filter(pk__gt=at).select_related("standing__tier").order_by("pk")[:BATCH])
    Batch(trial, found).settle()
    work.checkpoint["at"] = found[-1].pk if found else at
    work.figures["partners"] = work.figures.get("partners", 0) + len(found)
    work.advance(0, _("Comparing tiers"))
    if len(found) < BATCH:
        work.checkpoint["settled"] = True
        trial.finished_at = timezone.now()
        trial.save(update_fields=["finished_at"])


class Batch:
    """Some enrollments of a trial, with what is known of them. A fixed number of queries."""

    def __init__(self, trial: BackTest, enrollments: Sequence[Enrollment]) -> None:
        self.trial, self.enrollments = trial, enrollments
        self.pks = [each.pk for each in enrollments]
        self.tally = read(trial.figures)
        self.slugs = ["", *(tier.slug for tier in trial.shape.tiers)]

    @cached_property
    def rates(self) -> dict[int, dict[str, Decimal]]:
        """Percentages of the tiers held today, by tier."""
        found: dict[int, dict[str, Decimal]] = {}
        rows = Benefit.objects.filter(tier__program_id=self.trial.program_id, value__isnull=False)
        for benefit in rows:
            if benefit.value is not None:
                found.setdefault(benefit.tier_id, {})[benefit.kind] = benefit.value
        return found

    def held(self) -> list[Held]:
        """Return what each enrollment holds today, and what it brought."""
        running = TierOverride.objects.running(self.trial.on).filter(enrollment_id__in=self.pks)
        given = {pk: self.rank_of(slug) for pk, slug in running.values_list("enrollment_id", "tier__slug")}
        revenues = history.revenues_of(self.trial, self.pks)
        return [
            Held(each, _tier_of(each), given.get(each.pk, 0), revenues.get(each.pk) or Decimal(0))
            for each in self.enrollments
        ]

    def rank_of(self, slug: str) -> int:
        """Return the rank of a tier in the tried ladder; 0 where it isn't there."""
        return self.slugs.index(slug) if slug in self.slugs else 0

    def settle(self) -> None:
        """Tally the enrollments and write the moves."""
        seen = history.ranks_of(self.trial, self.pks)
        moves = [move for each in self.held() if (move := self.move(each, seen[each.enrollment.pk])) is not None]
        judged = history.judged_on(self.trial, {move.enrollment_id: move.judged_on for move in moves})
        for move in moves:
            move.score, values = judged[move.enrollment_id]
            move.figures = [list(value) if isinstance(value, tuple) else str(value) for value in values]
        BackTestMove.objects.bulk_create(moves)
        _keep(self.trial, self.tally)

    def move(self, held: Held, seen: list[tuple[date, int]]) -> BackTestMove | None:
        """Tally an enrollment; returns its move where its tier or its cost changes."""
        trial = self.trial
        joined = trial.vendor.today(held.enrollment.enrolled_at)
        since_joined = [each for each in seen if each[0] >= joined] or seen[-1:]
        fares = course(trial.shape.review, since_joined)
        rank = max(fares.held, held.given)
        held_rank = self.held_rank(held.tier)
        direction = _direction(held.tier is not None, held_rank, rank)
        self.tally.add((held.slug, self.slugs[rank]), direction, self._by_month(fares, since_joined))
        charged = self.charge(held, rank)
        if direction == Direction.SAME and not charged:
            return None
        return BackTestMove(
            back_test=trial,
            enrollment=held.enrollment,
            vendor_id=held.enrollment.vendor_id,
            partner_id=held.enrollment.partner_id,
            direction=direction,
            tier=held.tier,
            held_rank=held_rank,
            slug=self.slugs[rank],
            name=trial.shape.tiers[rank - 1].name if rank else "",
            rank=rank,
            since=fares.since,
            judged_on=trial.on if direction == Direction.DOWN else fares.since,
            by_hand=held.given > fares.held,
            revenue=held.revenue,
            cost=charged,
        )

    def held_rank(self, tier: Tier | None) -> int:
        """Return where a tier stands in the tried ladder: by its name there, else by its own rank."""
        if tier is None:
            return 0
        return self.rank_of(tier.slug) or min(tier.rank or 0, len(self.slugs) - 1)

    def charge(self, held: Held, rank: int) -> Decimal:
        """Tally what an enrollment costs; returns the difference."""
        now = self.rates.get(held.tier.pk, {}) if held.tier else {}
        found = costs(held.revenue, now, rates_of(self.trial.shape.tiers[rank - 1] if rank else None))
        self.tally.charge(held.revenue, found)
        return sum((cost.difference for cost in found.values()), Decimal(0))

    def _by_month(self, fares: Course, seen: Sequence[tuple[date, int]]) -> list[str | None]:
        after = {day: rank for (day, _rank), rank in zip(seen, fares.ranks, strict=True)}
        return [self.slugs[after[day]] if day in after else None for day in self.tally.days]


def _tier_of(enrollment: Enrollment) -> Tier | None:
    standing = getattr(enrollment, "standing", None)
    return standing.tier if standing else None


def _direction(has_tier: bool, held: int, rank: int) -> Direction:  # noqa: FBT001 -- beside the rank it belongs to
    if not has_tier:
        return Direction.NEW if rank else Direction.SAME
    return Direction.UP if rank > held else Direction.DOWN if rank < held else Direction.SAME
