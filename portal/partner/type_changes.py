"""A vendor says that the organisation is of another kind: what would change, and the administrator's decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import services
from partners.enums import TypeChangeState
from partners.models import TypeChange
from partners.permissions import CONFIRM_TYPE
from partners.services.type_changes import UNDO_FOR
from portal.type_changes import preview_of
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView


class TypeChangeView(ActorView):
    """A page about a proposal that concerns the actor's organisation."""

    kinds = frozenset({Kind.PARTNER})
    permission = CONFIRM_TYPE

    def change(self, key: Any) -> TypeChange:
        """Return the proposal."""
        found: TypeChange = get_object_or_404(
            TypeChange.objects.visible_to(self.actor).select_related("partner", "vendor"), key=key
        )
        return found


class TypeChangePage(TypeChangeView):
    """The proposal: whose, why, what would change with every vendor, how far it is."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show it."""
        change = self.change(key)
        is_open, is_done = change.state == TypeChangeState.PROPOSED, change.state == TypeChangeState.CHANGED
        preview = preview_of(self.actor, change.partner, change.partner.type, change.after) if is_open else None
        ends = [each for each in preview.programs if each.enrollment.pk in change.ends] if preview else []
        context = {
            "change": change,
            "is_open": is_open,
            "preview": preview,
            "ends": ends,
            "undo_until": change.changed_at + UNDO_FOR if change.changed_at and is_done else None,
            "crumbs": [{"label": _("Profile"), "url": reverse("portal:profile")}, {"label": _("Kind")}],
        }
        return render(request, "partner/type_change.html", context)


class ConfirmType(TypeChangeView):
    """Confirm it."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        services.confirm_type(actor=self.actor, change=self.change(key))
        messages.success(request, _("Changed. Tiers follow within seconds."))
        return redirect("portal:profile")


class DeclineType(TypeChangeView):
    """Decline it."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        services.decline_type(actor=self.actor, change=self.change(key))
        messages.success(request, _("Declined. Nothing was changed."))
        return redirect("portal:profile")


class UndoType(TypeChangeView):
    """Become again what one was."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        services.undo_type(actor=self.actor, change=self.change(key))
        messages.success(request, _("Undone: your organisation is what it was."))
        return redirect("portal:profile")
