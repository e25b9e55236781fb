"""A vendor says that two records are one: what would move, and the decision of the record's own administrator."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import services
from partners.enums import MergeState
from partners.merging import preview_of
from partners.models import PartnerMerge
from partners.permissions import CONFIRM_MERGE
from partners.services.merging import UNDO_FOR
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView


class MergeView(ActorView):
    """A page about a proposal that concerns the actor's record."""

    kinds = frozenset({Kind.PARTNER})
    permission = CONFIRM_MERGE

    def merge(self, key: Any) -> PartnerMerge:
        """Return the proposal."""
        found: PartnerMerge = get_object_or_404(
            PartnerMerge.objects.visible_to(self.actor).select_related("kept", "absorbed", "vendor"), key=key
        )
        return found


class MergePage(MergeView):
    """The proposal: whose, why, what would move, how far it is."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show it. What moves is told to the record that it moves from: the other one learns names only."""
        merge = self.merge(key)
        is_absorbed, is_open = merge.absorbed_id == self.actor.partner_id, merge.state == MergeState.PROPOSED
        context = {
            "merge": merge,
            "is_absorbed": is_absorbed,
            "is_open": is_open,
            "own_confirmed": merge.has_confirmed(self.actor.partner_id),
            "preview": preview_of(merge.kept, merge.absorbed) if is_absorbed and is_open else None,
            "undo_until": merge.merged_at + UNDO_FOR if merge.merged_at and merge.state == MergeState.MERGED else None,
            "crumbs": [{"label": _("Profile"), "url": reverse("portal:profile")}, {"label": _("Merge")}],
        }
        return render(request, "partner/merge.html", context)


class ConfirmMerge(MergeView):
    """Confirm for one's own record."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it; with the second one everything moves."""
        done = services.confirm_merge(actor=self.actor, merge=self.merge(key))
        waits = _("Confirmed. It happens when the other record’s administrator confirms, too.")
        messages.success(request, _("The records are merged.") if done.state == MergeState.MERGED else waits)
        return redirect("portal:profile")


class DeclineMerge(MergeView):
    """Decline."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        services.decline_merge(actor=self.actor, merge=self.merge(key))
        messages.success(request, _("Declined. Nothing was changed."))
        return redirect("portal:profile")


class UndoMerge(MergeView):
    """Part the records again."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        services.undo_merge(actor=self.actor, merge=self.merge(key))
        messages.success(request, _("The merge is undone: everything is where it was."))
        return redirect("portal:profile")
