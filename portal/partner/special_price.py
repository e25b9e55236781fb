"""Asking for a special price on a deal."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dealreg.models import Deal, DealLine
from dealreg.price_forms import AskPriceForm
from dealreg.services.special_prices import ask_special_price
from portal.partner.actions import QuestionView


class AskPrice(QuestionView):
    """Ask for a special price."""

    def form(self, deal: Deal, request: HttpRequest | None = None) -> AskPriceForm:
        """Return a form with the deal's products."""
        lines = DealLine.objects.visible_to(self.actor).filter(deal=deal).select_related("product").order_by("pk")
        return AskPriceForm(request.POST if request else None, lines=list(lines), currency=deal.currency)

    def words(self, deal: Deal) -> dict[str, Any]:
        """Return the page's words."""
        text = _("%(vendor)s decides on it apart from the registration; you hear by when it holds.")
        return {
            "title": _("Ask for a special price"),
            "text": text % {"vendor": deal.vendor.name},
            "label": _("Ask"),
            "danger": False,
        }

    def act(self, deal: Deal, form: Any) -> str:
        """Ask."""
        given = form.cleaned_data
        ask_special_price(
            actor=self.actor,
            deal=deal,
            prices=form.prices(),
            justification=given["justification"],
            competitor=given["competitor"],
        )
        return _("Asked. %(vendor)s decides.") % {"vendor": deal.vendor.name}
