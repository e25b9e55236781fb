"""Makes the actor once per request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from partners.seats import actor_of, keep_reachable
from prm.kernel.actors import ANONYMOUS, Via

SEAT_KEY = "seat"
VENDOR_KEY = "vendor"
COMPANY_KEY = "company_sign_in"
"""The vendor whose identity provider opened the session."""

PERSONAL = ("/accounts/", "/settings/", "/outbox/")
"""Where a person's own things are, whatever the seat: closed to whoever came by a vendor's identity provider."""
OPEN_ANYWAY = ("/accounts/logout/", "/accounts/company/", "/accounts/oidc/", "/accounts/saml/", "/settings/tokens/")
OPEN_TO_STAFF = frozenset({"/settings/", "/settings/notifications/"})
"""What somebody without seats elsewhere may set too: it concerns nothing that the provider doesn't speak for."""


class ActorMiddleware:
    """Sets `request.actor` and `request.place` (the seat, or None) from the session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request with its actor at hand."""
        request.actor, request.place = ANONYMOUS, None
        if not request.user.is_authenticated:
            return self.get_response(request)
        company = request.session.get(COMPANY_KEY)
        keep_reachable(request.user, company)
        via = Via.SESSION if company is None else Via.COMPANY
        request.actor, request.place = actor_of(request.user, request.session.get(SEAT_KEY), via=via)
        if company is not None and not _is_open(request.path_info, alone=not request.user.works_elsewhere):
            return _closed(request)
        return self.get_response(request)


def _is_open(path: str, *, alone: bool) -> bool:
    """Whether a session that a vendor's provider opened gets a page; `alone` without seats elsewhere."""
    if not path.startswith(PERSONAL) or path.startswith(OPEN_ANYWAY):
        return True
    return alone and path in OPEN_TO_STAFF


def _closed(request: HttpRequest) -> HttpResponse:
    """Say that the page is the person's own: a vendor's provider speaks for the vendor only."""
    message = _(
        "Your company signed you in, for your company’s seat alone. Sign out, then sign in with your own password or "
        "passkey to open this page."
    )
    return render(request, "403.html", {"message": message}, status=403)


def focused_vendor(request: Any) -> int | None:
    """Return the id of the vendor that a partner's person looks at, or None for all of them."""
    if request.place is None or not request.actor.is_partner:
        return None
    chosen = request.session.get(VENDOR_KEY)
    ids = request.actor.vendor_ids
    if chosen in ids:
        return chosen
    return next(iter(ids)) if len(ids) == 1 else None
