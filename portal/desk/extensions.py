"""Requests for more time at the desk: how they are decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from dealreg.enums import ExtensionState
from dealreg.extension_forms import GrantForm, RefuseForm
from dealreg.models import Deal, Extension
from dealreg.services import grant_extension, refuse_extension
from portal.desk.decisions import Decision
from portal.desk.queue import queue_key, queue_url

if TYPE_CHECKING:
    from django.forms import Form

    from prm.kernel import errors


class ExtensionDecision(Decision):
    """A decision over the request that a protected deal waits for. Subclasses say which."""

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form as a page; where nothing waits any more, lead to the deal."""
        deal = self._open()
        if not self.extension(deal).waits:
            back = self.back(deal)
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
        return self._page(deal, self.form(deal))

    def extension(self, deal: Deal) -> Extension:
        """Return the deal's newest request.

        Raises:
            Http404: nobody ever asked for more time.
        """
        found = Extension.objects.visible_to(self.actor).filter(deal=deal).select_related("partner").order_by("-pk")
        newest = found.first()
        if newest is None:
            raise Http404
        return newest

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Return the form, empty or filled."""
        return self.form_class(data, extension=self.extension(deal))  # type: ignore[call-arg]

    def too_late(self, deal: Deal, conflict: errors.Conflict) -> HttpResponse:
        """Answer 409 with how the request stands now, and the way back to the queue."""
        extension = self.extension(deal)
        before = ExtensionState.REQUESTED.label
        context = {
            "message": conflict.message,
            "changes": [(_("Request for more time"), before, extension.get_state_display())],
            "deal": deal,
            "queue_url": queue_url(queue_key(self.request)),
        }
        return render(self.request, "desk/too_late.html", context, status=409)


class Grant(ExtensionDecision):
    """Let the deal stay protected for longer."""

    title = _("Extend the protection")
    label = _("Extend")
    form_class = GrantForm

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Extend."""
        return grant_extension(actor=self.actor, extension=self.extension(deal), **facts)

    def told(self, deal: Deal) -> str:
        """Name customer and partner."""
        return _("%(customer)s stays protected, and %(partner)s is told.") % {
            "customer": deal.customer_name,
            "partner": deal.partner.name,
        }


class Refuse(ExtensionDecision):
    """Don't extend."""

    title = _("Don’t extend the protection")
    label = _("Don’t extend")
    danger = True
    form_class = RefuseForm

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Refuse."""
        return refuse_extension(actor=self.actor, extension=self.extension(deal), message=facts["message"])

    def told(self, deal: Deal) -> str:
        """Name the partner."""
        return _("%(customer)s isn’t extended, and %(partner)s is told why.") % {
            "customer": deal.customer_name,
            "partner": deal.partner.name,
        }
