"""A person's own settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _

from people.services import Profile, change_profile
from portal.public.forms import ProfileForm
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import ActorView, show_violation

FIELDS = ("name", "job_title", "phone", "language", "time_zone", "shortcuts")


class Preferences(ActorView):
    """Name, language, time zone and the like: what holds for the person, whatever the seat."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self._page(self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change them; the answer is already in the language that was chosen."""
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, status=422)
        try:
            person = change_profile(actor=self.actor, profile=Profile(**form.cleaned_data))
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, status=violation.status)
        with translation.override(person.language):
            messages.success(request, _("Your settings are saved."))
        return redirect("settings")

    def _form(self, data: object = None) -> ProfileForm:
        return ProfileForm(data, initial={name: getattr(self.request.user, name) for name in FIELDS})

    def _page(self, form: ProfileForm, status: int = 200) -> HttpResponse:
        return render(self.request, "public/settings.html", {"form": form}, status=status)
