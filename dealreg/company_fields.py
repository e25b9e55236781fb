"""What tells a customer surely: address, phone and company numbers, as the form asks for them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.registers import check_vat
from dealreg.registrations import ADDRESS
from prm.kernel.errors import RuleViolation


class CompanyFields(forms.Form):
    """The part of a registration that is folded away."""

    customer_street = forms.CharField(label=_("Street and number"), max_length=160, required=False)
    customer_postcode = forms.CharField(label=_("Postcode"), max_length=16, required=False)
    customer_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    customer_registry_number = forms.CharField(label=_("Registry number"), max_length=40, required=False)
    customer_vat_number = forms.CharField(label=_("VAT number"), max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a VAT number that the service would refuse, together with the form's other errors."""
        given = super().clean() or self.cleaned_data
        number, country = given.get("customer_vat_number", ""), given.get("customer_country", "")
        try:
            check_vat(number, country, "customer_vat_number")
        except RuleViolation as violation:
            self.add_error("customer_vat_number", ValidationError(str(violation.message), code=violation.code))
        return given

    @property
    def knows_more(self) -> bool:
        """Whether something is entered, or wrong, in the part that is folded away."""
        return any(self[name].value() or self[name].errors for name in ADDRESS)
