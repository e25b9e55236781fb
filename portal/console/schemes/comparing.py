"""Two versions side by side, in plain language, differences marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.console.schemes.base import SchemeBase, version_name
from portal.console.schemes.sections import SECTIONS
from standing.enums import SchemeState
from standing.models import Scheme

if TYPE_CHECKING:
    from standing.telling import Part


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line of one side; `own`: the other side doesn't have it."""

    text: str
    own: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """A part as it is in both versions; None where one lacks it. moved: it stands elsewhere among its like."""

    name: str
    left: list[Sentence] | None
    right: list[Sentence] | None
    moved: bool

    @property
    def sides(self) -> tuple[list[Sentence] | None, list[Sentence] | None]:
        """Both, left and right."""
        return self.left, self.right

    @property
    def differs(self) -> bool:
        """Whether anything is different."""
        if self.left is None or self.right is None or self.moved:
            return True
        return any(each.own for each in (*self.left, *self.right))


def pairs(left: tuple[Part, ...], right: tuple[Part, ...]) -> list[Pair]:
    """Return the parts of a section of two versions beside each other, in the order of the right one."""
    mine, theirs = {each.slug: each for each in left}, {each.slug: each for each in right}
    order = [slug for slug in theirs if slug in mine]
    was = [slug for slug in mine if slug in theirs]
    found = []
    for slug in [*theirs, *(slug for slug in mine if slug not in theirs)]:
        one, other = mine.get(slug), theirs.get(slug)
        before, after = told(one), told(other)
        name = other.name if other else one.name if one else ""
        moved = one is not None and other is not None and order.index(slug) != was.index(slug)
        found.append(
            Pair(
                name,
                None if one is None else [Sentence(each, each not in after) for each in before],
                None if other is None else [Sentence(each, each not in before) for each in after],
                moved,
            )
        )
    return found


def told(part: Part | None) -> list[str]:
    """Return a part's lines; its name is the first, so that another name is a difference."""
    return [] if part is None else [part.name, *part.lines()]


class SchemeCompare(SchemeBase):
    """A version beside another."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show both; the one before it, if none is named."""
        scheme = self.find(pk)
        others = list(
            Scheme.objects.visible_to(self.actor)
            .exclude(pk=pk)
            .exclude(state=SchemeState.DISCARDED)
            .filter(program_id=scheme.program_id)
            .select_related("program__vendor", "vendor")
            .order_by("partner_type", "-number")
        )
        other = self._other(scheme, others)
        sections = self._sections(other, scheme) if other else []
        context = {
            "scheme": scheme,
            "other": other,
            "others": [(each, version_name(each)) for each in others],
            "title": _("Side by side"),
            "crumbs": self.crumbs(scheme, _("Side by side")),
            "sections": sections,
            "differs": any(each["differs"] for each in sections),
            "only": "all" not in request.GET,
        }
        return render(request, "console/schemes/compare.html", context)

    def _other(self, scheme: Scheme, others: list[Scheme]) -> Scheme | None:
        wanted = self.request.GET.get("with", "")
        if wanted:
            found = next((each for each in others if str(each.pk) == wanted), None)
            if found is None:
                raise Http404
            return found
        same = [each for each in others if each.partner_type == scheme.partner_type]
        before = [each for each in same if each.number < scheme.number]
        return next(iter([*before, *same, *others]), None)

    def _sections(self, left: Scheme, right: Scheme) -> list[dict[str, Any]]:
        tellers = self.teller(left), self.teller(right)
        if tellers[0] is None or tellers[1] is None:
            return []
        before, after = tellers[0].sections(), tellers[1].sections()
        found = []
        for name, section in SECTIONS.items():
            both = pairs(before[name], after[name])
            if both:
                found.append({"label": section.label, "pairs": both, "differs": any(each.differs for each in both)})
        return found
