"""An extension that is granted at the last moment against a rival that is approved the moment after the old end."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from dealreg import services
from dealreg.enums import Status
from dealreg.models import Deal, Extension, Protection
from prm.kernel.errors import RuleViolation
from tests.cast import make_cast

WAITERS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
PATIENCE = 30


def somebody_waits() -> bool:
    """Whether a session waits for this one by now; looked at again and again, as long as patience lasts."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(WAITERS)
            if cursor.fetchone()[0]:
                return True
    return False


@pytest.mark.django_db(transaction=True)
def test_granted_just_before_the_end_it_holds_against_whoever_claims_just_after():
    cast = make_cast()
    approver = cast.actor("northwind_approver")
    deal = services.approve_deal(actor=approver, deal=cast.register())
    rival = cast.register("kappel_sales", "kappel_northwind")
    request = services.Request(days=10, reason="The board meets.", evidence="Offer 4711.")
    asked = services.ask_extension(actor=cast.actor("brightpath_sales"), deal=deal, request=request)
    outcome: list[str] = []

    def claim() -> None:
        try:
            services.approve_deal(actor=approver, deal=rival)
            outcome.append("approved")
        except RuleViolation as refusal:
            outcome.append(refusal.code)
        finally:
            connection.close()

    with time_machine.travel(deal.protected_until - timedelta(seconds=1), tick=False) as clock:
        with transaction.atomic():
            services.grant_extension(actor=approver, extension=asked)
            clock.shift(timedelta(seconds=2))
            thread = threading.Thread(target=claim)
            thread.start()
            waited = somebody_waits()
        thread.join()
        assert services.expire_protections() == 0
    assert waited
    assert outcome == ["protected_already"]
    deal.refresh_from_db()
    held = Protection.objects.live().get()
    assert (held.deal_id, held.ends_at, deal.status) == (deal.pk, deal.protected_until, Status.APPROVED)
    assert Deal.objects.get(pk=rival.pk).is_undecided
    assert Extension.objects.get().state == "granted"
