"""Pure rules over what the CRM says."""

from __future__ import annotations

from datetime import date, timedelta

STALE_AFTER = timedelta(days=90)
"""Without activity for so long, an opportunity of direct sales speaks little against a partner."""


def is_stale(last_activity_on: date | None, today: date) -> bool:
    """Whether nobody has touched an account or opportunity for long, or nobody knows of anything."""
    return last_activity_on is None or today - last_activity_on > STALE_AFTER
