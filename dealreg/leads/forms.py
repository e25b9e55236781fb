"""Forms of leads: what partners answer, and what the vendor's people enter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.fields import AmountField, CountryChoice, CurrencyChoice, WebsiteField
from dealreg.leads.enums import DisqualifyReason, OfferRefusal, ReturnReason
from dealreg.services.lead_offers import LONGEST_WORDS
from dealreg.services.leads import DESCRIBED, Consent
from partners.enums import Headcount, Industry
from prm.kernel.widgets import PlainSelect

CHOOSE = ("", _("Choose…"))
NOT_STATED = ("", _("Not stated"))


def _words(label: Any, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=LONGEST_WORDS, widget=area, help_text=help_text)


class DeclineLeadForm(forms.Form):
    """Why a partner doesn't take a lead."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[CHOOSE, *OfferRefusal.choices],
        widget=PlainSelect,
        error_messages={"required": _("Choose a reason: the next leads will fit better.")},
    )
    words = _words(_("Remark"))


class ReturnLeadForm(forms.Form):
    """Why a partner gives a lead back."""

    use_required_attribute = False

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[CHOOSE, *ReturnReason.choices],
        widget=PlainSelect,
        error_messages={"required": _("Choose a reason: it decides what happens to the lead.")},
    )
    words = _words(_("What you found out"), _("The vendor reads it."))


class DisqualifyForm(forms.Form):
    """Why a lead is none."""

    use_required_attribute = False

    reason = forms.ChoiceField(label=_("Reason"), choices=[CHOOSE, *DisqualifyReason.choices], widget=PlainSelect)
    message = _words(_("Remark"), _("Only your own people read it."))


class RecallForm(forms.Form):
    """Why a lead is taken back."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The partner reads it."),
        error_messages={"required": _("Say why: the partner reads it.")},
    )


class LeadForm(forms.Form):
    """A lead as the vendor's people enter it. programs: to choose from, none where there is one or it is there."""

    use_required_attribute = False

    program = forms.ChoiceField(label=_("Program"), widget=PlainSelect)
    company = forms.CharField(
        label=_("Company"), max_length=200, error_messages={"required": _("Enter the company’s name.")}
    )
    domain = WebsiteField(label=_("Website"), max_length=200, required=False)
    country = CountryChoice(label=_("Country"))
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    industry = forms.ChoiceField(
        label=_("Industry"), choices=[NOT_STATED, *Industry.choices], required=False, widget=PlainSelect
    )
    headcount = forms.ChoiceField(
        label=_("People"), choices=[NOT_STATED, *Headcount.choices], required=False, widget=PlainSelect
    )
    families = forms.TypedMultipleChoiceField(
        label=_("Products"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    contact_name = forms.CharField(label=_("Contact"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("Contact’s e-mail"), required=False)
    contact_phone = forms.CharField(label=_("Contact’s phone"), max_length=40, required=False)
    message = forms.CharField(
        label=_("What is wanted"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    value = AmountField(label=_("Estimated value"), required=False)
    currency = CurrencyChoice(label=_("Currency"), required=False)
    campaign = forms.CharField(label=_("Campaign"), max_length=80, required=False)
    consent_text = forms.CharField(
        label=_("To what the person agreed"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as “You may call me about robots”. A lead without consent can’t be kept."),
    )
    consent_source = forms.CharField(
        label=_("Where"), max_length=120, required=False, help_text=_("Such as the fair’s or the form’s name.")
    )
    consent_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(
        self, *args: Any, programs: Iterable[Any], families: dict[int, str], is_new: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.programs = {str(each.pk): each for each in programs}
        self.fields["program"].choices = [(pk, each.name) for pk, each in self.programs.items()]  # type: ignore[attr-defined]
        self.fields["families"].choices = list(families.items())  # type: ignore[attr-defined]
        if not families:
            del self.fields["families"]
        if not is_new:
            for name in ("program", "consent_text", "consent_source", "consent_at"):
                del self.fields[name]
        elif len(self.programs) == 1:
            self.fields["program"].widget = forms.HiddenInput()
            self.initial["program"] = next(iter(self.programs))

    def details(self) -> dict[str, Any]:
        """Return what the service takes; the form must be valid."""
        return {name: value for name, value in self.cleaned_data.items() if name in DESCRIBED}

    def consent(self) -> Consent:
        """Return the consent as entered; the service judges it."""
        given = self.cleaned_data
        return Consent(text=given["consent_text"], source=given["consent_source"], at=given["consent_at"])
