"""Decisions: each a form in a dialog, and a page of its own where there is no JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Account
from dealreg.decision_forms import ApproveForm, AskForm, ConfirmForm, DeclineForm, SeparateForm, cite
from dealreg.enums import Status
from dealreg.models import Conflict, Deal, Policy, Ruling
from dealreg.permissions import DECIDE_DEALS, SEE_DESK
from dealreg.reports import Line, line_for, suggestion_for
from dealreg.rules import competes
from dealreg.services import (
    Grounds,
    approve_deal,
    ask_for_information,
    confirm_customer,
    decline_deal,
    separate_customer,
    take_deal,
)
from portal.desk.queue import following, queue_key, queue_url
from portal.desk.suggesting import suggestion_of, with_suggestions
from prm.kernel import errors
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView, show_violation

if TYPE_CHECKING:
    from django.forms import Form

    from prm.kernel.actors import Actor

MOST_AT_ONCE = 50


class DealView(ActorView):
    """A page about one deal of the vendor's."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEE_DESK

    def deal(self) -> Deal:
        """Return the deal that the address names.

        Raises:
            Http404: there is none in the actor's sight.
        """
        deals = Deal.objects.visible_to(self.actor).select_related("partner", "account")
        return get_object_or_404(deals, reference=self.kwargs["reference"])

    def back(self, deal: Deal) -> str:
        """Return where the person came from: the queue with this deal opened, or the deal's page."""
        key = queue_key(self.request)
        return queue_url(key, deal.reference) if key else deal.get_desk_url()

    def too_late(self, deal: Deal, conflict: errors.Conflict) -> HttpResponse:
        """Answer 409 with how the deal stands now, and the way back to the queue."""
        fresh: Any = conflict.fresh or deal
        seen = self.request.POST.get("seen", "")
        before = Status(seen).label if seen in Status.values else "–"
        changes = [(_("Registration"), before, fresh.get_status_display())]
        if fresh.decided_by_id or fresh.is_decided_by_rule:
            changes.append((_("Decided by"), "–", str(fresh.decided_by or _("Rule"))))
        context = {
            "message": conflict.message,
            "changes": changes,
            "deal": fresh,
            "queue_url": queue_url(queue_key(self.request)),
        }
        return render(self.request, "desk/too_late.html", context, status=409)


class Titled(Protocol):
    """A form's page: its heading, its button's words, and whether that button is a dangerous one."""

    request: Any
    title: ClassVar[Any]
    label: ClassVar[Any]
    danger: ClassVar[bool]

    def back(self, deal: Deal) -> str: ...


def form_page(view: Titled, deal: Deal, form: Form, status: int = 200) -> HttpResponse:
    """Render a form about a deal as a page; for htmx, which fills the page's dialog, the form alone."""
    key, back = queue_key(view.request), view.back(deal)
    place = (
        {"label": _("Queue"), "url": queue_url(key)} if key else {"label": _("Deals"), "url": reverse("desk:deal-list")}
    )
    context = {
        "deal": deal,
        "form": form,
        "decision": view,
        "queue_key": key,
        "back_url": back,
        "crumbs": [place, {"label": deal.reference, "url": back}],
        # Approving takes one more key: its button has the focus, unless a reason is wanted first.
        "at_once": isinstance(form, ApproveForm) and "overtake_reason" not in form.fields,
    }
    template = "desk/parts/dialog.html" if view.request.htmx else "desk/decision.html"
    return render(view.request, template, context, status=status)


class Decision(DealView):
    """A decision over an undecided deal. Subclasses say how it is taken."""

    title: ClassVar[Any]
    label: ClassVar[Any]
    danger: ClassVar[bool] = False
    moves_on: ClassVar[bool] = True
    form_class: ClassVar[type[Form]]

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Return the form, empty or filled."""
        return self.form_class(data, deal=deal)  # type: ignore[call-arg]

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Call the service."""
        raise NotImplementedError

    def told(self, deal: Deal) -> str:
        """Return what the toast says afterwards."""
        raise NotImplementedError

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form as a page."""
        deal = self._open()
        if not deal.is_undecided:
            return HttpResponseClientRedirect(self.back(deal)) if request.htmx else redirect(self.back(deal))
        return self._page(deal, self.form(deal))

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Decide and go on to the next in the queue; 422 with the form where the rules refuse, 409 when too late."""
        deal = self._open()
        form, key = self.form(deal, request.POST), queue_key(request)
        if not form.is_valid():
            return self._page(deal, form, 422)
        target = queue_url(key, following(self.actor, key, deal)) if key and self.moves_on else self.back(deal)
        try:
            self.decide(deal, form.cleaned_data)
        except errors.Conflict as conflict:
            return self.too_late(deal, conflict)
        except errors.Forbidden:
            raise
        except errors.RuleViolation as refusal:
            return self._refused(deal, form, refusal)
        messages.success(request, self.told(deal))
        return redirect(target)

    def _open(self) -> Deal:
        deal = self.deal()
        if not self.actor.may(DECIDE_DEALS):
            raise errors.Forbidden("not_allowed", _("Your role reads the desk. Approvers and partner managers decide."))
        return deal

    def _refused(self, deal: Deal, form: Form, refusal: errors.RuleViolation) -> HttpResponse:
        show_violation(form, refusal)
        return self._page(deal, form, 422)

    def _page(self, deal: Deal, form: Form, status: int = 200) -> HttpResponse:
        return form_page(self, deal, form, status)


