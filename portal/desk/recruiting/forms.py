"""The forms of prospects. They parse and never save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.services.prospects import EDITABLE
from partners.enums import PartnerType
from partners.profile_forms import MAKERS, LinesField
from partners.profiles import LABELS

if TYPE_CHECKING:
    from onboarding.models import Prospect
    from partners.models import Program

KNOWN = ("website", "country", "city", "headcount")
OFFERS = ("industries", "services", "regions", "languages", "product_lines", "customers")
HELPS = {
    "website": gettext_lazy("The company is known by its domain: it stands on the list once."),
    "customers": gettext_lazy("One a line. How many of them are your accounts counts for the fit."),
    "product_lines": gettext_lazy("One per line, or divided by commas."),
}


class ProspectForm(forms.Form):
    """What is known of a prospect; a new one also says for which program."""

    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    program = forms.ChoiceField(label=gettext_lazy("Program"))
    type = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    certifications = LinesField(
        label=gettext_lazy("Certifications"),
        required=False,
        most=30,
        longest=80,
        help_text=gettext_lazy("One per line, as in “ISO 27001”."),
    )
    contact_name = forms.CharField(label=gettext_lazy("Contact"), max_length=120, required=False)
    contact_email = forms.EmailField(
        label=gettext_lazy("Contact’s e-mail"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Invitations go there."),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"), max_length=80, required=False, help_text=gettext_lazy("As in “fair in Lyon”.")
    )
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, programs: list[Program], prospect: Prospect | None = None, **kwargs: Any) -> None:
        if prospect is not None:
            kwargs["initial"] = {name: getattr(prospect, name) for name in EDITABLE}
        super().__init__(*args, **kwargs)
        self.programs = {str(each.pk): each for each in programs}
        choose: Any = self.fields
        choose["type"].choices = [("", _("Not known")), *PartnerType.choices]
        choose["program"].choices = [(key, each.name) for key, each in self.programs.items()]
        if prospect is not None:
            del self.fields["program"]
        for name in (*KNOWN, *OFFERS):
            words = {"label": LABELS[name], "help_text": HELPS.get(name, "")}
            self.fields[name] = MAKERS[name](required=False, **words)

    def details(self) -> dict[str, Any]:
        """Return what was parsed, for the service."""
        return {name: self.cleaned_data[name] for name in EDITABLE}

    @property
    def offers(self) -> list[forms.BoundField]:
        """The fields of what it offers."""
        return [self[name] for name in OFFERS]
