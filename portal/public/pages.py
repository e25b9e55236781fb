"""The start page, and the health page that machines ask."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity import relay
from activity.models import Delivery

DEMO_PASSWORD = "partner-demo"  # noqa: S105  (the demo's, shown on its start page)
DEMO_PEOPLE = (
    (
        _("Partner: Brightpath"),
        (
            ("admin@brightpath.example", _("administrator, with both vendors")),
            ("sales@brightpath.example", _("registers deals")),
            ("marketing@brightpath.example", _("marketing")),
            ("technical@brightpath.example", _("technical")),
        ),
    ),
    (
        _("Vendor: Northwind Robotics"),
        (
            ("deals@northwind.example", _("decides registrations")),
            ("manager@northwind.example", _("partner manager, sets up programs")),
            ("finance@northwind.example", _("finance")),
            ("executive@northwind.example", _("executive")),
        ),
    ),
    (
        _("Elsewhere"),
        (
            ("manager@halden.example", _("partner manager at Halden Cloud, the other vendor")),
            ("operator@localhost.example", _("runs this installation")),
        ),
    ),
)


def start(request: Any) -> HttpResponse:
    """Send people to their own home; tell strangers what this is, with the demo's sign-ins in demo mode."""
    if request.actor.is_partner:
        return redirect("portal:home")
    if request.actor.is_vendor:
        return redirect("desk:queue")
    if request.actor.is_operator:
        return redirect("system")
    people = DEMO_PEOPLE if settings.DEMO else ()
    return render(request, "public/start.html", {"demo_people": people, "demo_password": DEMO_PASSWORD})


def health(request: Any) -> JsonResponse:
    """Answer 200 while the database answers; tells how many deliveries wait for over a minute and gave up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse(
        {"status": "ok", "waiting": relay.overdue(timezone.now()), "dead": Delivery.objects.dead().count()}
    )
