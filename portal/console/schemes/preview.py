"""A version as a partner sees it: the ladder with what each tier takes and brings, and a partner's figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from partners.enums import LIVE
from partners.models import Enrollment
from portal.console.schemes.base import SchemeBase, faults_of
from standing.computing import compute, served_types
from standing.models import Scheme
from standing.scheme import evaluate
from standing.scheme.shape import Need, Ref
from standing.telling import Teller, brings_words
from standing.words import named, value_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from standing.computing import Computed
    from standing.scheme.evaluating import Judged, Verdict

MOST_OFFERED = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A requirement with what the partner has. depth: how far in it stands; share: of a bar, in percent."""

    text: str
    depth: int
    met: bool | None
    has: str = ""
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A tier as a partner sees it."""

    name: str
    summary: str
    lines: list[Line]
    brings: list[str]
    reached: bool
    is_next: bool


def lines_of(teller: Teller, judged: Judged, depth: int = 0, *, known: bool) -> Iterator[Line]:
    """Yield a requirement and its parts; without figures nothing is said of whether it is met."""
    node, met = judged.node, judged.met if known else None
    if isinstance(node, Need):
        has = value_words(judged.value if judged.value is not None else Decimal(0), node.figure, teller.currency)
        yield Line(teller.need(node), depth, met, has if known else "", share_of(judged) if known else None)
        return
    if isinstance(node, Ref):
        yield Line(named(teller.definition, node), depth, met)
        yield from (line for part in judged.parts for line in lines_of(teller, part, depth + 1, known=known))
        return
    if depth or not node.every or node.name:
        words = _("All of these") if node.every else _("One of these")
        yield Line(f"{node.name}: {words}" if node.name else words, depth, met)
        depth += 1
    for part in judged.parts:
        yield from lines_of(teller, part, depth, known=known)


def share_of(judged: Judged) -> int | None:
    """Return how much of what is asked for is there, in percent; None where that makes no bar."""
    need = judged.node
    if not isinstance(need, Need) or need.low is None or need.low <= 0 or not isinstance(judged.value, Decimal):
        return None
    return int(min(Decimal(100), max(Decimal(0), 100 * judged.value / need.low)))


def steps_of(teller: Teller, verdict: Verdict, *, known: bool) -> list[Step]:
    """Return the ladder, highest tier first."""
    found = [
        Step(
            tier.name,
            tier.summary,
            list(lines_of(teller, judged, known=known)) if tier.needs is not None else [],
            [brings_words(each) for each in tier.brings],
            known and at < verdict.rank,
            known and at == verdict.rank,
        )
        for at, (tier, judged) in enumerate(zip(teller.definition.tiers, verdict.tiers, strict=True))
    ]
    return found[::-1]


class SchemePreview(SchemeBase):
    """The preview."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the ladder, with the figures of the partner that is chosen."""
        scheme = self.find(pk)
        teller = self.teller(scheme)
        live = self._enrollments(scheme)
        chosen = self._chosen(live)
        title = _("As a partner sees it")
        context: dict[str, Any] = {
            "scheme": scheme,
            "title": title,
            "crumbs": self.crumbs(scheme, title),
            "chosen": chosen,
            "offered": self._offered(live),
            # What names something that isn't there can't be computed.
            "broken": teller is None or bool(faults_of(scheme.definition)),
            "q": request.GET.get("q", ""),
        }
        if teller and not context["broken"]:
            context |= self._told(teller, self._computed(scheme, chosen) if chosen else None)
        return render(request, "console/schemes/preview.html", context)

    def _told(self, teller: Teller, computed: Computed | None) -> dict[str, Any]:
        shape = teller.definition
        verdict = computed.verdict(shape) if computed else evaluate(shape, {})
        known = computed is not None
        return {
            "steps": steps_of(teller, verdict, known=known),
            "tier": shape.tiers[verdict.rank - 1].name if known and verdict.rank else "",
            "total": verdict.total if known and shape.categories else None,
            "categories": [(each.name, verdict.categories[each.slug], each.most) for each in shape.categories if known],
            "specialisations": [
                (each, list(lines_of(teller, verdict.specialisations[each.slug], known=known)))
                for each in shape.specialisations
            ],
            "rules": teller.sections()["rules"],
            "review": teller.review(),
        }

    def _enrollments(self, scheme: Scheme) -> QuerySet[Enrollment]:
        today = scheme.program.vendor.today()
        found: QuerySet[Enrollment] = (
            Enrollment.objects.visible_to(self.actor)
            .filter(program_id=scheme.program_id, status__in=LIVE, partner__type__in=served_types(scheme, today))
            .select_related("partner")
            .order_by("partner__name", "pk")
        )
        return found

    def _chosen(self, live: QuerySet[Enrollment]) -> Enrollment | None:
        wanted = self.request.GET.get("partner", "")
        if not wanted:
            return None
        found: Enrollment = get_object_or_404(live, partner__slug=wanted)
        return found

    def _offered(self, live: QuerySet[Enrollment]) -> list[Enrollment]:
        words = self.request.GET.get("q", "").strip()[:100]
        return list((live.filter(partner__name__icontains=words) if words else live)[:MOST_OFFERED])

    @staticmethod
    def _computed(scheme: Scheme, chosen: Enrollment) -> Computed | None:
        found = compute(scheme, scheme.program.vendor.today(), enrollments=[chosen.pk])
        return next((each for each in found if each.enrollment_id == chosen.pk), None)
