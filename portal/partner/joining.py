"""Newcomers who ask to join the team: the administrator's yes, with a role, or no."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.forms import SideForm
from partners.models import JoinRequest
from partners.permissions import MANAGE_TEAM
from partners.services import approve_join, decline_join
from prm.kernel.actors import Kind, Reach
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation


class ApproveForm(SideForm):
    """What the newcomer may do."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    reach = forms.ChoiceField(label=gettext_lazy("Sees"), choices=Reach, initial=Reach.ALL)


class JoinRequestPage(ActorView):
    """Shows who asks; POST lets the newcomer join."""

    kinds = frozenset({Kind.PARTNER})
    permission = MANAGE_TEAM

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Ask as what."""
        return self._page(self.asked(key), ApproveForm(is_partner=True))

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Approve."""
        asked, form = self.asked(key), ApproveForm(request.POST, is_partner=True)
        if not form.is_valid():
            return self._page(asked, form, 422)
        role, reach = form.seat
        try:
            approve_join(actor=self.actor, request=asked, role=role, reach=reach)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(asked, form, violation.status)
        messages.success(request, _("%(name)s gets an invitation by mail.") % {"name": asked.name})
        return redirect("portal:team")

    def asked(self, key: UUID) -> JoinRequest:
        """Return the request in sight."""
        found: JoinRequest = get_object_or_404(JoinRequest.objects.visible_to(self.actor), key=key)
        return found

    def _page(self, asked: JoinRequest, form: forms.Form, status: int = 200) -> HttpResponse:
        crumbs = [{"label": _("Team"), "url": reverse("portal:team")}, {"label": asked.name}]
        context = {"asked": asked, "form": form, "crumbs": crumbs}
        return render(self.request, "partner/join_request.html", context, status=status)


class JoinDecline(JoinRequestPage):
    """Says no."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Decline."""
        asked = decline_join(actor=self.actor, request=self.asked(key))
        messages.success(request, _("Declined. %(name)s is told by mail.") % {"name": asked.name})
        return redirect("portal:team")


def waiting_to_join(actor: Any) -> list[JoinRequest]:
    """Return who waits for the administrator's yes, the longest first. One query."""
    return list(JoinRequest.objects.visible_to(actor).waiting().order_by("confirmed_at", "pk")[:50])
