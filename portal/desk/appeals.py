"""Appeals at the desk: the list with its figures, how they are decided, and protection that moves on a wish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from dealreg import services
from dealreg.appeal_filters import AppealFilter
from dealreg.appealing import appeal_figures
from dealreg.enums import AppealState
from dealreg.models import Appeal, Deal
from dealreg.permissions import SEE_DESK
from dealreg.protection_forms import OutcomeForm, OverrideForm, PartForm
from dealreg.rules import other_decider
from portal.desk.decisions import Decision
from portal.desk.queue import queue_key, queue_url
from portal.formats import span_text
from portal.statuses import APPEAL_LOOK
from prm.kernel.actors import Kind
from prm.kernel.pages import ListPage, Page

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.forms import Form

    from prm.kernel import errors


class AppealList(ListPage):
    """Every appeal of the vendor's partners, those that wait first, with how they went."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEE_DESK
    template_name = "desk/appeals.html"
    results_template = "desk/appeals_results.html"
    filterset_class = AppealFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        "due": ("decided_at", "due_at"),
        "partner": ("partner__name",),
        "asked": ("asked_at",),
    }
    default_order = "-due"
    export_name = "appeals"
    columns = (
        (_("Reference"), lambda row: row.deal.reference),
        (_("Customer"), lambda row: row.deal.customer_name),
        (_("Partner"), lambda row: row.partner.name),
        (_("Against"), lambda row: str(row.get_against_display())),
        (_("State"), lambda row: str(row.get_state_display())),
        (_("Appealed"), lambda row: row.asked_at.date()),
        (_("Due"), lambda row: row.due_at.date()),
        (_("Decided first by"), lambda row: str(row.first_decider or _("Rule"))),
        (_("Decided by"), lambda row: str(row.decided_by or "")),
        (_("Decided"), lambda row: row.decided_at.date() if row.decided_at else None),
    )

    def rows(self) -> QuerySet[Any]:
        """Return them with what the list shows."""
        found = Appeal.objects.visible_to(self.actor)
        return found.select_related("deal", "partner", "first_decider", "decided_by")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Add each state's look, whether the reader decided first, and the figures."""
        figures = appeal_figures(self.actor)
        share = figures.overturned_share
        me = self.actor.person_id
        return {
            "lines": [(row, APPEAL_LOOK[AppealState(row.state)], row.first_decider_id == me) for row in page.rows],
            "filtered": any(self.request.GET.get(name) for name in self.filterset_class.base_filters),
            "figures": figures,
            "share": "–" if share is None else f"{share:.0%}",
            "median": "–" if figures.median is None else span_text(figures.median.total_seconds()),
        }


class AppealDecision(Decision):
    """A decision over a deal's open appeal. Subclasses say which."""

    form_class = OutcomeForm

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form as a page; where nothing is open any more, lead to the deal.

        Raises:
            Forbidden: the reader took the first decision.
        """
        deal = self._open()
        appeal = self.appeal(deal)
        if not appeal.is_open:
            return HttpResponseClientRedirect(self.back(deal)) if request.htmx else redirect(self.back(deal))
        refusal = other_decider(appeal, self.actor, {})
        if refusal is not None:
            raise refusal
        return self._page(deal, self.form(deal))

    def appeal(self, deal: Deal) -> Appeal:
        """Return the deal's newest appeal.

        Raises:
            Http404: there never was one.
        """
        found = Appeal.objects.visible_to(self.actor).filter(deal=deal).select_related("partner", "extension")
        newest = found.order_by("-pk").first()
        if newest is None:
            raise Http404
        return newest

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Return the form, empty or filled."""
        return self.form_class(data, appeal=self.appeal(deal))

    def too_late(self, deal: Deal, conflict: errors.Conflict) -> HttpResponse:
        """Answer 409 with how the appeal stands now, and the way back."""
        context = {
            "message": conflict.message,
            "changes": [(_("Appeal"), AppealState.OPEN.label, self.appeal(deal).get_state_display())],
            "deal": deal,
            "queue_url": queue_url(queue_key(self.request)),
        }
        return render(self.request, "desk/too_late.html", context, status=409)

    def told(self, deal: Deal) -> str:
        """Name the partner."""
        return _("Decided, and %(partner)s is told.") % {"partner": deal.partner.name}


class Uphold(AppealDecision):
    """Let the decision stand."""

    title = _("The decision stands")
    label = _("The decision stands")
    danger = True

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Uphold."""
        return services.uphold_decision(actor=self.actor, appeal=self.appeal(deal), message=facts["message"])


class Overturn(AppealDecision):
    """Overturn the decision."""

    title = _("Overturn the decision")
    label = _("Overturn")

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Overturn."""
        return services.overturn_decision(actor=self.actor, appeal=self.appeal(deal), message=facts["message"])


class Settle(AppealDecision):
    """Grant the appeal in part."""

    title = _("Grant the appeal in part")
    label = _("Grant in part")
    form_class = PartForm

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Grant it in part."""
        given = {"message": facts["message"], "days": facts.get("days")}
        return services.settle_appeal(actor=self.actor, appeal=self.appeal(deal), **given)


class Override(Decision):
    """Protect this registration in place of another's, on the customer's written wish."""

    title = _("Protect it on the customer’s written wish")
    label = _("Move the protection here")
    danger = True
    moves_on = False

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Return the form, with the file that was sent."""
        return OverrideForm(data, self.request.FILES if data is not None else None)

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Move it."""
        return services.override_protection(actor=self.actor, deal=deal, upload=facts["letter"], reason=facts["reason"])

    def told(self, deal: Deal) -> str:
        """Name the customer."""
        return _("%(customer)s is protected for %(partner)s now. Who was protected is told, without a name.") % {
            "customer": deal.customer_name,
            "partner": deal.partner.name,
        }
