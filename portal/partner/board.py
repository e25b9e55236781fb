"""The partner's pipeline as a board, and the step from one stage to another."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from dealreg import services
from dealreg.enums import Outcome, Stage
from dealreg.filters import DealFilter
from dealreg.models import Deal
from dealreg.permissions import REGISTER_DEALS, WORK_DEALS
from dealreg.pipeline_forms import StageForm
from partners.middleware import focused_vendor
from portal.boards import Board
from portal.partner.actions import NEVER_ON_THE_FORM, QuestionView
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import show_violation

if TYPE_CHECKING:
    from dealreg.querysets import DealQuerySet

LONG_TEXTS = ("notes", "asked_text", "decision_text", "outcome_text")
ENDS = {str(Outcome.WON): "portal:deal-win", str(Outcome.LOST): "portal:deal-lose"}


class DealBoard(Board):
    """The partner's open deals by stage."""

    kinds = frozenset({Kind.PARTNER})
    list_name, board_name = "portal:deal-list", "portal:deal-board"
    filterset_class = DealFilter

    @cached_property
    def focus(self) -> int | None:
        """The vendor that the reader looks at."""
        return focused_vendor(self.request)

    @property
    def moves(self) -> bool:  # type: ignore[override]
        """Whether the reader may move deals."""
        return self.actor.may(WORK_DEALS)

    def rows(self) -> DealQuerySet:
        """Return the partner's deals, of the vendor in focus."""
        found = Deal.objects.visible_to(self.actor).select_related("vendor").defer(*LONG_TEXTS)
        return found.filter(vendor_id=self.focus) if self.focus is not None else found

    def whose(self, deal: Deal) -> str:
        """Name the vendor, where several are on the board."""
        return deal.vendor.name if self.focus is None else ""

    def further_context(self) -> dict[str, Any]:
        """Say whether the reader may register."""
        return {"may_register": self.actor.may(REGISTER_DEALS)}


class Move(QuestionView):
    """Moves a deal to another stage; asks for the facts that the stage takes, where some are missing."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> StageForm:
        """Return the form: the stage, and what it takes."""
        rules = services.stage_rules(deal)
        if request:
            return StageForm(request.POST, deal=deal, rules=rules)
        return StageForm(deal=deal, rules=rules, wanted=self.request.GET.get("stage", ""))

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        text = _("A stage may take facts that the deal lacks. What you enter is kept with the deal.")
        return {"title": _("Change the sales stage"), "text": text, "label": _("Move it"), "danger": False}

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Move it; an end of the pipeline has a page of its own."""
        deal = self.deal(reference)
        if request.POST.get("stage") in ENDS:
            return redirect(ENDS[request.POST["stage"]], deal.reference)
        form = self.form(deal, request)
        if not form.is_valid():
            return self.page(deal, form, status=422)
        try:
            services.change_deal(
                actor=self.actor, deal=deal, changes=form.changes(), revision=form.cleaned_data["revision"]
            )
        except Conflict as conflict:
            if conflict.code != "changed_meanwhile":
                raise
            fresh = self.deal(reference)
            again = StageForm({**request.POST.dict(), "revision": fresh.revision}, deal=fresh, rules=form.rules)
            again.add_error(None, _("Someone changed this deal meanwhile. Look again, then move it."))
            return self.page(fresh, again, status=409)
        except NEVER_ON_THE_FORM:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self.page(deal, form, status=422)
        messages.success(request, _("%(deal)s: %(stage)s.") % _told(deal, form.cleaned_data["stage"]))
        return redirect(_back(request, deal))


def _told(deal: Deal, stage: str) -> dict[str, Any]:
    return {"deal": deal.customer_name, "stage": Stage(stage).label}


def _back(request: HttpRequest, deal: Deal) -> str:
    """Return the board with the filter that the mover had, else the deal."""
    target = request.POST.get("back", "")
    board = reverse("portal:deal-board")
    safe = target.partition("?")[0] == board and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if safe else deal.get_absolute_url()
