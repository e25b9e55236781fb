"""How often a seat may call the API: one counter row per seat, kept by one statement per request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection
from rest_framework.throttling import BaseThrottle

from prm.kernel.api_defaults import actor_of_request

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

MINUTE = 60
# The table is UNLOGGED: the statement waits for no disk, and a crash only forgets a minute's count.
COUNT = """
INSERT INTO activity_apiuse AS use (seat_id, minute, requests) VALUES (%(seat)s, %(minute)s, 1)
ON CONFLICT (seat_id) DO UPDATE SET
  minute = excluded.minute,
  requests = CASE WHEN use.minute = excluded.minute THEN use.requests + 1 ELSE 1 END
RETURNING requests
"""


class SeatThrottle(BaseThrottle):
    """At most `API_REQUESTS_PER_MINUTE` requests per seat and minute, whatever token or process takes them."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count the request and say whether it is within the limit."""
        seat_id = actor_of_request(request).seat_id
        if seat_id is None:
            return True
        with connection.cursor() as cursor:
            cursor.execute(COUNT, {"seat": seat_id, "minute": int(time.time()) // MINUTE})
            (requests,) = cursor.fetchone()
        within: bool = requests <= settings.API_REQUESTS_PER_MINUTE
        return within

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return MINUTE - time.time() % MINUTE + 1
