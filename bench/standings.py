"""All standings of a large program: 10,000 enrollments over 1,000,000 entries of points, against bare SQL.

The floor does what can't be avoided: one aggregate over the same entries, and the write of one row per enrollment into a
table of the same shape. Product and floor take turns; each round looks at another day, so that every row changes.
"""

from __future__ import annotations

import resource
import statistics
import time
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account
from bench.cost import Caller, Compared, Request, compare
from bench.pages import session_of
from partners.enums import LIVE
from partners.models import Enrollment, Partner, Seat
from prm.kernel.actors import Role, system
from standing.computing import store
from standing.enums import SchemeState
from standing.ledger import book_points
from standing.models import Scheme
from standing.services import activate_scheme, keep_program
from tests.cast import Side, make_person, make_side

ENROLLMENTS, ENTRIES, ROUNDS = 10_000, 1_000_000, 5
MOST_SECONDS, MOST_TIMES, MOST_MB = 10.0, 1.5, 20
MOST_FLOORS, MOST_QUERIES = 2.0, 12
POINTS = {"measure": "points", "months": 12}
DEFINITION: dict[str, Any] = {
    "categories": [{"slug": "sales", "name": "Sales", "most": 5000}, {"slug": "skills", "name": "Skills", "most": 3000}],
    "lines": [
        {"slug": each, "name": each, "category": each, "figure": {**POINTS, "where": {"category": [each]}}, "most": 5000}
        for each in ("sales", "skills")
    ],
    "tiers": [
        {"slug": "registered", "name": "Registered"},
        {"slug": "silver", "name": "Silver", "needs": {"figure": POINTS, "at_least": 2000}},
        {
            "slug": "gold",
            "name": "Gold",
            "needs": {"all": [{"figure": POINTS, "at_least": 5000}, {"score": "skills", "at_least": 1000}]},
        },
        {"slug": "platinum", "name": "Platinum", "needs": {"score": "total", "at_least": 7000}},
    ],
}  # fmt: skip

EARN = """
INSERT INTO standing_pointentry (vendor_id, partner_id, enrollment_id, kind, rule, key, category, points, amount, day, ends,
  fades_months, note, recorded_at)
SELECT e.vendor_id, e.partner_id, e.id, 'award', 'won', 'deal:' || n, (ARRAY['sales', 'skills'])[1 + n %% 2], 10 + n %% 90,
  100, d.day, (d.day + interval '12 months')::date, 0, '', now()
FROM partners_enrollment e CROSS JOIN generate_series(1, %(each)s) n
CROSS JOIN LATERAL (SELECT current_date - ((n * 7919 + e.id * 104729) %% 730)::int AS day) d
WHERE e.program_id = %(program)s
"""
# So that the floor has rows to show, and the list something to tell of each partner.
DEALS = """
INSERT INTO dealreg_deal (reference, submission, account_link, families, customer_name, customer_domain, customer_country,
  customer_city, contact_name, contact_email, title, value, currency, close_date, stage, part, notes, next_step, status,
  outcome, submitted_at, due_at, asked_fields, asked_text, decline_reason, decision_text, policy_reference, discount,
  protection_days, lost_reason, outcome_text, revision, created_at, updated_at, account_id, enrollment_id, owner_id, partner_id, vendor_id)
SELECT 'SR-' || e.id || '-' || n, gen_random_uuid(), 'new', ARRAY[%(family)s]::bigint[], 'Customer ' || n, '', 'DE', 'Kiel', 'Ines Rothmann',
  'ines@customer.example', 'Project ' || n, 1000 * n, 'EUR', current_date + 90, 'proposal', 'sell', '', '', 'in_review', 'open', t.at,
  t.at + interval '2 days', '{}', '', '', '', '2026-1', 10, 90, '', '', 1, t.at, t.at, %(account)s, e.id, %(owner)s, e.partner_id, e.vendor_id
FROM partners_enrollment e CROSS JOIN generate_series(1, CASE e.id WHEN %(enrollment)s THEN 25 ELSE 2 END) n
CROSS JOIN LATERAL (SELECT now() - make_interval(hours => (e.id * 7 + n)::int) AS at) t WHERE e.program_id = %(program)s
"""
BARE = """
INSERT INTO bare_result AS kept (enrollment_id, vendor_id, partner_id, scheme_id, rank, tier_id, total, figures,
  specialisations, day, "on", computed_at)
SELECT e.id, e.vendor_id, e.partner_id, %(scheme)s, 1, NULL, p.total, jsonb_build_array(p.total), '{}', %(on)s, %(on)s, now()
FROM partners_enrollment e JOIN (
  SELECT enrollment_id, sum(points) AS total FROM standing_pointentry
  WHERE vendor_id = %(vendor)s AND day <= %(on)s AND day > (%(on)s::date - interval '12 months')::date
    AND (ends IS NULL OR ends > %(on)s) GROUP BY enrollment_id
) p ON p.enrollment_id = e.id WHERE e.program_id = %(program)s AND e.status = ANY(%(live)s)
ON CONFLICT (enrollment_id) DO UPDATE SET rank = excluded.rank, total = excluded.total, figures = excluded.figures,
  day = excluded.day, "on" = excluded."on", computed_at = now()
"""