def citing(actor: Actor, deal: Deal, line: Line) -> tuple[dict[str, str], str]:
    """Return the clauses of the rules that a deal was registered under, and the one that the desk suggests."""
    policies = Policy.objects.visible_to(actor).filter(program__enrollments=deal.enrollment_id)
    clauses = policies.filter(reference=deal.policy_reference).values_list("clauses", flat=True).first() or {}
    newest = Ruling.objects.visible_to(actor).filter(deal=deal).order_by("-pk")
    deal.ruled = newest.values("clause", "segment", "sentence").first()  # type: ignore[attr-defined]
    return clauses, suggestion_for(deal, line, 0).clause if deal.is_undecided else ""


class Approve(Decision):
    """Approve a registration."""

    title = _("Approve this registration")
    label = _("Approve")

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Ask why it goes first where someone came earlier."""
        line = line_for(deal)
        overtakes = deal.is_undecided and competes(deal.part) and bool(line.before(deal))
        form = ApproveForm(data, deal=deal, overtakes=overtakes)
        cite(form, *citing(self.actor, deal, line))
        return form

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Approve."""
        return approve_deal(
            actor=self.actor,
            deal=deal,
            message=facts["message"],
            days=facts["days"],
            overtake_reason=facts.get("overtake_reason", ""),
            grounds=Grounds(clause=facts.get("clause", "")),
        )

    def told(self, deal: Deal) -> str:
        """Name customer and partner."""
        return _("%(customer)s is approved, and %(partner)s is told.") % {
            "customer": deal.customer_name,
            "partner": deal.partner.name,
        }


class Decline(Decision):
    """Decline a registration."""

    title = _("Decline this registration")
    label = _("Decline")
    danger = True

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Offer the clauses."""
        form = DeclineForm(data, deal=deal)
        cite(form, *citing(self.actor, deal, line_for(deal)))
        return form

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Decline."""
        grounds = Grounds(clause=facts.get("clause", ""))
        return decline_deal(
            actor=self.actor, deal=deal, reason=facts["reason"], message=facts["message"], grounds=grounds
        )

    def told(self, deal: Deal) -> str:
        """Name customer and partner."""
        return _("%(customer)s is declined, and %(partner)s is told why.") % {
            "customer": deal.customer_name,
            "partner": deal.partner.name,
        }


class Ask(Decision):
    """Ask for named fields."""

    title = _("Ask for what is missing")
    label = _("Ask")
    form_class = AskForm

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Ask."""
        return ask_for_information(actor=self.actor, deal=deal, fields=facts["fields"], message=facts["message"])

    def told(self, deal: Deal) -> str:
        """Say that the clock stands still."""
        return _("%(partner)s is asked. The clock is paused until it answers.") % {"partner": deal.partner.name}


class Separate(Decision):
    """Say that the customer is another one than the account it looks like."""

    title = _("It is another customer")
    label = _("It is another customer")
    moves_on = False
    form_class = SeparateForm

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Set it apart."""
        return separate_customer(actor=self.actor, deal=deal, reason=facts["reason"])

    def told(self, deal: Deal) -> str:
        """Name the customer."""
        return _("%(customer)s has an account of its own now.") % {"customer": deal.customer_name}


class Confirm(Decision):
    """Say which account the customer is."""

    title = _("Which account is it?")
    label = _("It is this account")
    moves_on = False

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Offer the accounts that look alike."""
        conflicts = (
            Conflict.objects.visible_to(self.actor).filter(deal=deal).select_related("account").order_by("-score", "id")
        )
        return ConfirmForm(data, deal=deal, conflicts=list(conflicts))

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Confirm."""
        account = get_object_or_404(Account.objects.visible_to(self.actor), pk=facts["account"])
        return confirm_customer(actor=self.actor, deal=deal, account=account)

    def told(self, deal: Deal) -> str:
        """Name the customer."""
        return _("Noted: %(customer)s is the account you chose.") % {"customer": deal.customer_name}


class Take(DealView):
    """Take up a review."""

    http_method_names = ["post"]

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Note the actor as reviewer."""
        deal = self.deal()
        try:
            take_deal(actor=self.actor, deal=deal)
        except errors.Conflict as conflict:
            return self.too_late(deal, conflict)
        messages.success(request, _("You review %(customer)s now.") % {"customer": deal.customer_name})
        return redirect(self.back(deal))


class BulkApprove(ActorView):
    """Approve the selected registrations that nothing speaks against, each in a transaction of its own."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_DEALS
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        """Approve; a page names what was refused and why."""
        key = queue_key(request)
        chosen = request.POST.getlist("selected")[:MOST_AT_ONCE]
        found = with_suggestions(Deal.objects.visible_to(self.actor).filter(reference__in=chosen), self.actor)
        approved: list[Deal] = []
        refused: list[tuple[Deal, Any]] = []
        for deal in found.order_by("submitted_at", "pk"):
            reason = self._approve(deal)
            if reason:
                refused.append((deal, reason))
            else:
                approved.append(deal)
        if refused:
            context = {"approved": approved, "refused": refused, "queue_url": queue_url(key)}
            return render(request, "desk/bulk.html", context, status=422)
        if approved:
            messages.success(request, _("%(count)d approved. The partners are told.") % {"count": len(approved)})
        else:
            messages.info(request, _("Select what to approve first."))
        return redirect(queue_url(key))

    def _approve(self, deal: Any) -> Any:
        """Approve one deal; returns why not, or ""."""
        clause = ""
        if deal.is_undecided:
            suggestion = suggestion_of(deal)
            if suggestion.advice != "approve":
                return suggestion.headline
            clause = suggestion.clause
        try:
            approve_deal(actor=self.actor, deal=deal, grounds=Grounds(clause=clause))
        except errors.RuleViolation as refusal:
            return refusal.message
        except Http404:
            return _("It is gone.")
        return ""
