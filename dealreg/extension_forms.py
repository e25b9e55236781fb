"""Forms about how long a deal stays protected. They parse and never save."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dealreg.decision_forms import LONGEST, text_area
from dealreg.fields import SeveralFiles

if TYPE_CHECKING:
    from dealreg.extending import Room
    from dealreg.models import Extension


class ExtendForm(forms.Form):
    """A partner's request that a deal stays protected for longer."""

    use_required_attribute = False

    days = forms.IntegerField(
        label=_("Days more"),
        min_value=1,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    reason = forms.CharField(label=_("Why do you need more time?"), max_length=2000, widget=text_area())
    evidence = forms.CharField(
        label=_("What shows that the deal is alive?"), required=False, max_length=2000, widget=text_area(2)
    )
    files = SeveralFiles(label=_("Files as proof"), required=False)  # type: ignore[assignment]

    def __init__(self, data: Any = None, files: Any = None, *, room: Room, **options: Any) -> None:
        super().__init__(data, files, **options)
        self.fields["days"].initial = room.days or None
        self.fields["days"].help_text = _("At most %(days)d, by rules of engagement %(policy)s.") % {
            "days": room.days,
            "policy": room.policy,
        }
        if room.evidence_days:
            words = _("Needed where you noted nothing in the last %(days)d days: no comment, file, stage or next step.")
            self.fields["evidence"].help_text = words % {"days": room.evidence_days}


class TakeBackForm(forms.Form):
    """A request that is taken back; nothing to fill in."""


class GrantForm(forms.Form):
    """Let a deal stay protected for longer, with a message."""

    days = forms.IntegerField(
        label=_("Days more"),
        min_value=1,
        max_value=365,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "4"}),
    )
    message = forms.CharField(label=_("Message"), max_length=LONGEST, required=False, widget=text_area())

    def __init__(self, data: Any = None, *, extension: Extension, **options: Any) -> None:
        super().__init__(data, **options)
        partner = extension.partner.name
        self.fields["days"].initial = extension.days
        self.fields["days"].help_text = _("%(partner)s asks for %(days)d.") % {
            "partner": partner,
            "days": extension.days,
        }
        self.fields["message"].label = _("Message to %(partner)s") % {"partner": partner}


class RefuseForm(forms.Form):
    """Don't extend, with a reason that the partner reads."""

    message = forms.CharField(
        label=_("Message"),
        help_text=_("Say what the partner can do next. Never name another partner."),
        max_length=LONGEST,
        widget=text_area(),
    )

    def __init__(self, data: Any = None, *, extension: Extension, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["message"].label = _("Message to %(partner)s") % {"partner": extension.partner.name}
