"""Tier schemes and reviews in the console."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView
from standing.models import Scheme, TierReview
from standing.permissions import EDIT_SCHEMES, VIEW_STANDING


class Reviews(ActorView):
    """Tier reviews that wait for a decision, and those that may come to it."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_STANDING

    def get(self, request: Any) -> HttpResponse:
        """Show them."""
        found = TierReview.objects.visible_to(self.actor).open().select_related("enrollment__partner", "from_tier")
        return render(request, "console/reviews.html", {"reviews": found.order_by("due_on", "pk")[:200]})


class SchemePage(ActorView):
    """A version of a program's scheme."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_SCHEMES

    def get(self, request: Any, pk: int) -> HttpResponse:
        """Show it."""
        scheme = get_object_or_404(Scheme.objects.visible_to(self.actor).select_related("program"), pk=pk)
        return render(request, "console/scheme.html", {"scheme": scheme})
