"""How the installation does, for whoever runs it. Shows no tenant's facts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from activity.reports import dead_letters, health_at
from activity.services import retry_delivery
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView


class SystemPage(ActorView):
    """A page for the operator."""

    kinds = frozenset({Kind.OPERATOR})


class System(SystemPage):
    """What waits, what gave up, whether a worker is there."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        health = health_at(timezone.now())
        context: dict[str, Any] = {
            "health": health,
            "letters": dead_letters() if health.dead else [],
            "version": getattr(settings, "VERSION", ""),
        }
        return render(request, "public/system.html", context)


class SystemRetry(SystemPage):
    """Puts a delivery that gave up back into the queue."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Retry it."""
        retry_delivery(actor=self.actor, delivery_id=pk)
        messages.success(request, _("It is in the queue again."))
        return redirect("system")
