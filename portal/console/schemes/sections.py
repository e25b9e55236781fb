"""The sections of a scheme, in the order in which one builds it: words, form, and what is chosen first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.console.schemes.forms import (
    CategoryForm,
    PartForm,
    RequirementForm,
    ReviewForm,
    RuleForm,
    SpecialisationForm,
    TierForm,
    TotalForm,
)
from portal.console.schemes.need_forms import LineForm
from standing.registry import MEASURES, SOURCES
from standing.scheme.shape import TOTAL

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from standing.models import Scheme


@dataclass(frozen=True, slots=True)
class Section:
    """A section. of: what is chosen before the form: "source", "measure" or "need"; "" for nothing."""

    label: str | Promise
    one: str | Promise
    intro: str | Promise
    add: str | Promise
    form: type[PartForm]
    icon: str
    of: str = ""


SECTIONS = {
    "tiers": Section(
        gettext_lazy("Tiers"),
        gettext_lazy("Tier"),
        gettext_lazy(
            "The ladder, lowest first. A tier takes what it asks for itself and all that the tiers below it ask for."
        ),
        gettext_lazy("Add a tier"),
        TierForm,
        "tier",
    ),
    "rules": Section(
        gettext_lazy("Points"),
        gettext_lazy("Point rule"),
        gettext_lazy("What earns points. Each rule is for facts of its own days, so that points once earned stay."),
        gettext_lazy("Add a rule"),
        RuleForm,
        "plus",
        "source",
    ),
    "categories": Section(
        gettext_lazy("Score: categories"),
        gettext_lazy("Category"),
        gettext_lazy("A score adds up categories, each with its own limit. Leave it out if points are enough."),
        gettext_lazy("Add a category"),
        CategoryForm,
        "chart",
    ),
    "lines": Section(
        gettext_lazy("Score: what counts"),
        gettext_lazy("Line of the score"),
        gettext_lazy("Each line turns a figure into points of its category. The score is computed anew every day."),
        gettext_lazy("Add a line"),
        LineForm,
        "chart",
        "measure",
    ),
    "totals": Section(
        gettext_lazy("Score: sums of some categories"),
        gettext_lazy("Sum of categories"),
        gettext_lazy("For ladders with tracks: a tier can ask for the sum of some categories instead of all."),
        gettext_lazy("Add a sum"),
        TotalForm,
        "chart",
    ),
    "requirements": Section(
        gettext_lazy("Requirements with a name"),
        gettext_lazy("Requirements with a name"),
        gettext_lazy("For what several tiers ask for, and for tracks of which one is enough."),
        gettext_lazy("Add requirements"),
        RequirementForm,
        "split",
        "need",
    ),
    "specialisations": Section(
        gettext_lazy("Specialisations"),
        gettext_lazy("Specialisation"),
        gettext_lazy("What a partner is recognised for, by industry or solution, whatever its tier."),
        gettext_lazy("Add a specialisation"),
        SpecialisationForm,
        "star",
        "need",
    ),
    "review": Section(
        gettext_lazy("Reviews"),
        gettext_lazy("Reviews"),
        gettext_lazy("When a tier may be lowered. It rises at any time, and never falls without a decision of yours."),
        "",
        ReviewForm,
        "clock",
    ),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: `of` names it in the address."""

    of: str
    label: str
    sentence: str


def sources() -> list[Choice]:
    """Return what can earn points."""
    found = []
    for source in SOURCES.values():
        if source.earns:
            tags = ", ".join(str(tag.label) for tag in source.tags.values())
            said = _("Points for each, or for each amount.") if source.unit == "money" else _("Points for each.")
            if tags:
                said += " " + _("Can be narrowed down by: %(tags)s.") % {"tags": tags}
            found.append(Choice(source.name, str(source.label), said))
    return found


def measures() -> list[Choice]:
    """Return what can be measured, each with its sentence."""
    return [Choice(f"figure:{each.name}", str(each.label), str(each.sentence)) for each in MEASURES.values()]


def scores(scheme: Scheme) -> list[Choice]:
    """Return the scores of a scheme: the total and each category."""
    found = [
        Choice(f"score:{each['slug']}", each["name"], _("The category’s points."))
        for each in scheme.definition.get("categories", [])
    ]
    found += [
        Choice(f"score:{each['slug']}", each["name"], _("A sum of some categories."))
        for each in scheme.definition.get("totals", [])
    ]
    return [Choice(f"score:{TOTAL}", _("Score"), _("All categories together.")), *found] if found else []


def names(scheme: Scheme, place: str) -> list[Choice]:
    """Return the requirements with a name that can be asked for at a place."""
    own = ".".join(place.split(".")[:2])
    return [
        Choice(f"ref:{each['slug']}", each["name"], _("All that stands under this name."))
        for at, each in enumerate(scheme.definition.get("requirements", []))
        if f"requirements.{at}" != own
    ]


def subject(of: str) -> dict[str, Any] | None:
    """Return what a chosen figure or score is as the start of a requirement; None for what isn't known."""
    kind, _colon, name = of.partition(":")
    if kind == "figure" and name in MEASURES:
        return {"figure": {"measure": name}}
    return {"score": name} if kind == "score" and name else None
