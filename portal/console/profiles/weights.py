"""Weights that follow from what partners sold, beside those of a version; asked for, and taken over into a draft."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.models import WeightFit
from onboarding.services.weights import USUAL_MONTHS, fit_weights, take_over_weights, usable
from onboarding.weighing import FEWEST
from portal.console.profiles.base import ProfileBase, faults_of
from portal.console.schemes.fields import CountField
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation

if TYPE_CHECKING:
    from onboarding.models import IdealProfile


class MonthsForm(forms.Form):
    """How far back to look."""

    use_required_attribute = False

    months = CountField(label=gettext_lazy("Months to look at"), most=600, required=True)


@dataclass(frozen=True, slots=True)
class Line:
    """A criterion with its weight and the fitted one; None where all partners are alike in it."""

    name: str
    now: Decimal
    fitted: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """How much more it would weigh."""
        return None if self.fitted is None else self.fitted - self.now


def lines_of(fit: WeightFit) -> list[Line]:
    """Return the weights of a fit beside those of its version."""
    found = []
    for criterion in fit.profile.shape.criteria:
        hundredths = fit.weights.get(criterion.slug)
        fitted = None if hundredths is None else Decimal(hundredths) / 100
        found.append(Line(criterion.name, criterion.weight, fitted))
    return found


def verdict(fit: WeightFit) -> tuple[str, str, str]:
    """Return what a finished fit is good for: tone, icon, sentence."""
    if fit.explained is None:
        words = _("Not enough data: %(sample)d partners with sales to learn from, at least %(fewest)d are needed.")
        return "warn", "warn", words % {"sample": fit.sample, "fewest": FEWEST}
    share = max(0, round(fit.explained * 100))
    if not usable(fit):
        return "warn", "warn", _("What partners sold doesn’t depend on these criteria: nothing to take over.")
    words = _("On partners that it hasn’t seen, it explains %(share)d %% of the differences in what is sold.")
    return ("good" if share >= 20 else "info"), "chart", words % {"share": share}


class ProfileWeights(ProfileBase):
    """The latest fits of a version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them."""
        return self._page(self.find(pk), MonthsForm(initial={"months": USUAL_MONTHS}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for another."""
        profile, form = self.find(pk), MonthsForm(request.POST)
        if not form.is_valid():
            return self._page(profile, form, 422)
        try:
            fit_weights(actor=self.actor, profile=profile, months=form.cleaned_data["months"])
        except Forbidden:
            raise
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(profile, form, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(profile, form, violation.status)
        return redirect("console:ideal-weights", pk)

    def _page(self, profile: IdealProfile, form: forms.Form, status: int = 200) -> HttpResponse:
        fits = list(
            WeightFit.objects.visible_to(self.actor)
            .filter(profile=profile)
            .select_related("job", "created_by", "profile__program")
            .order_by("-pk")[:5]
        )
        latest = next((fit for fit in fits if fit.finished_at), None)
        running = next((fit for fit in fits if fit.job and fit.job.is_open), None)
        context: dict[str, Any] = {
            **self.about(profile, "console:ideal-weights"),
            "form": form,
            "broken": bool(faults_of(profile)),
            "running": running,
            "fit": latest,
            "older": [fit for fit in fits if fit.finished_at and fit is not latest],
            "fewest": FEWEST,
        }
        if latest is not None:
            context |= {"lines": lines_of(latest), "verdict": verdict(latest), "usable": usable(latest)}
            context["explained"] = None if latest.explained is None else f"{latest.explained:.2f}"
        return render(self.request, "console/profiles/weights.html", context, status=status)


class TakeOver(ProfileBase):
    """Writes fitted weights into a draft."""

    def post(self, request: HttpRequest, pk: int, fit: int) -> HttpResponse:
        """Do it; nothing is published."""
        found = WeightFit.objects.visible_to(self.actor).select_related("profile__program")
        row = get_object_or_404(found, pk=fit, profile_id=pk)
        draft = take_over_weights(actor=self.actor, fit=row)
        messages.success(request, _("The weights stand in the draft. Look at it, then publish."))
        return redirect("console:ideal-profile", draft.pk)
