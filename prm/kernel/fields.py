"""Form fields for what people type: amounts, figures and days, with errors that say what to do."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import RuleViolation
from prm.kernel.money import parse_amount

DAY_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %b %Y", "%d %B %Y")
"""ISO as browsers send it, then days first, as this product writes them."""


class AmountField(forms.CharField):
    """An amount as text: a browser throws away "12,oo" typed into a number field. Gives a Decimal, None where empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 40, "widget": forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs})

    def clean(self, value: Any) -> Decimal | None:
        """Return the amount.

        Raises:
            ValidationError: not an amount, negative, or too large.
        """
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text)
        except RuleViolation as violation:
            raise ValidationError(str(violation.message), code=violation.code) from None


class FigureField(AmountField):
    """A number of at most two decimals within limits. Gives a Decimal, None where empty."""

    def __init__(self, *, least: Decimal | None = None, most: Decimal | None = None, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Decimal | None:
        """Return the number.

        Raises:
            ValidationError: not a number, or outside the limits.
        """
        found = super().clean(value)
        if found is None:
            return None
        if self.least is not None and found < self.least:
            raise ValidationError(_("At least %(least)s."), code="too_small", params={"least": bare(self.least)})
        if self.most is not None and found > self.most:
            raise ValidationError(_("At most %(most)s."), code="too_large", params={"most": bare(self.most)})
        return found


def bare(number: Decimal) -> str:
    """Return a decimal without trailing zeros."""
    return f"{number.normalize():f}"


class DayInput(forms.DateInput):
    """The browser's own date field; a text field where what was typed is no ISO date, so that it stays to be seen."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Choose the type by the value."""
        context = super().get_context(name, value, attrs)
        try:
            date.fromisoformat(context["widget"]["value"] or "2000-01-01")
        except ValueError:
            context["widget"]["type"] = "text"
        return context


class DayField(forms.DateField):
    """A day: as the browser sends it, or as people write it."""

    widget = DayInput
    default_error_messages = {"invalid": _("This is not a date. Write it like 2027-02-26 or 26.02.2027.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=DAY_FORMATS, **kwargs)
