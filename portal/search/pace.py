"""How often a person may search: one counter row per person, kept by one statement per search."""

from __future__ import annotations

import time

from django.db import connection
from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import TooMany

A_MINUTE = 120
"""Two a second, kept up for a minute: more than anybody types, less than a script wants."""
MINUTE = 60
COUNT = """
INSERT INTO portal_searchuse AS use (person_id, minute, searches) VALUES (%(person)s, %(minute)s, 1)
ON CONFLICT (person_id) DO UPDATE SET
  minute = excluded.minute,
  searches = CASE WHEN use.minute = excluded.minute THEN use.searches + 1 ELSE 1 END
RETURNING searches
"""


def count_search(person_id: int) -> None:
    """Count a search of a person. One statement.

    Raises:
        TooMany: over 120 in this minute.
    """
    now = time.time()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"person": person_id, "minute": int(now) // MINUTE})
        (searches,) = cursor.fetchone()
    if searches > A_MINUTE:
        raise TooMany("too_many_searches", _("That was a lot of searches in a minute. Wait a little."), 60)
