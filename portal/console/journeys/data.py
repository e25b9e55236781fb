"""A journey as data: shown, and changed as text by those who prefer that; and as a partner sees it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.enums import Side, StepState, VersionState
from onboarding.journeys import parse
from onboarding.journeys.facts import FACTS
from onboarding.journeys.faults import JourneyRefused
from onboarding.models import Journey, JourneyStep
from onboarding.progress import progress_of
from partners.enums import PartnerType
from portal.console.journeys.base import EditBase, JourneyBase, shape_of
from portal.console.journeys.telling import side_of

if TYPE_CHECKING:
    from onboarding.journeys import Definition
    from onboarding.models import JourneyVersion

LARGEST = 400_000


def as_text(definition: dict[str, Any]) -> str:
    """Return a definition as people read JSON."""
    return json.dumps(definition, indent=2, ensure_ascii=False)


class DataForm(forms.Form):
    """A journey as text."""

    use_required_attribute = False

    text = forms.CharField(
        label=gettext_lazy("The journey as JSON"),
        max_length=LARGEST,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def clean_text(self) -> dict[str, Any]:
        """Read it; every fault with its place.

        Raises:
            ValidationError: no JSON, or no journey.
        """
        try:
            data = json.loads(self.cleaned_data["text"])
        except (ValueError, RecursionError) as error:
            where = f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            raise forms.ValidationError(_("This isn’t JSON.") + where, code="not_json") from None
        try:
            parse(data)
        except JourneyRefused as refused:
            raise forms.ValidationError([f"{fault.place}: {fault.message}" for fault in refused.faults]) from None
        found: dict[str, Any] = data
        return found


class JourneyData(EditBase):
    """A version as data."""

    template_name = "console/journeys/data.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        version = self.find(pk)
        return self.form_page(version, DataForm(initial={"text": as_text(version.definition)}), "")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write it to the draft."""
        version, form = self.draft(pk), DataForm(request.POST)
        if not form.is_valid():
            return self.form_page(version, form, "", status=422)
        return self.keep(version, form, "", lambda _definition: form.cleaned_data["text"])

    def shown(self, version: JourneyVersion, form: forms.Form, place: str) -> dict[str, Any]:
        """Return the title, and whether it may be changed."""
        title = _("As data")
        may_change = version.state == VersionState.DRAFT
        return {"title": title, "crumbs": self.crumbs(version, title), "may_change": may_change}


class JourneyPreview(JourneyBase):
    """A version as a partner sees it on its first day, for a kind of partner."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        version = self.find(pk)
        wanted = request.GET.get("type", version.template.partner_type)
        partner_type = wanted if wanted in PartnerType.values else PartnerType.RESELLER.value
        shape = shape_of(version)
        context = {
            "version": version,
            "progress": self._progress(version, shape, partner_type) if shape else None,
            "types": PartnerType.choices,
            "chosen": partner_type,
            "title": _("As a partner sees it"),
            "crumbs": self.crumbs(version, _("As a partner sees it")),
        }
        return render(request, "console/journeys/preview.html", context)

    @staticmethod
    def _progress(version: JourneyVersion, shape: Definition, partner_type: str) -> Any:
        facts: dict[str, Any] = {name: [] for name in FACTS} | {"type": partner_type}
        journey = Journey(version=version, vendor_id=version.vendor_id, started_at=timezone.now(), facts=facts)
        rows = []
        for at, (_place, stage, step) in enumerate(shape.placed()):
            row = JourneyStep(slug=step.slug, position=at, stage=stage.name, name=step.name, kind=step.kind)
            row.side, row.state, row.after = side_of(step), StepState.WAITING, list(shape.waits[step.slug])
            if step.when is not None and not step.when.holds(facts):
                row.state = StepState.SKIPPED
            elif not shape.waits[step.slug]:
                row.state = StepState.RUNNING if row.side == Side.SYSTEM else StepState.OPEN
            if step.due is not None:
                row.due_at = timezone.now() + timedelta(days=step.due.days)
            rows.append(row)
        return progress_of(journey, shape, rows)
