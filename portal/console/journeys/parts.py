"""Adding and changing stages and steps of a draft, each on a page of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from onboarding.journeys.editing import NoSuchPlace, added, part_at, replaced, step_added
from onboarding.step_kinds import STEP_KINDS, StepKind
from portal.console.journeys.base import EditBase
from portal.console.journeys.setting_fields import offers_for
from portal.console.journeys.step_forms import StageForm, StepForm
from portal.console.schemes.fields import free_slug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.forms import Form

    from onboarding.models import JourneyVersion
    from prm.kernel.documents import Fault


def all_steps(version: JourneyVersion) -> list[dict[str, Any]]:
    """Return every step of a definition, in order."""
    return [step for stage in version.definition.get("stages", []) for step in stage.get("steps", [])]


class StageAdd(EditBase):
    """A further stage."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the empty form."""
        version = self.draft(pk)
        return self.form_page(version, StageForm(), self._place(version))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add it at the end."""
        version, form = self.draft(pk), StageForm(request.POST)
        if not form.is_valid():
            return self.form_page(version, form, self._place(version), status=422)
        taken = [each.get("slug", "") for each in version.definition.get("stages", [])]
        stage = {"slug": free_slug(form.cleaned_data["name"], taken, "stage"), **form.written({}), "steps": []}
        return self.keep(version, form, self._place(version), partial(added, section="stages", value=stage))

    @staticmethod
    def _place(version: JourneyVersion) -> str:
        return f"stages.{len(version.definition.get('stages', []))}"

    def shown(self, version: JourneyVersion, form: Form, place: str) -> dict[str, Any]:
        """Return title and crumbs."""
        title = _("Add a stage")
        return {"title": title, "crumbs": self.crumbs(version, title), "is_stage": True}


class PartEdit(EditBase):
    """A stage or a step as it is."""

    def get(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Show its form."""
        version = self.draft(pk)
        return self.form_page(version, self._form(version, place), place)

    def post(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Write it."""
        version = self.draft(pk)
        form = self._form(version, place, request.POST)
        if not form.is_valid():
            return self.form_page(version, form, place, status=422)
        part = self._part(version, place)
        value = form.written(part) if isinstance(form, StageForm) else form.written()
        return self.keep(version, form, place, lambda definition: replaced(definition, place, value))

    @staticmethod
    def _part(version: JourneyVersion, place: str) -> dict[str, Any]:
        keys = place.split(".")
        is_part = keys[0] == "stages" and (len(keys) == 2 or (len(keys) == 4 and keys[2] == "steps"))
        try:
            part = part_at(version.definition, place) if is_part else None
        except NoSuchPlace:
            part = None
        if not isinstance(part, dict):
            raise Http404
        return part

    def _form(self, version: JourneyVersion, place: str, data: Any = None) -> Any:
        part = self._part(version, place)
        if place.count(".") == 1:
            return StageForm(data, initial=part)
        kind = STEP_KINDS.get(part.get("kind", ""))
        if kind is None:
            raise Http404
        return step_form(self, version, kind, part, data)

    def put(self, form: Form, faults: Iterable[Fault], place: str) -> None:
        """Put each fault at its field."""
        put_step_faults(form, faults, place)

    def shown(self, version: JourneyVersion, form: Form, place: str) -> dict[str, Any]:
        """Return title, crumbs and the kind."""
        part = self._part(version, place)
        title = part.get("name") or _("A step")
        kind = getattr(form, "kind", None)
        return {"title": title, "crumbs": self.crumbs(version, title), "kind": kind, "is_stage": kind is None}


class StepAdd(EditBase):
    """A further step of a stage: its kind first, then its form."""

    def get(self, request: HttpRequest, pk: int, stage: int) -> HttpResponse:
        """Ask for the kind, then show the empty form."""
        version, kind = self.draft(pk), self._kind(stage)
        if kind is None:
            return self._choose(version, 200)
        return self.form_page(version, step_form(self, version, kind, {}), self._place(version, stage))

    def post(self, request: HttpRequest, pk: int, stage: int) -> HttpResponse:
        """Add it at the end of the stage."""
        version, kind = self.draft(pk), self._kind(stage)
        if kind is None:
            return self._choose(version, 422)
        place, form = self._place(version, stage), step_form(self, version, kind, {}, request.POST)
        if not form.is_valid():
            return self.form_page(version, form, place, status=422)
        taken = [each.get("slug", "") for each in all_steps(version)]
        step = {**form.written(), "slug": free_slug(form.cleaned_data["name"], taken, "step")}
        return self.keep(version, form, place, partial(step_added, stage=f"stages.{stage}", step=step))

    def _kind(self, stage: int) -> StepKind | None:
        return STEP_KINDS.get(self.request.GET.get("kind", ""))

    @staticmethod
    def _place(version: JourneyVersion, stage: int) -> str:
        stages = version.definition.get("stages", [])
        if stage >= len(stages):
            raise Http404
        return f"stages.{stage}.steps.{len(stages[stage].get('steps', []))}"

    def _choose(self, version: JourneyVersion, status: int) -> HttpResponse:
        title = _("What kind of step?")
        people = [kind for kind in STEP_KINDS.values() if not kind.automated]
        automated = [kind for kind in STEP_KINDS.values() if kind.automated]
        context = {
            "version": version,
            "title": title,
            "groups": [(_("Somebody does it"), people), (_("It happens by itself"), automated)],
            "crumbs": self.crumbs(version, title),
        }
        return render(self.request, "console/journeys/choose.html", context, status=status)

    def put(self, form: Form, faults: Iterable[Fault], place: str) -> None:
        """Put each fault at its field."""
        put_step_faults(form, faults, place)

    def shown(self, version: JourneyVersion, form: Form, place: str) -> dict[str, Any]:
        """Return title, crumbs and the kind."""
        title = _("Add a step")
        return {"title": title, "crumbs": self.crumbs(version, title), "kind": getattr(form, "kind", None)}


def step_form(
    view: EditBase, version: JourneyVersion, kind: StepKind, part: dict[str, Any], data: Any = None
) -> StepForm:
    """Return the form of a step, with the other steps that it may wait for."""
    others = [
        (each["slug"], each.get("name", "")) for each in all_steps(version) if each.get("slug") != part.get("slug")
    ]
    return StepForm(data, kind=kind, part=part, others=others, offers=offers_for(version, view.actor))


def put_step_faults(form: Form, faults: Iterable[Fault], place: str) -> None:
    """Put each fault at the field that its place ends with, those that belong to none on the whole form."""
    for fault in faults:
        keys = fault.place.removeprefix(place).strip(".").split(".")
        names = [f"set_{keys[1]}" if keys[0] == "settings" and len(keys) > 1 else keys[0]]
        names.append({"due": "due_days", "when": "every"}.get(keys[0], ""))
        field = next((each for each in names if each in form.fields), None)
        form.add_error(field, fault.message)
