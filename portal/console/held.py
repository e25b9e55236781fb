"""Invitations that lists brought: who waits to be invited, and one button that has all their mails sent."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.services import start_job
from partners.jobs import SEND_HELD
from partners.models import Invitation
from partners.permissions import EDIT_PARTNERS
from prm.kernel.actors import Kind
from prm.kernel.errors import TooMany
from prm.kernel.pages import ActorView, ListPage, Page


class HeldPage(ActorView):
    """A page of the vendor's held invitations."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PARTNERS


class HeldInvitations(HeldPage, ListPage):
    """Who waits to be invited."""

    template_name = "console/held.html"
    results_template = "console/held_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"partner": ("partner__name", "email")}
    default_order = "partner"
    export_name = "held-invitations"
    columns = (
        (gettext_lazy("Partner"), lambda row: row.partner.name),
        (gettext_lazy("E-mail"), lambda row: row.email),
        (gettext_lazy("Name"), lambda row: row.name),
        (gettext_lazy("Role"), lambda row: row.get_role_display()),
    )

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's own held invitations."""
        return (
            Invitation.objects.visible_to(self.actor)
            .filter(issuer_id=self.actor.vendor_id)
            .held()
            .select_related("partner")
        )

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows."""
        return {"rows": page.rows}


class SendHeld(HeldPage):
    """Has them all sent."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start the job, and go to its page."""
        try:
            job = start_job(actor=self.actor, kind=SEND_HELD, title=_("Sending held invitations"))
        except TooMany as refused:
            messages.error(request, str(refused.message))
            return redirect("console:held-invitations")
        return redirect(job)
