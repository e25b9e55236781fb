"""The start page, and the health page that machines ask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from activity import relay
from activity.models import Delivery
from partners.seats import locked_places_of
from people.reports import is_deserted
from portal.demo.signins import GROUPS, PASSWORD, TRIALS


def start(request: Any) -> HttpResponse:
    """Send people to their own home; tell strangers what this is.

    In demo mode it offers the demo's sign-ins; on a new installation it says how to make the first operator and vendor.
    """
    if request.actor.is_partner:
        return redirect("portal:home")
    if request.actor.is_vendor:
        return redirect("desk:queue")
    if request.actor.is_operator:
        return redirect("system")
    if request.actor.person_id is not None:
        return render(request, "public/no_seat.html", {"locked": locked_places_of(request.user)})
    if settings.DEMO:
        return render(request, "public/start.html", {"groups": GROUPS, "trials": TRIALS, "password": PASSWORD})
    return render(request, "public/start.html", {"deserted": is_deserted()})


def health(request: Any) -> JsonResponse:
    """Answer 200 while the database answers; tells how many deliveries wait for over a minute and gave up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse(
        {"status": "ok", "waiting": relay.overdue(timezone.now()), "dead": Delivery.objects.dead().count()}
    )
