"""The forms of a field of the program's own, and of who decides on special prices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.engagement.shape import Audience, Need
from dealreg.engagement.wording import AUDIENCES, NEEDS
from dealreg.fields import AmountField
from portal.console.policies.forms import PartForm, amounts, ticks
from portal.console.schemes.fields import typed
from prm.kernel.questions import LONGEST, Kind, tidied_choices


class OwnFieldForm(PartForm):
    """What is asked, how it is answered, by whom and when. Its name in records stays once it is there."""

    clause = None  # type: ignore[assignment]
    label = forms.CharField(label=gettext_lazy("Question"), max_length=LONGEST["label"])
    kind = forms.ChoiceField(label=gettext_lazy("Answer"), choices=Kind)
    choices = forms.CharField(
        label=gettext_lazy("Choices, one per line"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Only where the answer is one or any of several."),
    )
    unit = forms.CharField(
        label=gettext_lazy("Unit"), required=False, max_length=20, help_text=gettext_lazy("Of a number, as in kW.")
    )
    least = AmountField(label=gettext_lazy("At least"), required=False)
    most = AmountField(label=gettext_lazy("At most"), required=False)
    help = forms.CharField(label=gettext_lazy("Help beside it"), required=False, max_length=LONGEST["help"])
    need = forms.ChoiceField(label=gettext_lazy("Must it be answered?"), choices=list(NEEDS.items()))
    audience = forms.ChoiceField(
        label=gettext_lazy("Who answers and reads it"),
        choices=list(AUDIENCES.items()),
        help_text=gettext_lazy("What is the vendor’s alone is filled in at the desk; partners never learn of it."),
    )
    families = ticks(
        gettext_lazy("Only with these product families"), help_text=gettext_lazy("None means: always asked.")
    )

    def start(self) -> dict[str, Any]:
        """Lay the choices below each other, and figures as they are typed."""
        figures = {name: typed(self.part.get(name)) for name in ("least", "most")}
        choices = "\n".join(self.part.get("choices", []))
        return {"need": Need.NO, "audience": Audience.BOTH, **self.part, **figures, "choices": choices}

    def prepare(self) -> None:
        """Offer the vendor's own."""
        self.offer("families", dict(self.known.families))
        if self.part.get("slug"):
            self.fields["label"].help_text = _("Answers are kept as “%(slug)s”.") % {"slug": self.part["slug"]}

    def written(self) -> dict[str, Any]:
        """Return the field; its slug is given by who adds it."""
        given = self.cleaned_data
        found = {"slug": self.part.get("slug", ""), "label": given["label"], "kind": given["kind"]}
        found |= {name: given[name] for name in ("need", "audience")}
        found |= {name: given[name] for name in ("help", "unit", "families") if given[name]}
        if choices := tidied_choices(given["choices"].splitlines()):
            found["choices"] = choices
        return found | amounts(given, "least", "most")


class PricesForm(PartForm):
    """Up to which discount off the list who decides on a special price."""

    approver = AmountField(label=gettext_lazy("Approvers, up to percent"))
    manager = AmountField(label=gettext_lazy("Partner managers, up to percent"))

    def start(self) -> dict[str, Any]:
        """Propose figures."""
        part = {"approver": "15", "manager": "30", **self.part}
        return {**part, **{name: typed(part[name]) for name in ("approver", "manager")}}

    def written(self) -> dict[str, Any]:
        """Return the part."""
        return {"clause": self.cleaned_data["clause"], **amounts(self.cleaned_data, "approver", "manager")}
