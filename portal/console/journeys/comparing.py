"""Two versions of a journey side by side, in plain language, differences marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from onboarding.models import JourneyVersion
from portal.console.journeys.base import JourneyBase, shape_of, version_name
from portal.console.journeys.setting_fields import offers_for
from portal.console.journeys.telling import sentences, stage_lines
from portal.console.schemes.comparing import Pair, pairs

if TYPE_CHECKING:
    from onboarding.journeys import Definition
    from portal.console.journeys.telling import Names


@dataclass(frozen=True, slots=True)
class Told:
    """A part in words."""

    slug: str
    name: str
    sentences: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return its sentences."""
        return list(self.sentences)


def stages_told(definition: Definition) -> tuple[Told, ...]:
    """Return the stages in words."""
    return tuple(Told(each.slug, each.name, tuple(stage_lines(each))) for each in definition.stages)


def steps_told(definition: Definition, names: Names) -> tuple[Told, ...]:
    """Return the steps in words, each with its stage."""
    return tuple(
        Told(step.slug, step.name, (stage.name, *sentences(step, definition, names)))
        for _place, stage, step in definition.placed()
    )


class JourneyCompare(JourneyBase):
    """A version beside another."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show both; the one before it, if none is named."""
        version = self.find(pk)
        others = list(
            JourneyVersion.objects.visible_to(self.actor)
            .exclude(pk=pk)
            .filter(template__program_id=version.template.program_id)
            .select_related("template__program")
            .order_by("template__partner_type", "-number")
        )
        other = self._other(version, others)
        sections = self._sections(other, version) if other else []
        context = {
            "version": version,
            "other": other,
            "others": [(each, version_name(each)) for each in others],
            "title": _("Side by side"),
            "crumbs": self.crumbs(version, _("Side by side")),
            "sections": sections,
            "differs": any(each["differs"] for each in sections),
            "only": "all" not in request.GET,
        }
        return render(request, "console/journeys/compare.html", context)

    def _other(self, version: JourneyVersion, others: list[JourneyVersion]) -> JourneyVersion | None:
        wanted = self.request.GET.get("with", "")
        if wanted:
            found = next((each for each in others if str(each.pk) == wanted), None)
            if found is None:
                raise Http404
            return found
        same = [each for each in others if each.template_id == version.template_id]
        before = [each for each in same if each.number < version.number]
        return next(iter([*before, *same, *others]), None)

    def _sections(self, left: JourneyVersion, right: JourneyVersion) -> list[dict[str, Any]]:
        before, after = shape_of(left), shape_of(right)
        if before is None or after is None:
            return []
        names = offers_for(right, self.actor).names
        both: list[tuple[str, list[Pair]]] = [
            (_("Stages"), pairs(stages_told(before), stages_told(after))),  # type: ignore[arg-type]
            (_("Steps"), pairs(steps_told(before, names), steps_told(after, names))),  # type: ignore[arg-type]
        ]
        return [
            {"label": label, "pairs": found, "differs": any(each.differs for each in found)} for label, found in both
        ]
