"""Switching between seats, and between the vendors a partner works with."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from partners.middleware import SEAT_KEY, VENDOR_KEY
from partners.seats import places_of
from prm.kernel.pages import ActorView


class SwitchSeat(ActorView):
    """Acts from another of the person's own seats from now on."""

    def post(self, request: Any) -> HttpResponse:
        """Take the seat; one that isn't the person's is not found."""
        wanted = request.POST.get("seat", "")
        place = next((place for place in places_of(request.user) if str(place.id) == wanted), None)
        if place is None:
            raise Http404
        request.session[SEAT_KEY] = place.id
        request.session.pop(VENDOR_KEY, None)
        return redirect("start")


class SwitchVendor(ActorView):
    """Looks at one vendor's records from now on, or at all vendors'."""

    def post(self, request: Any) -> HttpResponse:
        """Look there; a vendor that the actor has no part in is not found."""
        wanted = request.POST.get("vendor", "")
        if wanted:
            chosen = next((pk for pk in request.actor.vendor_ids if str(pk) == wanted), None)
            if chosen is None:
                raise Http404
            request.session[VENDOR_KEY] = chosen
        else:
            request.session.pop(VENDOR_KEY, None)
        return HttpResponseRedirect(_back(request))


def _back(request: Any) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe and target.startswith("/") else "/"
