"""Deciding on a special price that a partner asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.models import Deal, PriceRequest
from dealreg.permissions import DECIDE_DEALS
from dealreg.price_forms import DecidePriceForm
from dealreg.services.special_prices import grant_special_price, refuse_special_price
from portal.desk.decisions import DealView, form_page
from prm.kernel import errors
from prm.kernel.pages import show_violation

USUAL = timedelta(days=60)


class DecidePrice(DealView):
    """Grant a special price in full or in part, or refuse it."""

    title: ClassVar[Any] = gettext_lazy("Decide on the special price")
    label: ClassVar[Any] = gettext_lazy("Decide")
    danger: ClassVar[bool] = False

    def get(self, request: Any, reference: str) -> HttpResponse:
        """Show the form, the asked prices in it; back to the deal where nothing waits."""
        deal = self._open()
        waiting = self._waiting(deal)
        if waiting is None:
            return redirect(self.back(deal))
        form = DecidePriceForm(request=waiting)
        form.fields["valid_until"].initial = timezone.localdate() + USUAL
        return form_page(self, deal, form)

    def post(self, request: Any, reference: str) -> HttpResponse:
        """Decide; 422 with the reason at the field where it is refused, 409 where somebody was faster."""
        deal = self._open()
        waiting = self._waiting(deal)
        if waiting is None:
            late = errors.Conflict("decided_already", _("Nothing waits here: somebody decided meanwhile."), deal)
            return self.too_late(deal, late)
        form = DecidePriceForm(request.POST, request=waiting)
        if form.is_valid():
            try:
                self._decide(waiting, form)
            except errors.Conflict as late:
                return self.too_late(deal, late)
            except errors.Forbidden:
                raise
            except errors.RuleViolation as refusal:
                show_violation(form, refusal)
            else:
                messages.success(request, _("Decided. The partner is told."))
                return redirect(self.back(deal))
        return form_page(self, deal, form, 422)

    def _decide(self, waiting: PriceRequest, form: DecidePriceForm) -> None:
        given = form.cleaned_data
        if given["decision"] == "refuse":
            refuse_special_price(actor=self.actor, request=waiting, message=given["message"])
            return
        day, said = given["valid_until"], given["message"]
        grant_special_price(actor=self.actor, request=waiting, prices=form.prices(), valid_until=day, message=said)

    def _waiting(self, deal: Deal) -> PriceRequest | None:
        found = PriceRequest.objects.visible_to(self.actor).filter(deal=deal, decision=None)
        waiting: PriceRequest | None = found.select_related("deal").order_by("-pk").first()
        return waiting

    def _open(self) -> Deal:
        deal = self.deal()
        if not self.actor.may(DECIDE_DEALS):
            raise errors.Forbidden("not_allowed", _("Your role doesn't decide here."))
        return deal
