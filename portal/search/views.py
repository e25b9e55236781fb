"""The search page, and the same results for the command palette."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.search.finding import LONGEST, search
from portal.search.hits import Group
from portal.search.pace import count_search
from prm.kernel.errors import TooMany
from prm.kernel.pages import ActorView


class Search(ActorView):
    """Search or jump: a page of its own, and for htmx its results alone, which the palette shows."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Find what fits ``?q=``; without it, list where one can go."""
        asked = request.GET.get("q", "").strip()[:LONGEST]
        context: dict[str, Any] = {"asked": asked}
        status = 200
        try:
            if asked and self.actor.person_id is not None:
                count_search(self.actor.person_id)
            groups = search(self.actor, asked)
            context |= {"groups": groups, "found": found_words(groups) if asked else ""}
        except TooMany as refusal:
            context["refusal"], status = refusal.message, refusal.status
        partial = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
        response = render(
            request, "components/palette_results.html" if partial else "public/search.html", context, status=status
        )
        response["Vary"] = "HX-Request, Cookie"
        response["Cache-Control"] = "private, no-store"
        return response


def found_words(groups: list[Group]) -> str:
    """Return how many results there are, in words."""
    count = sum(len(group.hits) for group in groups)
    if not count:
        return _("Nothing found")
    return ngettext("%(count)s result", "%(count)s results", count) % {"count": count}
