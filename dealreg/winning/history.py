"""Deals as they were at a moment: read back from their events, so that nothing of later is known."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from activity.models import Event
from dealreg import events
from dealreg.enums import Outcome
from dealreg.models import Deal, LeadDeal
from dealreg.winning.features import Scale, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.db.models import QuerySet

LANDMARKS = (1, 15, 45, 90, 180, 365)
"""On which days of its life a closed deal is looked at, as long as it was open: about as old as open deals are."""
HISTORY = timedelta(days=3 * 365)
MOST_CLOSED = 20_000
MEASURED_BY = 0.6
MOST_FAMILIES, LEAST_OF_FAMILY = 8, 30
DONE = (events.CHANGED.name, events.COMMENTED.name, events.FILE_ADDED.name, events.ANSWERED.name)
"""What counts as somebody having done something."""
AT_ONCE = 1_000
COLUMNS = (
    "pk",
    "partner_id",
    "submitted_at",
    "closed_on",
    "outcome",
    "stage",
    "value",
    "currency",
    "families",
    "protected_from",
)


@dataclass(slots=True)
class Life:
    """A deal with its changes, oldest first: (moment, stage before, value before), and when anything was done."""

    deal: dict[str, Any]
    changes: list[tuple[datetime, str | None, float | None]] = field(default_factory=list)
    done: list[datetime] = field(default_factory=list)

    @property
    def ended(self) -> datetime:
        """The end of the day before it closed: what is written on that day tells the outcome."""
        return datetime.combine(self.deal["closed_on"], time(), UTC)

    def stage_at(self, moment: datetime) -> tuple[str, datetime]:
        """Return the stage at a moment, and since when."""
        since = self.deal["submitted_at"]
        for at, before, _value in self.changes:
            if before is None:
                continue
            if at > moment:
                return before, since
            since = at
        return self.deal["stage"], since

    def value_at(self, moment: datetime) -> float:
        """Return the value at a moment."""
        later = (value for at, _stage, value in self.changes if value is not None and at > moment)
        return next(later, float(self.deal["value"]))

    def quiet_at(self, moment: datetime) -> float:
        """Return the days since anything was done."""
        last = max((at for at in self.done if at <= moment), default=self.deal["submitted_at"])
        return (moment - last) / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Example:
    """A closed deal as it was on a day of its life; all examples of a deal weigh one."""

    shot: Snapshot
    won: bool
    weight: float


@dataclass(slots=True)
class Records:
    """How each partner's deals went: the days on which they closed, in order, and how many were won by then."""

    days: dict[int, list[date]] = field(default_factory=lambda: defaultdict(list))
    won: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, rows: Iterable[tuple[int, date, str]]) -> Records:
        """Return them from (partner, day, outcome), in the order of days."""
        found = cls()
        for partner, day, outcome in rows:
            found.days[partner].append(day)
            before = found.won[partner][-1] if found.won[partner] else 0
            found.won[partner].append(before + (outcome == Outcome.WON))
        return found

    def before(self, partner: int, day: date) -> tuple[int, int]:
        """Return how many a partner had won, and closed, before a day."""
        closed = bisect_left(self.days.get(partner, []), day)
        return (self.won[partner][closed - 1] if closed else 0), closed


def closed_deals(vendor_id: int) -> QuerySet[Deal]:
    """Return a vendor's deals of the last three years that were won or lost, newest first."""
    since = timezone.localdate() - HISTORY
    closed = Deal.objects.filter(vendor_id=vendor_id, outcome__in=[Outcome.WON, Outcome.LOST], closed_on__gte=since)
    return closed.order_by("-closed_on", "-pk")


