"""Form fields for what people type: amounts, days, quantities and countries, with errors that say what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from dealreg.rules import check_website
from prm.kernel.errors import RuleViolation
from prm.kernel.fields import DAY_FORMATS, AmountField, DayField, DayInput
from prm.kernel.money import CURRENCIES
from prm.kernel.widgets import PlainSelect

__all__ = [
    "DAY_FORMATS",
    "AmountField",
    "ClausesField",
    "CountryChoice",
    "CurrencyChoice",
    "DayField",
    "DayInput",
    "PricedSelect",
    "QuantityField",
    "SeveralFiles",
    "WebsiteField",
]
MOST_OF_A_PRODUCT = 1_000_000


class QuantityField(forms.CharField):
    """A whole number from 1 to 1,000,000, as text."""

    default_error_messages = {"required": _("Enter how many.")}

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "size": "4", "autocomplete": "off"})
        super().__init__(**{"max_length": 20, "widget": widget, **kwargs})

    def clean(self, value: Any) -> int | None:
        """Return the number.

        Raises:
            ValidationError: not a whole number in bounds.
        """
        text = super().clean(value).replace(" ", "").replace("\u00a0", "")
        if not text and not self.required:
            return None
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= MOST_OF_A_PRODUCT:
            raise ValidationError(_("Enter a whole number from 1 to 1,000,000."), code="not_a_quantity")
        return int(text)


class WebsiteField(forms.CharField):
    """A company's website, with or without its scheme, which is left out."""

    def clean(self, value: Any) -> str:
        """Return the address without its scheme.

        Raises:
            ValidationError: it is no address.
        """
        text = str(super().clean(value)).removeprefix("https://").removeprefix("http://").strip("/")
        try:
            check_website(text)
        except RuleViolation as violation:
            raise ValidationError(str(violation.message), code=violation.code) from None
        return text


class LongSelect(PlainSelect):
    """A list of many options whose HTML can be kept: the one selected is marked afterwards."""

    def choices_html(self) -> str:
        """Return the options as HTML, none selected."""
        return format_html_join("", '<option value="{}">{}</option>', self.choices)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Write the list with the value selected."""
        chosen = format_html('<option value="{}"', "" if value is None else value)
        options = self.choices_html().replace(chosen, f"{chosen} selected", 1)
        attributes = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", attributes, mark_safe(options))  # noqa: S308  (escaped above)


@lru_cache(maxsize=16)
def country_options(language: str) -> str:
    """Return all countries as options, named in a language that is active."""
    return format_html_join("", '<option value="{}">{}</option>', [("", _("Choose…")), *countries])


class CountrySelect(LongSelect):
    """The list of countries."""

    def choices_html(self) -> str:
        """Return the options, written once per language."""
        return country_options(get_language() or "en")


class CountryChoice(forms.ChoiceField):
    """A country, named in the reader's language."""

    widget = CountrySelect
    default_error_messages = {"required": _("Choose the customer's country.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=self._all, **kwargs)

    @staticmethod
    def _all() -> Iterable[tuple[str, Any]]:
        return [("", _("Choose…")), *countries]


class CurrencyChoice(forms.ChoiceField):
    """A currency that we keep amounts in."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[(code, code) for code in CURRENCIES], **kwargs)


class PricedSelect(LongSelect):
    """A list of products; each option carries its list price for the sums."""

    prices: dict[str, str]

    def choices_html(self) -> str:
        """Return the options with their prices."""
        prices = getattr(self, "prices", {})
        return format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (value, format_html(' data-price="{}"', prices[value]) if value in prices else "", label)
                for value, label in self.choices
            ),
        )


class SeveralFilesInput(forms.FileInput):
    """A file field that takes several at once."""

    allow_multiple_selected = True


class SeveralFiles(forms.FileField):
    """Several uploads; gives a list. What is in them is judged by the service that keeps them."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the uploads, maybe none."""
        uploads = [upload for upload in (data if isinstance(data, list | tuple) else [data]) if upload]
        if self.required and not uploads:
            raise ValidationError(_("Choose a file."), code="required")
        return uploads


class ClausesField(forms.CharField):
    """Numbered clauses, one to a line ("2.1 First come, first served."). Gives a dictionary from number to words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": forms.Textarea(attrs={"rows": 10}), "max_length": 20_000, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Return the clauses as lines; what was typed, as it was typed."""
        return "\n".join(f"{number} {words}" for number, words in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> dict[str, str]:
        """Return the clauses.

        Raises:
            ValidationError: a line without number or words, or a number used twice.
        """
        found: dict[str, str] = {}
        for line in filter(str.strip, super().clean(value).splitlines()):
            number, _space, words = line.strip().partition(" ")
            if not re.fullmatch(r"\d[\w.]{0,19}", number) or not words.strip():
                said = _("Begin each line with its number, as in “2.1 First come.” This one doesn't: %(line)s")
                raise ValidationError(said, code="no_number", params={"line": line[:80]})
            if number in found:
                raise ValidationError(_("The number %(number)s stands twice."), code="twice", params={"number": number})
            found[number] = words.strip()
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare the lines."""
        return super().has_changed(self.prepare_value(initial or {}), (data or "").replace("\r\n", "\n"))
