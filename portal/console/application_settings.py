"""A form's settings: words, consent, service level, blocked domains, and the rule that approves by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from onboarding.deciding import rule_of, tried_on, usual_days
from onboarding.models import ApplicationForm, IdealProfile
from onboarding.rules import AutoRule, told
from onboarding.services import change_application_form
from partners.profile_forms import LinesField
from portal.console.application_forms import FormBase, revision_in
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation

USUAL_CONSENT = gettext_lazy(
    "We keep what you tell us to decide on your application, and delete it when you withdraw it."
)


class WholeNumber(forms.IntegerField):
    """A whole number, typed as text."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "size": "4"})


class CountriesField(LinesField):
    """Countries by name or code, one per line; gives their codes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(most=60, longest=80, **options)

    def prepare_value(self, value: Any) -> Any:
        """Return codes as names; what was typed as it is."""
        if isinstance(value, list | tuple):
            return "\n".join(str(countries.name(code) or code) for code in value)
        return value

    def clean(self, value: Any) -> Any:
        """Return the codes.

        Raises:
            ValidationError: there is no such country.
        """
        names = {str(name).casefold(): code for code, name in countries}
        found = []
        for text in super().clean(value):
            code = names.get(text.casefold()) or (text.upper() if countries.name(text.upper()) else "")
            if not code:
                raise forms.ValidationError(_("There is no country “%(text)s”.") % {"text": text})
            found.append(code)
        return found


class SettingsForm(forms.Form):
    """The settings, with the revision that was read. The service checks them once more."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput)
    intro = forms.CharField(
        label=gettext_lazy("Introduction"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What partners get from the program, and whom you look for."),
    )
    consent = forms.CharField(
        label=gettext_lazy("What applicants agree to"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept with each application as it was worded then."),
    )
    decision_days = WholeNumber(
        label=gettext_lazy("Days until a decision"),
        min_value=1,
        max_value=60,
        help_text=gettext_lazy("Your service level: the clock on the desk, and what escalates."),
    )
    blocked_domains = LinesField(
        label=gettext_lazy("Blocked domains"),
        required=False,
        most=500,
        longest=253,
        help_text=gettext_lazy(
            "Competitors, say. Who applies from there is declined by rule, once the address is confirmed."
        ),
    )
    auto_approve = forms.BooleanField(label=gettext_lazy("Approve a good fit without asking anybody"), required=False)
    auto_score = WholeNumber(label=gettext_lazy("From a fit of"), min_value=1, max_value=100)
    auto_countries = CountriesField(
        label=gettext_lazy("Only from these countries"),
        required=False,
        help_text=gettext_lazy("One per line. Empty: from everywhere."),
    )

    def changes(self) -> dict[str, Any]:
        """Return the parsed settings, for the service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "revision"}


class FormSettings(FormBase):
    """The settings, and what the rule would have approved lately."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them; `?try=1` tries the rule of the query string, unsaved."""
        form = self.find(pk)
        tries = request.GET.get("try") == "1"
        shown = SettingsForm(request.GET) if tries else SettingsForm(initial=self._start(form))
        if tries:
            shown.is_valid()
        return self._page(form, shown, self._rule(form, shown) if tries else rule_of(form), tries=tries)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save them; 422 or 409 with what was typed."""
        form, typed = self.find(pk), SettingsForm(request.POST)
        if not typed.is_valid():
            return self._page(form, typed, rule_of(form), 422)
        try:
            change_application_form(actor=self.actor, form=form, changes=typed.changes(), revision=revision_in(request))
        except Conflict as conflict:
            fresh = self.find(pk)
            again = SettingsForm({**request.POST.dict(), "revision": fresh.revision})
            return self._page(fresh, again, rule_of(fresh), 409, conflict=conflict.message)
        except Forbidden:
            raise
        except RuleViolation as refusal:
            show_violation(typed, refusal)
            return self._page(form, typed, rule_of(form), 422)
        messages.success(request, _("Saved."))
        return redirect("console:application-form-settings", pk)

    def _start(self, form: ApplicationForm) -> dict[str, Any]:
        start = {name: getattr(form, name) for name in SettingsForm.base_fields}
        return {**start, "consent": form.consent or USUAL_CONSENT}

    def _rule(self, form: ApplicationForm, typed: SettingsForm) -> AutoRule:
        """Return the rule as typed, with what is in force where it can't be read; trying takes it as switched on."""
        given = typed.cleaned_data
        countries_given = given.get("auto_countries", form.auto_countries)
        return AutoRule(is_on=True, score=given.get("auto_score") or form.auto_score, countries=tuple(countries_given))

    def _page(
        self, form: ApplicationForm, shown: SettingsForm, rule: AutoRule, status: int = 200, **more: Any
    ) -> HttpResponse:
        tried = tried_on(self.actor, form, AutoRule(is_on=True, score=rule.score, countries=rule.countries))
        profile = IdealProfile.objects.visible_to(self.actor).published().filter(program_id=form.program_id)
        approved = [each for each in tried if each.verdict.approves]
        words = {"count": len(approved), "all": len(tried), "score": rule.score}
        context = {
            "form": shown,
            "told": told(rule, has_profile=profile.exists()),
            "tried": tried,
            "approved": approved,
            "tried_words": _("Of the last %(all)d applications, a fit from %(score)d on would have approved %(count)d.")
            % words,
            "usual_days": usual_days(form.program_id),
            **more,
        }
        return self.page("console/applying/settings.html", form, "application-form-settings", status, **context)
