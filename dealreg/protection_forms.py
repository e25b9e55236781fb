"""Forms about protection that is released, offered, moved or appealed for. They parse and never save."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.decision_forms import LONGEST, text_area
from dealreg.fields import SeveralFiles
from dealreg.models import Appeal


class RelinquishForm(forms.Form):
    """Protection that is given up, with a reason that the vendor reads."""

    reason = forms.CharField(label=_("Why?"), max_length=2000, widget=text_area(2))


class AcceptForm(forms.Form):
    """An offer that is accepted; nothing to fill in."""


class RefuseOfferForm(forms.Form):
    """An offer that isn't accepted."""

    reason = forms.CharField(label=_("Why not?"), required=False, max_length=2000, widget=text_area(2))


class AppealForm(forms.Form):
    """An appeal, with files as proof."""

    use_required_attribute = False

    reason = forms.CharField(
        label=_("Why should it be decided otherwise?"),
        help_text=_("Say what the first decision overlooked, and what shows it."),
        max_length=LONGEST,
        widget=text_area(),
    )
    files = SeveralFiles(label=_("Files as proof"), required=False)  # type: ignore[assignment]


class OutcomeForm(forms.Form):
    """How an appeal is decided, with a reason that the partner reads."""

    message = forms.CharField(
        label=_("Message"),
        help_text=_("Why it is decided so. Never name another partner."),
        max_length=LONGEST,
        widget=text_area(),
    )

    def __init__(self, data: Any = None, *, appeal: Appeal, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["message"].label = _("Message to %(partner)s") % {"partner": appeal.partner.name}


class PartForm(OutcomeForm):
    """An appeal that is granted in part: fewer days, where more time was refused."""

    def __init__(self, data: Any = None, *, appeal: Appeal, **options: Any) -> None:
        super().__init__(data, appeal=appeal, **options)
        if appeal.extension is not None:
            self.fields["days"] = forms.IntegerField(
                label=_("Days more"),
                help_text=_("%(days)d were asked for.") % {"days": appeal.extension.days},
                min_value=1,
                max_value=appeal.extension.days,
                widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
            )


class OverrideForm(forms.Form):
    """Protection that moves on the customer's written wish: its letter, and a reason that only the vendor reads."""

    use_required_attribute = False

    letter = forms.FileField(label=_("The customer’s letter or mail"), help_text=_("Kept with this registration."))
    reason = forms.CharField(
        label=_("What did the customer write, and when?"),
        help_text=_("Only your colleagues read it."),
        max_length=2000,
        widget=text_area(),
    )
