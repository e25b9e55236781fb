"""Makes the actor once per request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from partners.seats import actor_of
from prm.kernel.actors import ANONYMOUS, Via

SEAT_KEY = "seat"
VENDOR_KEY = "vendor"


class ActorMiddleware:
    """Sets `request.actor` and `request.place` (the seat, or None) from the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request with its actor at hand."""
        request.actor, request.place = ANONYMOUS, None
        if request.user.is_authenticated:
            request.actor, request.place = actor_of(request.user, request.session.get(SEAT_KEY), via=Via.SESSION)
        return self.get_response(request)


def focused_vendor(request: Any) -> int | None:
    """Return the id of the vendor that a partner's person looks at, or None for all of them."""
    if request.place is None or not request.actor.is_partner:
        return None
    chosen = request.session.get(VENDOR_KEY)
    ids = request.actor.vendor_ids
    if chosen in ids:
        return chosen
    return next(iter(ids)) if len(ids) == 1 else None
