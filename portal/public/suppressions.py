"""Addresses that mails came back from, for whoever runs the installation."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.models import Suppression
from activity.services import lift_suppression
from portal.public.system import SystemPage
from prm.kernel.pages import ListPage


class Suppressions(ListPage, SystemPage):
    """Where no mails about events are sent any more, newest first."""

    template_name = "public/suppressions.html"
    results_template = "public/suppressions_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("since",)}
    default_order = "-date"
    export_name = "addresses-that-bounce"
    columns = (
        (gettext_lazy("Address"), lambda row: row.address),
        (gettext_lazy("Why"), lambda row: str(row.get_reason_display())),
        (gettext_lazy("Said"), lambda row: row.detail),
        (gettext_lazy("Since"), lambda row: row.since.isoformat()),
    )

    def rows(self) -> QuerySet[Any]:
        """Return what holds."""
        return Suppression.objects.visible_to(self.actor).standing()


class SuppressionLift(SystemPage):
    """Sends mails to an address again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lift it."""
        found = get_object_or_404(Suppression.objects.visible_to(self.actor), pk=pk)
        lift_suppression(actor=self.actor, suppression=found)
        messages.success(request, _("Mails go to %(address)s again.") % {"address": found.address})
        return redirect("system-addresses")
