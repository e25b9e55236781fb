"""The secrets with which a journey's webhook steps and their receivers sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from onboarding.models import StepSecret
from onboarding.services import open_step_secret
from portal.console.journeys.base import JourneyBase, shape_of
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from onboarding.journeys.shape import Step
    from onboarding.models import JourneyVersion


class JourneySecrets(JourneyBase):
    """The webhook steps of a version, each with its secret: made, shown, made anew."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """List them; secrets stay hidden."""
        return self._page(self.find(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one, made where there is none, or anew."""
        version = self.find(pk)
        slug = request.POST.get("slug", "")
        if slug not in {step.slug for step in _webhooks(version)}:
            raise RuleViolation("unknown_step", _("This step is not there any more. Open the version anew."))
        renew = request.POST.get("do") == "renew"
        secret = open_step_secret(actor=self.actor, template=version.template, slug=slug, renew=renew)
        return self._page(version, {slug: secret})

    def _page(self, version: JourneyVersion, shown: dict[str, str] | None = None) -> HttpResponse:
        kept = StepSecret.objects.visible_to(self.actor).filter(template=version.template)
        made = dict(kept.values_list("slug", "created_at"))
        title = _("Secrets of webhook steps")
        rows: list[dict[str, Any]] = [
            {"step": step, "made": made.get(step.slug), "secret": (shown or {}).get(step.slug)}
            for step in _webhooks(version)
        ]
        context = {"version": version, "title": title, "crumbs": self.crumbs(version, title), "rows": rows}
        response = render(self.request, "console/journeys/secrets.html", context)
        response["Cache-Control"] = "no-store"
        return response


def _webhooks(version: JourneyVersion) -> list[Step]:
    definition = shape_of(version)
    return [step for step in definition.steps if step.kind == "webhook"] if definition else []
