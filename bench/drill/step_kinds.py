"""A kind of step whose effect can be counted, and short waits, so that the drill takes minutes."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from activity import relay
from onboarding.enums import Side
from onboarding.step_kinds import Outcome, StepKind, Work, step_kind
from prm.kernel import outbound

relay.LEASE = timedelta(seconds=6)
relay.FIRST_WAIT_SECONDS = 0.5
outbound.READ_SECONDS = 2.0
SECONDS = 0.02


def leave_an_effect(work: Work) -> Outcome:
    """Write one row per step, then dawdle, so that a kill often hits between the effect and the done-mark."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_step_effect (step) VALUES (%s)", [work.step.pk])
        cursor.execute("SELECT pg_sleep(%s)", [SECONDS])
    return Outcome()


step_kind(
    StepKind(name="drill_effect", label="Effect", icon="bolt", sides=frozenset({Side.SYSTEM}), run=leave_an_effect)
)
