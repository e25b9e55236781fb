"""Forms of special prices: they parse what was typed and never save."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.fields import AmountField, DayField
from dealreg.models import DealLine, PriceRequest
from prm.kernel.money import shown

CONTROL = "price_"


class PriceFields(forms.Form):
    """A price for each product that has one on the list."""

    use_required_attribute = False

    def prices(self) -> dict[int, Decimal]:
        """Return the prices that were entered, by the product's id; the form must be valid."""
        return {
            int(name.removeprefix(CONTROL)): value
            for name, value in self.cleaned_data.items()
            if name.startswith(CONTROL) and value is not None
        }


class AskPriceForm(PriceFields):
    """What a partner asks for."""

    justification = forms.CharField(
        label=gettext_lazy("Why does the customer need it?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("A rival's offer, the budget, what follows after this order."),
        error_messages={"required": gettext_lazy("Say why.")},
    )
    competitor = forms.CharField(label=gettext_lazy("Competitor"), max_length=160, required=False)

    def __init__(self, data: Any = None, *, lines: Sequence[DealLine], currency: str) -> None:
        super().__init__(data)
        asked: dict[str, forms.Field] = {}
        for line in lines:
            if line.unit_price is not None:
                facts = {"quantity": line.quantity, "listed": shown(line.unit_price, currency)}
                words = _("%(quantity)d at a list price of %(listed)s each. Empty: no special price.") % facts
                asked[f"{CONTROL}{line.product_id}"] = AmountField(
                    label=line.product.name, required=False, help_text=words
                )
        self.fields = {**asked, **self.fields}


class DecidePriceForm(PriceFields):
    """What the vendor grants, or why it doesn't."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("grant", gettext_lazy("Grant")), ("refuse", gettext_lazy("Refuse"))],
        initial="grant",
        widget=forms.RadioSelect,
    )
    valid_until = DayField(label=gettext_lazy("Valid until"), required=False)
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it. Needed to refuse."),
    )

    def __init__(self, data: Any = None, *, request: PriceRequest) -> None:
        super().__init__(data)
        granted: dict[str, forms.Field] = {}
        for line in request.lines:
            asked, listed = Decimal(line["asked"]), Decimal(line["listed"])
            facts = {"quantity": line["quantity"], "asked": shown(asked, request.currency)}
            words = _("%(quantity)d; list price %(listed)s, asked %(asked)s each. Empty: none.")
            help_text = words % {**facts, "listed": shown(listed, request.currency)}
            granted[f"{CONTROL}{line['product']}"] = AmountField(
                label=line["name"], required=False, initial=line["asked"], help_text=help_text
            )
        decision = self.fields.pop("decision")
        self.fields = {"decision": decision, **granted, **self.fields}
