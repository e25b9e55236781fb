"""Form fields of application forms, with errors that say what to do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.profile_forms import LinesField
from prm.kernel.domains import names_host


class WebsiteField(forms.CharField):
    """A company's website, with or without its scheme, which is left out."""

    def clean(self, value: Any) -> str:
        """Return the address without its scheme.

        Raises:
            ValidationError: it is no address.
        """
        text = str(super().clean(value)).removeprefix("https://").removeprefix("http://").strip("/")
        if text and not names_host(text):
            raise forms.ValidationError(_("This is not a web address. Write it like castellan.example."))
        return text


class ColleaguesField(LinesField):
    """Addresses of people to invite besides oneself."""

    def clean(self, value: Any) -> list[str]:
        """Return the addresses in lower case, each once.

        Raises:
            ValidationError: too many, or one is no address.
        """
        found = list(dict.fromkeys(part.lower() for part in super().clean(value)))
        for address in found:
            try:
                forms.EmailField().clean(address)
            except forms.ValidationError:
                raise forms.ValidationError(
                    _("“%(address)s” is not an e-mail address. Write one per line.") % {"address": address}
                ) from None
        return found


class NumberField(forms.IntegerField):
    """A whole number, typed as text: a browser throws away "12o" typed into a number field."""

    def __init__(self, **given: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "size": "10"})
        super().__init__(min_value=0, max_value=10**12, widget=widget, **given)