def measure_standings() -> tuple[Any, bool]:
    """Measure computing all standings; returns the figures, and whether all held."""
    side = make_side("Standing Robotics", "standing-robotics", "SR")
    scheme = _program(side)
    values = {
        "vendor": side.vendor.pk,
        "program": side.program.pk,
        "scheme": scheme.pk,
        "live": [str(status) for status in LIVE],
    }
    today = timezone.localdate()
    first = _timed(lambda: store(scheme, today - timedelta(days=ROUNDS + 1)))
    _timed(lambda: _run(BARE, {**values, "on": today - timedelta(days=ROUNDS + 1)}))
    before = _peak_mb()
    ours, bare = [], []
    for ago in reversed(range(ROUNDS)):
        on = today - timedelta(days=ago)
        ours.append(_timed(lambda on=on: store(scheme, on)))
        bare.append(_timed(lambda on=on: _run(BARE, {**values, "on": on})))
    again = _timed(lambda: store(scheme, today))
    figures = {
        "enrollments": ENROLLMENTS,
        "entries": ENTRIES,
        "seconds": round(statistics.median(ours), 2),
        "bare_seconds": round(statistics.median(bare), 2),
        "times": round(statistics.median(mine / floor for mine, floor in zip(ours, bare, strict=True)), 2),
        "first_seconds": round(first, 2),
        "unchanged_seconds": round(again, 2),
        "grew_mb": _peak_mb() - before,
    }
    held = figures["seconds"] <= MOST_SECONDS and figures["times"] <= MOST_TIMES and figures["grew_mb"] <= MOST_MB
    print(f"  {'ok  ' if held else 'MISS'} {figures}", flush=True)
    for name, (compared, queries) in _pages(side).items():
        figures[name] = {"times_floor": round(compared.ratio, 2), "queries": queries}
        fits = compared.ratio <= MOST_FLOORS and queries <= MOST_QUERIES
        held = held and fits
        print(f"  {'ok  ' if fits else 'MISS'} {name}: {figures[name]}, {compared.page.total_ms:.1f} ms", flush=True)
    return figures, held


def _pages(side: Side) -> dict[str, tuple[Compared, int]]:
    """Return what the portfolio and a tier page cost, in floors, and their queries."""
    keep_program(side.program)
    manager = make_person("manager@standing.example", "Mona Manager")
    Seat.objects.create(person=manager, vendor=side.vendor, role=Role.MANAGER)
    enrollment = Enrollment.objects.filter(program=side.program).order_by("pk")[77]
    administrator = make_person("administrator@standing.example", "Adam Administrator")
    Seat.objects.create(person=administrator, partner_id=enrollment.partner_id, role=Role.ADMINISTRATOR)
    account = Account.objects.create(vendor=side.vendor, name="Customer", normalised_name="customer")
    looked_at = {
        "enrollment": enrollment.pk,
        "owner": administrator.pk,
        "account": account.pk,
        "family": side.everything.pk,
    }
    _run(DEALS, {"program": side.program.pk, **looked_at})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    found, caller = {}, Caller()
    for name, area, person, path in (
        ("portfolio", "desk", manager, "/desk/partners/"),
        ("portfolio by tier", "desk", manager, "/desk/partners/?order=-tier"),
        ("tier page", "portal", administrator, f"/portal/standing/{enrollment.pk}/"),
    ):
        cookie = session_of(person)
        page = Request("GET", path, cookie)
        caller.call(page)
        queries = len(caller.queries(page))
        floor = Request("GET", f"/{area}/floor/", cookie)
        found[name] = (compare(caller, lambda floor=floor: floor, lambda page=page: page, 20), queries)
    return found


def _program(side: Side) -> Scheme:
    partners = Partner.objects.bulk_create(
        [Partner(name=f"Standing {n}", slug=f"standing-{n}", country="DE") for n in range(ENROLLMENTS)], batch_size=1000
    )
    enrolled = {"vendor": side.vendor, "program": side.program}
    Enrollment.objects.bulk_create([Enrollment(partner=each, **enrolled) for each in partners], batch_size=1000)
    _run(EARN, {"program": side.program.pk, "each": ENTRIES // ENROLLMENTS})
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_result (LIKE standing_calculation INCLUDING ALL)")
        cursor.execute("VACUUM ANALYZE standing_pointentry")
        cursor.execute("ANALYZE partners_enrollment")
        cursor.execute("ANALYZE partners_partner")
    scheme = Scheme.objects.create(
        vendor=side.vendor,
        program=side.program,
        number=1,
        name="Standing",
        definition=DEFINITION,
        state=SchemeState.PUBLISHED,
        valid_from=date(2020, 1, 1),
        published_at=timezone.now(),
    )
    activate_scheme(actor=system(side.vendor.pk), scheme=scheme)
    assert book_points(side.program.pk, "", until=timezone.localdate()) == 0
    return scheme


def _run(sql: str, values: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    with transaction.atomic():
        work()
    return time.perf_counter() - begun


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
