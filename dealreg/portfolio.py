"""A partner manager's portfolio: which partner needs attention first, and why.

The order, from the most urgent: a decision is overdue; a registration waits for a decision; protection ends within 30
days; a live partner has gone quiet; onboarding takes long; everything else, the latest registration first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils import timezone

from activity.models import Event
from dealreg.enums import UNDECIDED, WAITING_FOR_VENDOR, Outcome, Status
from dealreg.models import Deal
from partners.enums import EnrollmentStatus
from partners.models import Enrollment
from partners.rules import ONBOARDING_DAYS, QUIET_DAYS
from prm.kernel.actors import PARTNER_ROLES

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

SOON = timedelta(days=30)
"""Protection that ends this soon counts as ending."""
QUIET = timedelta(days=QUIET_DAYS)
"""A live partner without a registration for this long has gone quiet."""
LONG = timedelta(days=ONBOARDING_DAYS)
"""Onboarding that takes longer is long."""
PAGE = 25

# Set-based: what waits and what ends are read from their own partial indexes, each enrollment's latest registration by
# one step in `deal_recent`; nothing is read per row of the portfolio beyond that.
RANKED = """
WITH mine AS (
  SELECT id, status, enrolled_at FROM partners_enrollment
  WHERE vendor_id = %(vendor)s AND status <> %(retired)s AND (%(manager)s::bigint IS NULL OR manager_id = %(manager)s)
), undecided AS (
  SELECT enrollment_id, count(*) AS waiting, min(due_at) AS due, count(*) FILTER (WHERE due_at <= %(now)s) AS overdue
  FROM dealreg_deal WHERE vendor_id = %(vendor)s AND status = ANY(%(undecided)s) AND status = ANY(%(ours)s)
  GROUP BY enrollment_id
), ending AS (
  SELECT enrollment_id, count(*) AS ending, min(protected_until) AS until
  FROM dealreg_deal WHERE vendor_id = %(vendor)s AND status = %(approved)s AND outcome = %(open)s
    AND protected_until > %(now)s AND protected_until <= %(soon)s
  GROUP BY enrollment_id
), known AS (
  SELECT mine.id, waiting, due, overdue, ending, until, enrolled_at, (
      SELECT submitted_at FROM dealreg_deal WHERE enrollment_id = mine.id ORDER BY submitted_at DESC LIMIT 1
    ) AS last_at, mine.status
  FROM mine LEFT JOIN undecided ON undecided.enrollment_id = mine.id LEFT JOIN ending ON ending.enrollment_id = mine.id
), ranked AS (
  SELECT *, CASE
      WHEN overdue > 0 THEN 1 WHEN waiting > 0 THEN 2 WHEN ending > 0 THEN 3
      WHEN status = %(active)s AND coalesce(last_at, enrolled_at) < %(quiet)s THEN 4
      WHEN status = %(onboarding)s AND enrolled_at < %(long)s THEN 5 ELSE 6 END AS need
  FROM known
)
SELECT id, need, coalesce(waiting, 0), coalesce(overdue, 0), due, coalesce(ending, 0), until, last_at, enrolled_at,
  count(*) OVER (), coalesce(sum(waiting) OVER (), 0)::int, coalesce(sum(overdue) OVER (), 0)::int,
  coalesce(sum(ending) OVER (), 0)::int
FROM ranked
ORDER BY need, CASE WHEN need <= 2 THEN extract(epoch FROM due) WHEN need = 3 THEN extract(epoch FROM until)
  ELSE -extract(epoch FROM coalesce(last_at, enrolled_at)) END, id
