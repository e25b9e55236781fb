"""Where a partner stands in a program: its tier, what it takes, what it brings."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from partners.models import Enrollment
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView
from standing.permissions import VIEW_STANDING


class TierPage(ActorView):
    """An enrollment's tier page."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_STANDING

    def get(self, request: Any, pk: int) -> HttpResponse:
        """Show it."""
        enrolled = Enrollment.objects.visible_to(self.actor).select_related("program", "vendor", "standing__tier")
        return render(request, "partner/standing.html", {"enrollment": get_object_or_404(enrolled, pk=pk)})
