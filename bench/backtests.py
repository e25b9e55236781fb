"""A draft tried on 24 months of a large program: 10,000 enrollments with 1,000,000 facts, as the job does it.

The draft's points are earned by a rule from won deals, requirements read points and the facts themselves.
"""

from __future__ import annotations

import resource
import time
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from jobs import queue
from jobs.models import Job
from partners.models import Enrollment, Partner
from prm.kernel.actors import system
from standing.enums import SchemeState
from standing.models import BackTest, Scheme
from standing.services import activate_scheme
from standing.services.trials import try_scheme
from tests.cast import Cast, make_cast

ENROLLMENTS, FACTS, MONTHS = 10_000, 1_000_000, 24
MOST_SECONDS, MOST_MB = 60.0, 40
POINTS = {"measure": "points", "months": 12}
DEFINITION: dict[str, Any] = {
    "rules": [
        {"slug": "won", "name": "Won", "source": "sales.sell_through", "points": 1, "per": 1000, "expires_months": 12,
         "cap": 3000, "cap_period": "year"},
    ],
    "tiers": [
        {"slug": "registered", "name": "Registered", "brings": [{"kind": "discount", "value": 10}]},
        {"slug": "silver", "name": "Silver", "needs": {"figure": POINTS, "at_least": 2000},
         "brings": [{"kind": "discount", "value": 14}]},
        {"slug": "gold", "name": "Gold", "needs": {"all": [
            {"figure": POINTS, "at_least": 2700},
            {"figure": {"measure": "revenue.sell_through", "months": 12}, "at_least": 2_750_000}]},
         "brings": [{"kind": "discount", "value": 18}, {"kind": "mdf_rate", "value": 2}]},
    ],
}  # fmt: skip
SELL = """
INSERT INTO accounts_salesline (vendor_id, partner_id, enrollment_id, kind, source, external_id, day, n, turn, amount,
  currency, vendor_amount, rated_on, period, customer_name, customer_domain, customer_country, recorded_at)
SELECT e.vendor_id, e.partner_id, e.id, 'sell_through', 'bench', e.id || '-' || n, d.day, 1, 1, d.amount, 'EUR', d.amount,
  d.day, '', '', '', '', now()
FROM partners_enrollment e CROSS JOIN generate_series(1, %(each)s) n
CROSS JOIN LATERAL (SELECT current_date - ((n * 7919 + e.id * 104729) %% 1095)::int AS day,
  (10000 + (n * 31 + e.id * 17) %% 140000)::numeric AS amount) d
WHERE e.program_id = %(program)s
"""


def measure_backtests() -> tuple[Any, bool]:
    """Measure a trial; returns the figures, and whether they held."""
    cast = make_cast()
    scheme = _program(cast)
    trial = try_scheme(actor=cast.actor("northwind_manager"), scheme=scheme, months=MONTHS)
    before, begun, slices = _peak_mb(), time.perf_counter(), 0
    while Job.objects.get(pk=trial.job_id).is_open:
        assert queue.run_next()
        slices += 1
    seconds = time.perf_counter() - begun
    trial = BackTest.objects.get(pk=trial.pk)
    assert trial.is_finished, trial.job.error
    figures = {
        "enrollments": ENROLLMENTS,
        "facts": FACTS,
        "months": MONTHS,
        "seconds": round(seconds, 1),
        "slices": slices,
        "moves": trial.moves.count(),
        "grew_mb": _peak_mb() - before,
    }
    held = seconds <= MOST_SECONDS and figures["grew_mb"] <= MOST_MB
    print(f"  {'ok  ' if held else 'MISS'} {figures}", flush=True)
    return figures, held


def _program(cast: Cast) -> Scheme:
    side = cast.northwind
    partners = Partner.objects.bulk_create(
        [Partner(name=f"Trial {n}", slug=f"trial-{n}", country="DE") for n in range(ENROLLMENTS)], batch_size=1000
    )
    long_ago = timezone.now() - timedelta(days=1200)
    enrolled = {"vendor": side.vendor, "program": side.program, "enrolled_at": long_ago, "status": "active"}
    Enrollment.objects.bulk_create([Enrollment(partner=each, **enrolled) for each in partners], batch_size=1000)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SELL, {"program": side.program.pk, "each": FACTS // ENROLLMENTS})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE accounts_salesline")
        cursor.execute("ANALYZE partners_enrollment")
        cursor.execute("ANALYZE partners_partner")
    given = {"vendor": side.vendor, "program": side.program, "definition": DEFINITION}
    in_force = Scheme.objects.create(
        **given, number=1, name="Now", state=SchemeState.PUBLISHED,
        valid_from=timezone.localdate(), published_at=timezone.now(),
    )  # fmt: skip
    activate_scheme(actor=system(side.vendor.pk), scheme=in_force)
    draft: Scheme = Scheme.objects.create(**given, number=2, name="Next")
    return draft


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
