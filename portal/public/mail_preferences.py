"""How often a person is mailed about what: a page of the personal settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.enums import Cadence
from activity.mailing.letters import TEMPLATES
from activity.preferences import Wishes, kinds_for, wishes_of
from activity.registry import NoticeKind
from activity.services import change_preferences, reset_preferences, send_test_mail
from activity.services.addresses import address_token
from activity.suppressing import standing_for
from partners.seats import places_of
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, show_violation


class PreferencesForm(forms.Form):
    """A choice for each kind that the person may change, and the hour of the daily digest."""

    hour = forms.TypedChoiceField(
        label=gettext_lazy("Daily summary at"),
        coerce=int,
        help_text=gettext_lazy("In your time zone. The hourly summary comes on the hour."),
    )

    def __init__(self, *args: Any, kinds: list[NoticeKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hour"].choices = [(hour, time_format(time(hour), "TIME_FORMAT")) for hour in range(24)]  # type: ignore[attr-defined]
        for kind in kinds:
            if not kind.always:
                self.fields[kind.name] = forms.ChoiceField(
                    label=str(kind.label), choices=Cadence.choices, widget=forms.RadioSelect
                )

    def chosen(self) -> dict[str, str]:
        """Return what was chosen, by kind."""
        return {name: value for name, value in self.cleaned_data.items() if name != "hour"}


@dataclass(frozen=True, slots=True)
class Row:
    """A kind as the table shows it: `choices` are the radio buttons, none where it can't be changed."""

    label: Any
    always: Any
    choices: list[Any]
    errors: list[str]


class MailPreferences(ActorView):
    """A table by group: at once, hourly, daily or off, for each kind that concerns one of the person's roles."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the choices as they hold."""
        return self._page(self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep them, put all that can be changed into the daily summary, or go back to the defaults."""
        if request.POST.get("quick") == "reset":
            reset_preferences(actor=self.actor)
            messages.success(request, _("You get mails as usual again."))
            return redirect("settings-notifications")
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        chosen = form.chosen()
        if request.POST.get("quick") == "daily":
            chosen = dict.fromkeys(chosen, Cadence.DAILY)
        try:
            change_preferences(actor=self.actor, cadences=chosen, hour=form.cleaned_data["hour"])
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, status=violation.status)
        messages.success(request, _("Your choices are saved."))
        return redirect("settings-notifications")

    def _kinds(self) -> list[NoticeKind]:
        return kinds_for(place.role for place in places_of(self.request.user))

    def _form(self, data: Any = None) -> PreferencesForm:
        kinds, wishes = self._kinds(), self._wishes()
        person_id = self.actor.person_id or 0
        initial: dict[str, Any] = {kind.name: wishes.cadence(person_id, kind) for kind in kinds}
        return PreferencesForm(data, kinds=kinds, initial={**initial, "hour": wishes.hour(person_id)})

    def _wishes(self) -> Wishes:
        return wishes_of([self.actor.person_id or 0])

    def _page(self, form: PreferencesForm, status: int = 200) -> HttpResponse:
        kinds = sorted(self._kinds(), key=lambda kind: str(kind.group.label))
        groups = [
            (label, [_row(kind, form) for kind in found])
            for label, found in groupby(kinds, key=lambda kind: str(kind.group.label))
        ]
        bounces = standing_for(self.request.user.email) if self.request.user.mail_bounces else None  # type: ignore[union-attr]
        context = {"form": form, "groups": groups, "cadences": Cadence.labels, "bounces": bounces}
        return render(self.request, "public/mail_preferences.html", context, status=status)


def _row(kind: NoticeKind, form: PreferencesForm) -> Row:
    if kind.name not in form.fields:
        return Row(kind.label, kind.always, [], [])
    field = form[kind.name]
    return Row(kind.label, "", list(field), [str(error) for error in field.errors])


class AddressCheck(ActorView):
    """Mails a person whose address bounced a link, by which mails come again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send it; it goes out although the address bounces."""
        path = reverse("mail-address", args=[address_token(request.user)])  # type: ignore[arg-type]
        letter = TEMPLATES["address_check"].letter({"path": path})
        send_test_mail(actor=self.actor, letter=letter, template="address_check")
        messages.success(request, _("A mail is on its way to you. Open its link, and mails come again."))
        return redirect("settings-notifications")
