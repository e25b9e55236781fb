"""The model of win chances: what it learned, how it held on deals that it hadn't seen, and fitting it anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from dealreg.models import WinModel
from dealreg.permissions import FIT_CHANCES
from dealreg.winning.fitting import LEAST_CLOSED, LEAST_EACH
from jobs.models import Job
from jobs.services import start_job
from portal.charts.figures import Figure
from portal.charts.lines import line_chart
from prm.kernel.actors import Kind
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.pages import ActorView

KIND = "dealreg.win_chance"
MOST_VERSIONS = 10


class WinChancePage(ActorView):
    """GET shows the newest version; POST starts a new one."""

    kinds = frozenset({Kind.VENDOR})
    permission = FIT_CHANCES

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        versions = list(WinModel.objects.visible_to(self.actor).order_by("-number")[:MOST_VERSIONS])
        model = versions[0] if versions else None
        context = {
            "model": model,
            "versions": versions,
            "judged": model.evaluation if model and model.evaluation else None,
            "figure": figure_of(model) if model and model.evaluation else None,
            "least_closed": LEAST_CLOSED,
            "least_each": LEAST_EACH,
            "job": Job.objects.visible_to(self.actor).filter(kind=KIND).order_by("-pk").first(),
        }
        return render(request, "console/win_chance.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Fit it anew, in the background."""
        try:
            start_job(actor=self.actor, kind=KIND, title=_("Fitting chances to win"))
        except Forbidden:
            raise
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Started: open deals are rated anew when it is done."))
        return redirect("console:win-chance")


def figure_of(model: WinModel) -> Figure:
    """Return said against seen: how often deals were won, by the chance that was said."""
    bins: list[dict[str, Any]] = model.evaluation["bins"]
    said = [100 * each["said"] for each in bins]
    seen = [100 * each["won"] for each in bins]
    return Figure(
        plot=line_chart([f"{each:.0f}%" for each in said], [(_("Won"), seen), (_("As said"), said)], suffix="%"),
        title=_("Chance said, and how often it came true"),
        caption=_("%(count)d deals that closed last, in ten parts") % {"count": model.evaluation["deals"]},
        description=_("The nearer both lines are, the better the chances can be believed."),
        head=[_("Chance said"), _("Won")],
        rows=[[f"{one:.0f}%", f"{other:.0f}%"] for one, other in zip(said, seen, strict=True)],
        key=[_("Won: how many were won"), _("As said: what the model had said")],
        dashed=True,
    )
