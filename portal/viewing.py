"""Lists with saved views: which list, what is kept of it, and with which view it opens."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.models import SavedView
from prm.kernel.actors import Actor, Kind
from prm.kernel.pages import ListPage

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_KEPT = frozenset({"page", "export", "more", "csrfmiddlewaretoken"})
LONGEST_QUERY, MOST_FIELDS = 500, 20


@dataclass(frozen=True, slots=True)
class ViewedPage:
    """A list whose filters can be kept: its words, and on whose side it is."""

    label: str | Promise
    kind: Kind


PAGES: Mapping[str, ViewedPage] = {
    "portal:deal-list": ViewedPage(_("Deals"), Kind.PARTNER),
    "desk:deal-list": ViewedPage(_("Deals"), Kind.VENDOR),
    "desk:lead-list": ViewedPage(_("Leads"), Kind.VENDOR),
    "desk:application-queue": ViewedPage(_("Applications"), Kind.VENDOR),
    "desk:partner-list": ViewedPage(_("Partners"), Kind.VENDOR),
    "desk:recruiting": ViewedPage(_("Recruiting"), Kind.VENDOR),
    "desk:onboarding": ViewedPage(_("Onboarding"), Kind.VENDOR),
    "desk:onboarding-tasks": ViewedPage(_("Onboarding tasks"), Kind.VENDOR),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A saved view as a chip."""

    name: str
    url: str
    current: bool
    is_start: bool


@dataclass(frozen=True, slots=True)
class SavedViews:
    """What `components/saved_views.html` shows on a list."""

    page: str
    query: str
    views: list[Chip]
    may_save: bool

    @property
    def save_url(self) -> str:
        """Where a filter is sent to be kept."""
        return reverse("views")

    @property
    def manage_url(self) -> str:
        """Where views are renamed and deleted."""
        return f"{reverse('views')}?{urlencode({'page': self.page})}"


def plain_query(text: str) -> str:
    """Return a query string as it is kept: in order, without empty values and page numbers; "" where it is too much."""
    asked = QueryDict(text.lstrip("?").replace("\x00", "")[: 4 * LONGEST_QUERY])
    given = ((name, value) for name, values in asked.lists() for value in values)
    pairs = sorted((name, value) for name, value in given if value and name not in NOT_KEPT)
    plain = urlencode(pairs)
    return plain if len(plain) <= LONGEST_QUERY and len(pairs) <= MOST_FIELDS else ""


def list_url(page: str, query: str) -> str:
    """Return the address of a list with a filter."""
    return f"{reverse(page)}?{query}" if query else reverse(page)


class ViewedList(ListPage):
    """A list that keeps views: it opens with the start view where one comes from elsewhere and asks for nothing."""

    viewed_as: ClassVar[str]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        """Show the list, or lead to the start view."""
        if not request.GET and not getattr(request, "htmx", False) and not self._came_from_here():
            start = next((view for view in self._views if view.is_start), None)
            if start is not None:
                return redirect(list_url(self.viewed_as, start.query))
        return super().get(request, *args, **kwargs)

    @cached_property
    def _views(self) -> list[SavedView]:
        """The seat's views of this list. One query."""
        return list(SavedView.objects.visible_to(self.actor).of_page(self.viewed_as))

    def _came_from_here(self) -> bool:
        """Whether the list itself leads here, as "All" and "Clear" do: that means without a filter."""
        sender = urlsplit(self.request.headers.get("Referer", ""))
        return sender.netloc == self.request.get_host() and sender.path == self.request.path

    def saved(self) -> SavedViews:
        """Return the views for the page's context."""
        current = plain_query(self.request.GET.urlencode())
        chips = [
            Chip(view.name, list_url(self.viewed_as, view.query), view.query == current, view.is_start)
            for view in self._views
        ]
        may_save = bool(current) and not any(chip.current for chip in chips)
        return SavedViews(self.viewed_as, current, chips, may_save)


def page_for(actor: Actor, name: str) -> str | None:
    """Return the list of that name when it is one of the actor's side, else None."""
    return name if name in PAGES and PAGES[name].kind is actor.kind else None
