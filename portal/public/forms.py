"""Forms of pages that belong to a person. They parse and never save."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from partners.services import SCOPES

SCOPE_WORDS = {
    "deals:read": _("Read deals"),
    "deals:write": _("Register, change and decide deals"),
    "accounts:read": _("Read accounts"),
    "accounts:write": _("Send accounts and direct opportunities"),
    "partners:read": _("Read partners and enrollments"),
    "partners:write": _("Change enrollments; decide who joins a team"),
    "profile:write": _("Change the own organisation’s profile"),
    "programs:read": _("Read programs, products and prices"),
    "programs:write": _("Try tier schemes on history"),
    "onboarding:read": _("Read applications, journeys and agreements"),
    "onboarding:write": _("Decide applications; do steps of journeys; send agreements"),
    "events:read": _("Read what happened"),
    "facts:read": _("Read sales lines, usage, certificates and satisfaction"),
    "facts:write": _("Send sales lines, usage, certificates and satisfaction"),
    "standing:read": _("Read tiers, points and reviews"),
    "standing:write": _("Decide reviews, give tiers and points by hand"),
}
DAYS = ((30, _("30 days")), (90, _("90 days")), (365, _("One year")))


@lru_cache(maxsize=1)
def time_zones() -> tuple[tuple[str, str], ...]:
    """Return the time zones that are named after a place, and UTC, for a list to choose from."""
    skipped = ("Etc/", "posix/", "right/", "SystemV/")
    places = sorted(name for name in available_timezones() if "/" in name and not name.startswith(skipped))
    return (*((name, name.replace("_", " ")) for name in places), ("UTC", "UTC"))


def languages() -> list[tuple[str, str]]:
    """Return the languages offered, each by its own name."""
    return [(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES]


class ProfileForm(forms.Form):
    """A person's own profile and preferences."""

    name = forms.CharField(label=_("Name"), max_length=120)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=languages, help_text=_("Of pages and mails."))
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("Days and times are shown in it."))
    shortcuts = forms.BooleanField(
        label=_("Keyboard shortcuts"),
        required=False,
        help_text=_("Single letters move and decide on the desk. Switch them off if they get in your way."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["time_zone"]).choices = self._zones(self.initial.get("time_zone", ""))

    def _zones(self, current: str) -> list[tuple[str, str]]:
        zones = list(time_zones())
        return zones if not current or current in dict(zones) else [(current, current), *zones]


class ArrivalForm(forms.Form):
    """What someone new says who accepts an invitation."""

    use_required_attribute = False

    name = forms.CharField(label=_("Your name"), max_length=120)
    password = forms.CharField(
        label=_("A password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("At least 10 characters. Three or four words that only you would combine are good."),
    )

    def __init__(self, *args: Any, wants_password: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].required = wants_password


class EmailForm(forms.Form):
    """Another address to sign in with."""

    email = forms.EmailField(label=_("New e-mail"), max_length=254)


class CompanyForm(forms.Form):
    """The address that leads to one's company sign-in."""

    use_required_attribute = False

    email = forms.EmailField(label=_("Your work e-mail"), max_length=254)


class TokenForm(forms.Form):
    """What an API token is for."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Where it is used, such as “CRM sync”."))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Never more than your own role may."),
        error_messages={"required": _("Choose at least one.")},
    )
    days = forms.TypedChoiceField(label=_("Works for"), choices=DAYS, coerce=int, initial=90, widget=forms.RadioSelect)

    def __init__(self, *args: Any, is_partner: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["scopes"]).choices = scope_choices(is_partner=is_partner)


def scope_choices(*, is_partner: bool) -> list[tuple[str, Any]]:
    """Return the scopes a seat's token may have, with words: accounts are the vendor's, profiles the partner's."""
    others = "accounts:read" if is_partner else "profile:write"
    offered = [scope for scope in SCOPES if scope != others]
    return [(scope, SCOPE_WORDS.get(scope, scope)) for scope in offered]
