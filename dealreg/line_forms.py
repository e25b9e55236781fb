"""The product lines of a registration: rows of a formset, and what a draft says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dealreg.fields import PricedSelect, QuantityField
from dealreg.registrations import LineInput

SPARE_LINES = 3
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A product as the form offers it; price in the form's currency, None where the list has none.

    family: code and name.
    """

    id: int
    label: str
    price: Decimal | None
    family: Sequence[str] = ()


class LineForm(forms.Form):
    """A product and how many."""

    use_required_attribute = False

    product = forms.ChoiceField(
        label=_("Product"),
        widget=PricedSelect,
        error_messages={
            "required": _("Choose a product."),
            "invalid_choice": _("Choose a product from this program's list."),
        },
    )
    quantity = QuantityField(label=_("Quantity"))

    def __init__(self, *args: Any, products: Mapping[str, ProductChoice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.products = products
        field = self.fields["product"]
        field.choices = [("", _("Choose…")), *((key, product.label) for key, product in products.items())]  # type: ignore[attr-defined]
        field.widget.prices = {
            key: str(product.price) for key, product in products.items() if product.price is not None
        }

    @property
    def unit_price(self) -> Decimal | None:
        """The list price of the product chosen, or None."""
        chosen = self.products.get(str(self["product"].value() or ""))
        return chosen.price if chosen else None

    @property
    def total(self) -> Decimal | None:
        """Quantity times list price, or None where either isn't known."""
        price, typed = self.unit_price, str(self["quantity"].value() or "").replace(" ", "")
        return price * int(typed) if price is not None and typed.isascii() and typed.isdigit() else None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was entered in the row."""
        return not self["product"].value() and not self["quantity"].value()


class Lines(forms.BaseFormSet):
    """The product lines. Rows left empty are skipped; a few spare ones are there without JavaScript."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.extra = len(self.initial or ()) + SPARE_LINES

    def initial_form_count(self) -> int:
        """Treat rows of a draft as new ones, so that emptying one is no error."""
        return 0

    def clean(self) -> None:
        """Refuse a product that stands in two rows.

        Raises:
            ValidationError: one does.
        """
        chosen = [form.cleaned_data["product"] for form in self.forms if form.is_valid() and form.cleaned_data]
        if len(set(chosen)) < len(chosen):
            raise ValidationError(
                _("A product stands in two rows. Add the quantities up in one."), code="product_twice"
            )

    def inputs(self) -> list[LineInput]:
        """Return the lines that were filled in; the formset must be valid."""
        filled = [form.cleaned_data for form in self.forms if form.cleaned_data]
        return [LineInput(int(line["product"]), line["quantity"]) for line in filled]

    @property
    def sum(self) -> Decimal | None:
        """The sum of the rows whose price is known, or None where there is none."""
        totals = [form.total for form in self.forms if form.total is not None]
        return sum(totals, Decimal(0)) if totals else None


LineFormSet = forms.formset_factory(LineForm, formset=Lines, extra=SPARE_LINES, max_num=MOST_LINES, absolute_max=200)


def lines_in(content: Mapping[str, Any], prefix: str = "lines") -> list[dict[str, str]]:
    """Return the product lines in a draft's raw text, for the formset's `initial`."""
    count = str(content.get(f"{prefix}-TOTAL_FORMS", "0"))
    rows = (
        {name: str(content.get(f"{prefix}-{number}-{name}", "")) for name in ("product", "quantity")}
        for number in range(min(int(count) if count.isascii() and count.isdigit() else 0, MOST_LINES))
    )
    return [row for row in rows if any(row.values())]