LIMIT %(limit)s OFFSET %(offset)s
"""


class Need(IntEnum):
    """What a partner's place in the portfolio comes from, most urgent first."""

    OVERDUE = 1
    WAITING = 2
    ENDING = 3
    QUIET = 4
    LONG = 5
    NONE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An enrollment's place. Times are None where there is nothing; counts are of registrations."""

    id: int
    need: Need
    waiting: int
    overdue: int
    due: datetime | None
    ending: int
    until: datetime | None
    last_at: datetime | None
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A partner in the portfolio. pipeline: open amounts by currency; active_at: when its people last did something."""

    enrollment: Any
    place: Place
    pipeline: tuple[tuple[Decimal, str], ...]
    active_at: datetime | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a portfolio: how many registrations wait for a decision, how many of them too long; protections."""

    waiting: int = 0
    overdue: int = 0
    ending: int = 0


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A page of the portfolio, how many partners it has in all, and what waits among all of them."""

    members: list[Member]
    count: int
    waits: Waiting


def portfolio(*, actor: Actor, manager_id: int | None, page: int = 1) -> Portfolio:
    """Return a page of the actor's vendor's partners, those that need attention first. Two queries.

    `manager_id`: only the enrollments that this person manages; None: all.
    """
    places, count, waits = _places(actor, manager_id, page)
    rows = {row.pk: row for row in _enrollments(actor, [place.id for place in places])}
    members = [
        Member(rows[place.id], place, _amounts(rows[place.id]), rows[place.id].active_at)
        for place in places
        if place.id in rows
    ]
    return Portfolio(members, count, waits)


def _places(actor: Actor, manager_id: int | None, page: int) -> tuple[list[Place], int, Waiting]:
    if not actor.is_vendor:
        return [], 0, Waiting()
    now = timezone.now()
    values: dict[str, Any] = {
        "vendor": actor.vendor_id,
        "manager": manager_id,
        "now": now,
        "soon": now + SOON,
        "quiet": now - QUIET,
        "long": now - LONG,
        "retired": EnrollmentStatus.RETIRED,
        "active": EnrollmentStatus.ACTIVE,
        "onboarding": EnrollmentStatus.ONBOARDING,
        "approved": Status.APPROVED,
        "open": Outcome.OPEN,
        "undecided": [str(status) for status in UNDECIDED],
        "ours": [str(status) for status in WAITING_FOR_VENDOR],
        "limit": PAGE,
        "offset": (page - 1) * PAGE,
    }
    with connection.cursor() as cursor:
        cursor.execute(RANKED, values)
        rows = cursor.fetchall()
    names = ("id", "need", "waiting", "overdue", "due", "ending", "until", "last_at", "enrolled_at")
    found = [Place(**{**dict(zip(names, row, strict=False)), "need": Need(row[1])}) for row in rows]
    count, *waits = rows[0][len(names) :] if rows else (0, 0, 0, 0)
    return found, count, Waiting(*waits)


def _enrollments(actor: Actor, ids: list[int]) -> list[Any]:
    open_deals = Deal.objects.visible_to(actor).filter(enrollment=OuterRef("pk")).open().order_by()
    sums = open_deals.values("currency").annotate(json=JSONObject(currency="currency", total=Sum("value")))
    by_partner = Event.objects.visible_to(actor).filter(
        partner_id=OuterRef("partner_id"), role__in=sorted(PARTNER_ROLES), enrollment_id=OuterRef("pk")
    )
    return list(
        Enrollment.objects.visible_to(actor)
        .filter(pk__in=ids)
        .select_related("partner", "program", "manager", "standing__tier", "vendor")
        .annotate(
            pipeline=ArraySubquery(sums.values("json")),
            active_at=Subquery(by_partner.order_by("-id").values("occurred_at")[:1]),
        )
    )


def _amounts(row: Any) -> tuple[tuple[Decimal, str], ...]:
    """Return the pipeline by currency, the vendor's own first."""
    found = [(Decimal(str(part["total"])), part["currency"]) for part in row.pipeline]
    return tuple(sorted(found, key=lambda part: (part[1] != row.vendor.currency, part[1])))


def ending_soon(deals: Any, now: datetime) -> Any:
    """Keep the open deals whose protection ends within 30 days."""
    return deals.protected().filter(outcome=Outcome.OPEN, protected_until__gt=now, protected_until__lte=now + SOON)
