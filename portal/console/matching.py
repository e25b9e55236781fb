"""Thresholds of matching: what they are, and what others would make of what people decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.matching import STANDARD, Band, Bands
from accounts.permissions import EDIT_MATCHING
from accounts.thresholds import set_thresholds, thresholds_of
from dealreg.simulating import Simulation, decided_pairs
from portal.charts.figures import Figure
from portal.charts.lines import line_chart
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

EXAMPLES = 12
BAND_LABELS = {
    Band.SAME: gettext_lazy("Same"),
    Band.REVIEW: gettext_lazy("Review"),
    Band.DIFFERENT: gettext_lazy("Different"),
}


class ThresholdsForm(forms.Form):
    """Both thresholds, in percent."""

    use_required_attribute = False

    same_from = forms.IntegerField(
        label=gettext_lazy("Same from"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("Chance in 100 from which two customers are shown as the same."),
    )
    review_from = forms.IntegerField(
        label=gettext_lazy("Review from"),
        min_value=1,
        max_value=100,
        help_text=gettext_lazy("Below it a registration is a new customer, and nobody is asked."),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    @property
    def bands(self) -> Bands:
        """What was typed."""
        return Bands(same_from=self.cleaned_data["same_from"], review_from=self.cleaned_data["review_from"])


class Matching(ActorView):
    """The vendor's thresholds, tried on history before they are saved."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_MATCHING

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, and what those in the address would make of history."""
        current = thresholds_of(self.actor)
        initial = {"same_from": current.same_from, "review_from": current.review_from, "revision": current.revision}
        tried = ThresholdsForm(request.GET) if "same_from" in request.GET else None
        if tried is not None and not tried.is_valid():
            return self._page(tried, current.bands, status=422)
        if tried is None:
            return self._page(ThresholdsForm(initial=initial), current.bands)
        return self._page(ThresholdsForm(initial=initial | tried.cleaned_data), tried.bands)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Try them, or save them."""
        form = ThresholdsForm(request.POST)
        if not form.is_valid():
            return self._page(form, thresholds_of(self.actor).bands, status=422)
        if "try" in request.POST:
            asked = {name: form.cleaned_data[name] for name in ("same_from", "review_from", "revision")}
            return redirect(f"{reverse('console:matching')}?{urlencode(asked)}")
        try:
            set_thresholds(actor=self.actor, bands=form.bands, revision=form.cleaned_data["revision"] or 0)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, thresholds_of(self.actor).bands, status=violation.status)
        messages.success(request, _("Saved. Registrations from now on are matched by it."))
        return redirect("console:matching")

    def _page(self, form: ThresholdsForm, tried: Bands, status: int = 200) -> HttpResponse:
        simulation = Simulation(decided_pairs(self.actor), thresholds_of(self.actor).bands, tried)
        context = {
            "form": form,
            "standard": STANDARD,
            "now": simulation.now,
            "tried": tried if tried != simulation.now else None,
            "total": len(simulation.decided),
            "bands": _rows(simulation),
            "moved": [
                (moved, BAND_LABELS[moved.before], BAND_LABELS[moved.after]) for moved in simulation.moved[:EXAMPLES]
            ],
            "moved_count": len(simulation.moved),
            "figure": _figure(simulation) if simulation.decided else None,
        }
        return render(self.request, "console/matching.html", context, status=status)


def _rows(simulation: Simulation) -> list[dict[str, Any]]:
    """Return each band with its pairs, now and as tried."""
    then = {band: (one, other) for band, one, other in simulation.counts(simulation.tried)}
    return [
        {"label": BAND_LABELS[band], "now": (one, other), "tried": then[band]}
        for band, one, other in simulation.counts(simulation.now)
    ]


def _figure(simulation: Simulation) -> Figure:
    """Return precision and recall by threshold, over what people decided."""
    curve = simulation.curve()
    labels = [str(threshold) for threshold, _precision, _recall in curve]
    series = [
        (_("Precision"), [100.0 if precision is None else precision for _at, precision, _recall in curve]),
        (_("Recall"), [recall for _at, _precision, recall in curve]),
    ]
    rows = [
        [str(threshold), "–" if precision is None else f"{precision:.0f} %", f"{recall:.0f} %"]
        for threshold, precision, recall in curve
    ]
    return Figure(
        plot=line_chart(labels, series, suffix="%"),
        title=_("Precision and recall by threshold"),
        caption=_("of the latest %(count)d decided pairs, in percent") % {"count": len(simulation.decided)},
        description=_("The higher the threshold, the surer what is above it, and the more is missed."),
        head=[_("From"), _("Precision"), _("Recall")],
        rows=rows,
        key=[_("Precision: how many of those above are one"), _("Recall: how many that are one are above")],
        dashed=True,
    )
