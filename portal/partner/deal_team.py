"""The team of one of the partner's deals, and its place in the teams of others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.enums import ShareAnswer, SharedField, TeamRole, TeamState
from dealreg.models import TeamShare
from dealreg.permissions import TEAM_DEALS, VIEW_DEALS
from dealreg.services import answer_share, leave_team, withdraw_team
from dealreg.team_forms import AnswerShareForm
from dealreg.team_reading import heading, names_beside, told_of
from partners.middleware import focused_vendor
from portal.boards import views_of
from portal.deal_teams import ANSWER_LOOK, propose, team_page
from portal.formats import day_text
from portal.partner.deals import DealView
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.money import shown
from prm.kernel.pages import ActorView, ListPage, Page, show_violation

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from dealreg.models import Deal


class DealTeam(DealView):
    """Who is on the team of a deal, and a proposal for another one."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Show it."""
        deal = self.deal(reference)
        return team_page(request, self.actor, deal, self.further(deal))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Propose a team."""
        deal = self.deal(reference)
        if not self.actor.may(TEAM_DEALS):
            raise Forbidden("not_allowed", _("Your role doesn't agree on deal teams."))
        return propose(request, self.actor, deal, self.further(deal))

    def further(self, deal: Deal) -> dict[str, Any]:
        """Return the addresses, and the way back."""
        return {
            "crumbs": self.crumbs(deal),
            "withdraw_url": reverse("portal:deal-team-withdraw", args=[deal.reference]),
            "answer_name": "portal:shared-deal-answer",
            "own_name": _("Your organisation"),
        }


class WithdrawTeam(DealView):
    """Takes back the team that is proposed."""

    needs = TEAM_DEALS

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Take it back."""
        deal = self.deal(reference)
        withdraw_team(actor=self.actor, deal=deal)
        messages.success(request, _("The proposal is taken back."))
        return redirect("portal:deal-team", deal.reference)


class SharedDealList(ListPage):
    """Deals of other partners in which the partner has, or is offered, a share."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_DEALS
    template_name = "partner/shared_deals.html"
    results_template = "partner/shared_deals_results.html"
    orders = {"newest": ("pk",)}
    default_order = "-newest"
    export_name = "shared-deals"
    columns = (
        (gettext_lazy("Deal"), heading),
        (gettext_lazy("Vendor"), lambda share: share.vendor.name),
        (gettext_lazy("Role"), lambda share: str(TeamRole(share.role).label)),
        (gettext_lazy("Share, %"), lambda share: share.percent),
        (gettext_lazy("Answer"), lambda share: str(ShareAnswer(share.answer).label)),
    )

    def rows(self) -> QuerySet[TeamShare]:
        """Return the partner's shares, of the vendor in focus."""
        found = (
            TeamShare.objects.visible_to(self.actor)
            .own(self.actor)
            .living()
            .select_related("vendor", "deal__partner", "team")
        )
        focus = focused_vendor(self.request)
        return found.filter(vendor_id=focus) if focus is not None else found

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as shown."""
        views = views_of(self.request, reverse("portal:deal-list"), reverse("portal:deal-board"), board=False)
        return {"rows": [shared_row(share) for share in page.rows], "views": at_shared(views)}


def at_shared(views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the tabs of deals with the one of shared deals as the current."""
    shared = reverse("portal:shared-deal-list")
    return [{**view, "current": view["url"].partition("?")[0] == shared} for view in views]


def shared_row(share: TeamShare) -> dict[str, Any]:
    """Return a share as the list shows it."""
    answer = ShareAnswer(share.answer)
    return {
        "url": share.get_absolute_url(),
        "title": heading(share),
        "vendor": share.vendor.name,
        "role": TeamRole(share.role).label,
        "percent": f"{share.percent.normalize():f}",
        "label": _("Waits for you") if answer == ShareAnswer.WAITING else answer.label,
        "look": ANSWER_LOOK[answer],
    }


class SharedDealView(ActorView):
    """A page about one of the partner's shares."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_DEALS

    def share(self, key: Any) -> TeamShare:
        """Return the share.

        Raises:
            Http404: not the partner's, or no longer.
        """
        found = TeamShare.objects.visible_to(self.actor).own(self.actor).living() | TeamShare.objects.visible_to(
            self.actor
        ).living().filter(partner_id=self.actor.partner_id)
        share = found.select_related("deal__partner", "deal__vendor", "team__proposed_by", "vendor").filter(key=key)
        if (one := share.first()) is None:
            raise Http404
        return one

    def shown(self, share: TeamShare, form: AnswerShareForm | None = None, status: int = 200) -> HttpResponse:
        """Render the room."""
        waits = share.answer == ShareAnswer.WAITING and share.team.state == TeamState.PROPOSED
        context = {
            "share": share,
            "title": heading(share),
            "role": TeamRole(share.role).label,
            "percent": f"{share.percent.normalize():f}",
            "facts": [(field.label, words(share, field, value)) for field, value in told_of(share)],
            "names": names_beside(share),
            "label": _("Waits for you") if waits else ShareAnswer(share.answer).label,
            "look": ANSWER_LOOK[ShareAnswer(share.answer)],
            "waits": waits,
            "may": self.actor.may(TEAM_DEALS),
            "may_leave": share.team.state == TeamState.AGREED,
            "form": form or AnswerShareForm(),
            "crumbs": [{"label": _("Shared deals"), "url": reverse("portal:shared-deal-list")}],
        }
        return render(self.request, "partner/shared_deal.html", context, status=status)


def words(share: TeamShare, field: SharedField, value: Any) -> str:
    """Write a fact of the deal for a person."""
    if field == SharedField.VALUE:
        return shown(value, share.deal.currency)
    if field == SharedField.CLOSE:
        return day_text(value)
    return str(value or "–")


class SharedDeal(SharedDealView):
    """The shared room: what the partner may see of the deal, its share, and the others' names."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show it; one's own deal has a page of its own."""
        share = self.share(key)
        if share.deal.partner_id == self.actor.partner_id:
            return redirect("portal:deal-team", share.deal.reference)
        return self.shown(share)


class AnswerShare(SharedDealView):
    """Agrees to a share, declines it, or leaves the team."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it; 422 with what was typed where it is refused."""
        share, form = self.share(key), AnswerShareForm(request.POST)
        own = share.deal.partner_id == self.actor.partner_id
        do = request.POST.get("do", "")
        if not form.is_valid():
            return self.shown(share, form, 422)
        try:
            done = self.act(share, do, form.cleaned_data["text"])
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self.shown(share, form, 422)
        messages.success(request, done)
        if own:
            return redirect("portal:deal-team", share.deal.reference)
        return redirect(share if do == "agree" else "portal:shared-deal-list")

    def act(self, share: TeamShare, do: str, text: str) -> str:
        """Carry it out; returns what to tell."""
        if do == "leave":
            leave_team(actor=self.actor, share=share, text=text)
            return _("You left the team. What was agreed stays on record.")
        answer_share(actor=self.actor, share=share, agrees=do == "agree", text=text)
        return _("You agreed to your share.") if do == "agree" else _("You declined. Another team can be proposed.")
