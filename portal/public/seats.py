"""Switching between seats, and between the vendors a partner works with."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from partners.middleware import SEAT_KEY, VENDOR_KEY
from partners.seats import places_of


@login_required
@require_POST
def switch_seat(request: Any) -> HttpResponse:
    """Act from another of the person's own seats from now on."""
    wanted = request.POST.get("seat", "")
    place = next((place for place in places_of(request.user) if str(place.id) == wanted), None)
    if place is None:
        raise Http404
    request.session[SEAT_KEY] = place.id
    request.session.pop(VENDOR_KEY, None)
    return redirect("start")


@login_required
@require_POST
def switch_vendor(request: Any) -> HttpResponse:
    """Look at one vendor's records, or at all vendors'."""
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
