"""The form of a criterion, by what it looks at. It parses and never saves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.fit import Kind
from onboarding.fit.parsing import MOST_VALUES
from onboarding.fit.shape import SEVERAL, TEXTS
from onboarding.fit.vocabulary import LABELS, choices_of, takes_values
from partners.profile_forms import LinesField
from portal.console.schemes.fields import CountField, NumberField, free_slug, plain_number, typed


class CriterionForm(forms.Form):
    """What is looked for, what counts as a match, and how much it weighs."""

    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    weight = NumberField(
        label=gettext_lazy("Weight"),
        required=True,
        help_text=gettext_lazy("Against the other weights: together they are brought to 100 points."),
    )

    def __init__(self, *args: Any, kind: Kind, criterion: dict[str, Any], **kwargs: Any) -> None:
        self.kind, self.criterion = kind, criterion
        start = {"name": str(LABELS[kind]), "needed": 1, **criterion, "weight": typed(criterion.get("weight", 10))}
        super().__init__(*args, **{**kwargs, "initial": start})
        if takes_values(kind):
            self.fields["values"] = self._values()
        if kind in SEVERAL or kind is Kind.CUSTOMERS:
            self.fields["needed"] = CountField(
                label=_("How many of them"),
                most=MOST_VALUES,
                help_text=_("So many are a full match.") if kind in SEVERAL else _("So many of its customers."),
            )
        if kind in SEVERAL or kind in {Kind.CUSTOMERS, Kind.HEADCOUNT}:
            words = (
                _("The next smaller or larger size earns half")
                if kind is Kind.HEADCOUNT
                else _("Fewer earn their share")
            )
            self.fields["partial"] = forms.BooleanField(label=words, required=False)

    def _values(self) -> forms.Field:
        if self.kind in TEXTS:
            return LinesField(
                label=_("What counts as a match"),
                most=MOST_VALUES,
                longest=80,
                help_text=_("One per line. Found as whole words, as “ISO 27001” in “ISO 27001 (TÜV)”."),
            )
        return forms.MultipleChoiceField(
            label=_("What counts as a match"),
            choices=list(choices_of(self.kind).items()),
            widget=forms.SelectMultiple(attrs={"size": 12})
            if self.kind is Kind.COUNTRY
            else forms.CheckboxSelectMultiple,
        )

    def clean_weight(self) -> Any:
        """Refuse what is no weight."""
        weight = self.cleaned_data["weight"]
        if weight is not None and not 0 < weight <= 1000:
            raise forms.ValidationError(_("A weight is above zero and at most 1,000. What doesn’t count is left out."))
        return weight

    def written(self, taken: list[str]) -> dict[str, Any]:
        """Return the criterion as a profile writes it; `taken`: the slugs of the others."""
        cleaned = self.cleaned_data
        slug = self.criterion.get("slug") or free_slug(cleaned["name"], taken, str(self.kind))
        found = {
            "slug": slug,
            "name": cleaned["name"],
            "kind": str(self.kind),
            "weight": plain_number(cleaned["weight"]),
        }
        if takes_values(self.kind):
            found["values"] = cleaned["values"]
        if "needed" in self.fields:
            found["needed"] = cleaned["needed"] or 1
        if cleaned.get("partial"):
            found["partial"] = True
        return found
