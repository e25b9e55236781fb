"""The team of a deal, for the vendor: its own sales may be on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.models import TeamShare
from dealreg.permissions import TEAM_DEALS
from dealreg.services import answer_share, withdraw_team
from portal.deal_teams import propose, team_page
from portal.desk.decisions import DealView
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from dealreg.models import Deal


class DealTeam(DealView):
    """Who is on the team of a deal, and a proposal for another one."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show it."""
        deal = self.deal()
        return team_page(request, self.actor, deal, self.further(deal))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Propose a team."""
        return propose(request, self.actor, self.allowed(), self.further(self.deal()))

    def allowed(self) -> Deal:
        """Return the deal, for who may agree on its team.

        Raises:
            Http404, Forbidden: out of sight, no right.
        """
        deal = self.deal()
        if not self.actor.may(TEAM_DEALS):
            raise Forbidden("not_allowed", _("Your role doesn't agree on deal teams."))
        return deal

    def further(self, deal: Deal) -> dict[str, Any]:
        """Return the addresses, and the way back."""
        return {
            "crumbs": [
                {"label": _("Deals"), "url": reverse("desk:deal-list")},
                {"label": deal.customer_name, "url": deal.get_desk_url()},
            ],
            "withdraw_url": reverse("desk:deal-team-withdraw", args=[deal.reference]),
            "answer_name": "",
            "answer_url": reverse("desk:deal-team-answer", args=[deal.reference]),
            "own_name": deal.partner.name,
        }


class WithdrawTeam(DealTeam):
    """Takes back the team that is proposed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Take it back."""
        deal = self.allowed()
        withdraw_team(actor=self.actor, deal=deal)
        messages.success(request, _("The proposal is taken back."))
        return redirect("desk:deal-team", deal.reference)


class AnswerTeam(DealTeam):
    """The vendor's answer for its own sales."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Agree or decline."""
        deal = self.allowed()
        mine = TeamShare.objects.visible_to(self.actor).filter(deal=deal, direct=True).living().order_by("-pk").first()
        if mine is None:
            raise Conflict("state_changed", _("The vendor’s own sales aren’t on this team."), fresh=deal)
        agrees = request.POST.get("do") == "agree"
        try:
            answer_share(actor=self.actor, share=mine, agrees=agrees, text=request.POST.get("text", ""))
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            return team_page(request, self.actor, deal, {**self.further(deal), "refusal": str(violation.message)}, 422)
        messages.success(request, _("You agreed to your share.") if agrees else _("You declined."))
        return redirect("desk:deal-team", deal.reference)
