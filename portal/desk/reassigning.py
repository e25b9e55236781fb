"""Giving a review to a colleague: one, or several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dealreg.decision_forms import ReassignForm
from dealreg.models import Deal
from dealreg.permissions import TAKE_DEALS
from dealreg.services import deciders_of, reassign_deal
from partners.models import Seat
from people.models import Person
from portal.desk.decisions import MOST_AT_ONCE, Decision
from portal.desk.queue import queue_key, queue_url
from prm.kernel import errors
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView, show_violation

if TYPE_CHECKING:
    from django.forms import Form

    from prm.kernel.actors import Actor


def choices_of(actor: Actor) -> list[tuple[int, str]]:
    """Return the deciders of the actor's vendor to choose from. One query."""
    return [(seat.person_id, f"{seat.person} · {seat.get_role_display()}") for seat in seats_of(actor)]


def seats_of(actor: Actor) -> list[Seat]:
    """Return the seats of the vendor's deciders. One query."""
    return list(deciders_of(actor.vendor_id)) if actor.vendor_id is not None else []


def decider(actor: Actor, chosen: str) -> Person:
    """Return the decider that a form names; the form offered no other."""
    return next(seat.person for seat in seats_of(actor) if str(seat.person_id) == chosen)


class HandOver(Decision):
    """Give one review to a colleague."""

    title = _("Hand this review over")
    label = _("Hand over")
    moves_on = True

    def form(self, deal: Deal, data: Any = None) -> Form:
        """Offer all deciders but the one who has it."""
        offered = [choice for choice in choices_of(self.actor) if choice[0] != deal.assignee_id]
        return ReassignForm(data, deciders=offered)

    def decide(self, deal: Deal, facts: dict[str, Any]) -> Any:
        """Hand it over."""
        to = decider(self.actor, facts["to"])
        reassign_deal(actor=self.actor, deal=deal, to=to, message=facts["message"])

    def told(self, deal: Deal) -> str:
        """Name the customer."""
        return _("The review of %(customer)s is handed over; the clock runs on.") % {"customer": deal.customer_name}


class BulkHandOver(ActorView):
    """Give the selected reviews to a colleague, each in a transaction of its own: first whom to, then it is done."""

    kinds = frozenset({Kind.VENDOR})
    permission = TAKE_DEALS
    http_method_names = ["post"]

    def post(self, request: Any) -> HttpResponse:
        """Ask whom to; with an answer, hand over, and tell what was refused and why."""
        chosen = request.POST.getlist("selected")[:MOST_AT_ONCE]
        found = Deal.objects.visible_to(self.actor).undecided().filter(reference__in=chosen).select_related("partner")
        deals = list(found.order_by("due_at", "pk"))
        if not deals:
            messages.info(request, _("Select what to hand over first."))
            return redirect(queue_url(queue_key(request)))
        asked = "to" in request.POST
        form = ReassignForm(request.POST if asked else None, deciders=choices_of(self.actor))
        if not asked or not form.is_valid():
            return self._page(deals, form, 422 if asked else 200)
        return self._hand_over(deals, form)

    def _hand_over(self, deals: list[Deal], form: ReassignForm) -> HttpResponse:
        to = decider(self.actor, form.cleaned_data["to"])
        refused: list[tuple[Deal, errors.RuleViolation]] = []
        for deal in deals:
            try:
                reassign_deal(actor=self.actor, deal=deal, to=to, message=form.cleaned_data["message"])
            except errors.RuleViolation as refusal:
                refused.append((deal, refusal))
            except Http404:
                refused.append((deal, errors.RuleViolation("gone", _("It is gone."))))
        done = len(deals) - len(refused)
        if done:
            words = ngettext("%(count)d is with %(name)s now.", "%(count)d are with %(name)s now.", done)
            messages.success(self.request, words % {"count": done, "name": to})
        if not refused:
            return redirect(queue_url(queue_key(self.request)))
        for deal, why in refused:
            show_violation(form, errors.RuleViolation(why.code, f"{deal.customer_name}: {why.message}"))
        return self._page([deal for deal, _why in refused], form, 422)

    def _page(self, deals: list[Deal], form: ReassignForm, status: int) -> HttpResponse:
        key = queue_key(self.request)
        context = {
            "deals": deals,
            "form": form,
            "queue_key": key,
            "back_url": queue_url(key),
            "crumbs": [{"label": _("Queue"), "url": queue_url(key)}, {"label": _("Hand over")}],
        }
        return render(self.request, "desk/hand_over.html", context, status=status)
