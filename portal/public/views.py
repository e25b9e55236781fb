"""A person's saved views of a list: kept, renamed, deleted with undo, one of them the start."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.models import SavedView
from portal.services import choose_start_view, delete_view, rename_view, restore_view, save_view
from portal.viewing import PAGES, list_url, page_for, plain_query
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView


class SavedViewPage(ActorView):
    """A page about the actor's views."""

    kinds = frozenset({Kind.PARTNER, Kind.VENDOR})

    def view(self, pk: int) -> SavedView:
        """Return one of the actor's views, deleted or not."""
        found: SavedView = get_object_or_404(SavedView.objects.visible_to(self.actor), pk=pk)
        return found

    def page(self, page: str, status: int = 200, **further: Any) -> HttpResponse:
        """Render a list's views with their forms."""
        views = list(SavedView.objects.visible_to(self.actor).of_page(page))
        context = {
            "views": [(view, list_url(page, view.query)) for view in views],
            "crumbs": [{"label": PAGES[page].label, "url": reverse(page)}, {"label": _("Views")}],
            "label": PAGES[page].label,
        }
        return render(self.request, "public/views.html", context | further, status=status)


class Views(SavedViewPage):
    """The views of one list; keeps a new one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        page = page_for(self.actor, request.GET.get("page", ""))
        if page is None:
            raise Http404
        return self.page(page)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the filter, and go back to the list as it was."""
        page, query = request.POST.get("page", ""), request.POST.get("query", "")
        try:
            view = save_view(actor=self.actor, page=page, name=request.POST.get("name", ""), query=query)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
            return redirect(list_url(page, plain_query(query)))
        messages.success(request, _("Kept as “%(name)s”.") % {"name": view.name})
        return redirect(list_url(view.page, view.query))


class ViewChange(SavedViewPage):
    """Changes one view: the button's name says how."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Rename it, delete it, or make it the start view."""
        view = self.view(pk)
        try:
            if "delete" in request.POST:
                delete_view(actor=self.actor, view=view)
                undo = reverse("view-restore", args=[pk])
                messages.success(request, _("“%(name)s” is deleted.") % {"name": view.name}, extra_tags=f"undo:{undo}")
            elif "start" in request.POST:
                choose_start_view(actor=self.actor, view=view, is_start=request.POST["start"] == "yes")
            else:
                rename_view(actor=self.actor, view=view, name=request.POST.get("name", ""))
                messages.success(request, _("Renamed."))
        except RuleViolation as violation:
            return self.page(view.page, 422, refused=pk, refusal=violation.message, typed=request.POST.get("name", ""))
        return redirect(f"{reverse('views')}?page={view.page}")


class ViewRestore(SavedViewPage):
    """Undoes that a view was deleted."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it back."""
        view = self.view(pk)
        try:
            view = restore_view(actor=self.actor, view=view)
        except RuleViolation as violation:
            messages.error(request, str(violation.message))
        return redirect(f"{reverse('views')}?page={view.page}")