def lives_of(rows: Sequence[dict[str, Any]]) -> list[Life]:
    """Return deals with what happened to them. One query for each thousand."""
    lives = {row["pk"]: Life(row) for row in rows}
    ids = sorted(lives)
    for start in range(0, len(ids), AT_ONCE):
        found = Event.objects.filter(
            subject_type=Deal._meta.label_lower, subject_id__in=ids[start : start + AT_ONCE], kind__in=DONE
        )
        for pk, at, before in found.order_by("occurred_at", "pk").values_list("subject_id", "occurred_at", "before"):
            life = lives[pk]
            life.done.append(at)
            stage, value = before.get("stage"), before.get("value")
            if stage is not None or value is not None:
                life.changes.append((at, stage, None if value is None else float(value)))
    return list(lives.values())


def records_of(vendor_id: int) -> Records:
    """Return how each partner's deals with a vendor went. One query."""
    rows = closed_deals(vendor_id)[:MOST_CLOSED].values_list("partner_id", "closed_on", "outcome")
    return Records.of(reversed([(partner, day or date.max, outcome) for partner, day, outcome in rows]))


def snapshot(life: Life, moment: datetime, records: Records, from_lead: set[int]) -> Snapshot:
    """Return a deal as it was at a moment."""
    deal = life.deal
    stage, since = life.stage_at(moment)
    won, closed = records.before(deal["partner_id"], moment.date())
    return Snapshot(
        deal=deal["pk"],
        stage=stage,
        days_in_stage=(moment - since) / timedelta(days=1),
        value=life.value_at(moment),
        currency=deal["currency"],
        partner_won=won,
        partner_closed=closed,
        families=tuple(deal["families"]),
        from_lead=deal["pk"] in from_lead,
        is_protected=deal["protected_from"] is not None and deal["protected_from"] <= moment,
        quiet_days=life.quiet_at(moment),
    )


def leads_among(vendor_id: int) -> set[int]:
    """Return which deals came from a lead. One query."""
    return set(LeadDeal.objects.filter(vendor_id=vendor_id).values_list("deal_id", flat=True))


def history_of(vendor_id: int) -> tuple[list[Example], Scale]:
    """Return the examples of a vendor's closed deals in the order in which they closed, and what to measure by."""
    rows = list(closed_deals(vendor_id)[:MOST_CLOSED].values(*COLUMNS))
    lives = lives_of(rows[::-1])
    records = Records.of((row["partner_id"], row["closed_on"], row["outcome"]) for row in rows[::-1])
    from_lead = leads_among(vendor_id)
    examples = [each for life in lives for each in _examples(life, records, from_lead)]
    return examples, _scale(lives[: int(len(lives) * MEASURED_BY)] or lives)


def _examples(life: Life, records: Records, from_lead: set[int]) -> list[Example]:
    start, end = life.deal["submitted_at"], life.ended
    moments = [at for at in (start + timedelta(days=days) for days in LANDMARKS) if at < end] or [start]
    won = life.deal["outcome"] == Outcome.WON
    return [Example(snapshot(life, at, records, from_lead), won, 1 / len(moments)) for at in moments]


def _scale(lives: Sequence[Life]) -> Scale:
    """Return the yardsticks, from the oldest deals: those by which the model is judged aren't among them."""
    stays: dict[str, list[float]] = defaultdict(list)
    values: dict[str, list[float]] = defaultdict(list)
    families: dict[int, int] = defaultdict(int)
    for life in lives:
        since = life.deal["submitted_at"]
        for at, stage in [
            *((at, before) for at, before, _v in life.changes if before),
            (life.ended, life.deal["stage"]),
        ]:
            stays[stage].append(max((at - since) / timedelta(days=1), 0.0))
            since = at
        values[life.deal["currency"]].append(float(life.deal["value"]))
        for family in life.deal["families"]:
            families[family] += 1
    often = sorted((family for family, n in families.items() if n >= LEAST_OF_FAMILY), key=lambda one: -families[one])
    won = sum(life.deal["outcome"] == Outcome.WON for life in lives)
    return Scale(
        base=won / len(lives) if lives else 0.5,
        usual_days={stage: round(median(days), 1) for stage, days in stays.items()},
        usual_value={currency: median(amounts) for currency, amounts in values.items()},
        families=tuple(often[:MOST_FAMILIES]),
    )
