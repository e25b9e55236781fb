"""The form of a partner's profile, made from the table of what its kind is asked for. It parses and never saves."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from partners.enums import Headcount, Industry, Kinship, Region, Service, SpokenLanguage
from partners.profiles import MOST_DOMAINS, MOST_PRODUCT_LINES, asks_of, label_of, value_of

if TYPE_CHECKING:
    from partners.models import Partner

DIVIDERS = re.compile(r"[\n,;]+")
LONGEST_PRODUCT = 60


class LinesField(forms.CharField):
    """Several short texts, one per line or divided by commas."""

    def __init__(self, *, most: int, longest: int, **options: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(max_length=most * (longest + 2), widget=_area(3), **options)

    def prepare_value(self, value: Any) -> Any:
        """Return a list as lines; what was typed as it is."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """Return the texts, each once.

        Raises:
            ValidationError: too many, or one is too long.
        """
        found = [" ".join(part.split()) for part in DIVIDERS.split(super().clean(value))]
        parts = list(dict.fromkeys(part for part in found if part))
        if len(parts) > self.most:
            raise forms.ValidationError(_("At most %(most)d.") % {"most": self.most})
        if any(len(part) > self.longest for part in parts):
            raise forms.ValidationError(_("Each at most %(longest)d characters long.") % {"longest": self.longest})
        return parts


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _text(longest: int, **options: Any) -> Callable[..., forms.Field]:
    return lambda **given: forms.CharField(max_length=longest, **options, **given)


def _several(choices: Any) -> Callable[..., forms.Field]:
    def make(**given: Any) -> forms.Field:
        return forms.MultipleChoiceField(choices=choices.choices, widget=forms.CheckboxSelectMultiple, **given)

    return make


def _country(**given: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Choose…")), *countries], **given)


def _headcount(**given: Any) -> forms.Field:
    return forms.ChoiceField(choices=[("", _("Not said")), *Headcount.choices], **given)


MAKERS: dict[str, Callable[..., forms.Field]] = {
    "name": _text(160),
    "legal_name": _text(200),
    "description": _text(2000, widget=_area(4)),
    "website": _text(200),
    "domains": lambda **given: LinesField(most=MOST_DOMAINS, longest=253, **given),
    "country": _country,
    "city": _text(100),
    "languages": _several(SpokenLanguage),
    "regions": _several(Region),
    "industries": _several(Industry),
    "services": _several(Service),
    "product_lines": lambda **given: LinesField(most=MOST_PRODUCT_LINES, longest=LONGEST_PRODUCT, **given),
    "headcount": _headcount,
    "specialisms": _text(1000, widget=_area(3)),
    "customers": _text(2000, widget=_area(4)),
}
HELPS = {
    "name": _("As vendors and customers know you."),
    "legal_name": _("As in the commercial register; it stands on letters and agreements."),
    "description": _("Two or three sentences that a customer would read."),
    "domains": _("One per line. Colleagues with an address there are recognised as yours."),
    "product_lines": _("One per line, or divided by commas."),
    "customers": _("Those whom you may name. Every vendor that you work with reads this."),
}


class ProfileForm(forms.Form):
    """What the partner's kind is asked for, with the revision that was read."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, partner: Partner, domains: Collection[str], **kwargs: Any) -> None:
        asks = [ask for ask in asks_of(partner.type) if ask.name in MAKERS]
        start = {ask.name: value_of(partner, ask.name, domains) for ask in asks}
        super().__init__(*args, **{**kwargs, "initial": {**start, "revision": partner.revision}})
        self.sections: dict[str, list[str]] = {}
        for ask in asks:
            words = {"label": label_of(ask), "help_text": ask.help or HELPS.get(ask.name, "")}
            self.fields[ask.name] = MAKERS[ask.name](required=ask.needed, **words)
            self.sections.setdefault(str(ask.section.label), []).append(ask.name)

    @property
    def parts(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The sections with their fields, for the page."""
        return [(label, [self[name] for name in names]) for label, names in self.sections.items()]

    def changes(self) -> dict[str, Any]:
        """Return the parsed fields, for the service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class PartnerLogoForm(forms.Form):
    """A logo to upload."""

    use_required_attribute = False

    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("PNG, JPEG or WebP, at most 50 kB; a square of 128 pixels is best."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )


class ParentForm(forms.Form):
    """The organisation that one belongs to, among those that one administers, too."""

    use_required_attribute = False

    parent = forms.ChoiceField(label=_("Belongs to"), required=False)
    kinship = forms.ChoiceField(label=_("As"), required=False, choices=[("", _("Choose…")), *Kinship.choices])

    def __init__(self, *args: Any, organisations: list[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisations = {str(organisation.slug): organisation for organisation in organisations}
        names = [(slug, organisation.name) for slug, organisation in self.organisations.items()]
        self.fields["parent"].choices = [("", _("No other organisation")), *names]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Partner | None:
        """The organisation of a valid form."""
        return self.organisations.get(self.cleaned_data["parent"])
