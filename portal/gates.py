"""Keeps the pages of a vendor closed to a partner that has to sign its agreement first; everything else stays open.

Costs no query: what an enrollment waits for comes with the person's seats. Who looks through a partner's eyes isn't
stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from partners.middleware import focused_vendor

CLOSED = ("/portal/", "/search/", "/files/")
STAYS_OPEN = ("/portal/agreements/", "/portal/onboarding/", "/portal/profile/", "/portal/team/")


class AgreementGateMiddleware:
    """Leads to the agreement, or hides the enrollments that wait for one where others are open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request as far as its enrollments are open."""
        actor = request.actor
        request.gated = tuple(each for each in actor.enrollments if each.gate)
        path = request.path_info
        if not request.gated or not path.startswith(CLOSED) or path.startswith(STAYS_OPEN):
            return self.get_response(request)
        focus = focused_vendor(request)
        looked_at = [each for each in actor.enrollments if focus in {None, each.vendor_id}]
        if all(each.gate for each in looked_at):
            return self._lead(request, looked_at[0].gate)
        request.actor = replace(actor, enrollments=tuple(each for each in actor.enrollments if not each.gate))
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in {"GET", "HEAD"}:
            return response
        # Out of sight because it is closed, or because there is no such thing: the page itself knows.
        request.actor = actor
        return self._lead(request, request.gated[0].gate) if self.get_response(request).status_code < 400 else response

    def _lead(self, request: Any, key: str) -> HttpResponse:
        """Lead there; htmx would put the page into a corner of the old one, so its header moves the whole page."""
        url = reverse("portal:agreement-needed", args=[key])
        return HttpResponse(headers={"HX-Redirect": url}) if getattr(request, "htmx", False) else redirect(url)
