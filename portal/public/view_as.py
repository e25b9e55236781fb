"""The way out of viewing the portal as a partner."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from partners.enums import ViewingEnd
from partners.services import end_viewing
from partners.view_as import VIEWING_KEY
from prm.kernel.pages import ActorView


class LeaveViewAs(ActorView):
    """Ends it, and goes back to the partner's page on the desk."""

    def post(self, request: Any) -> HttpResponse:
        """Leave; who isn't viewing is led to the start page."""
        seen = request.view_as
        if seen is None:
            return redirect("start")
        request.session.pop(VIEWING_KEY, None)
        end_viewing(actor=seen.looker, viewing=seen.viewing, end=ViewingEnd.LEFT)
        return redirect(seen.partner_url)
