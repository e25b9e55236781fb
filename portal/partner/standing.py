"""Where a partner stands in its programs: the list of them, and the tier page."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.models import Deal
from partners.middleware import focused_vendor
from portal.partner.standing_parts import (
    Reader,
    Section,
    benefit_rows,
    chosen_tiers,
    headline,
    ladder_figure,
    sections,
)
from portal.partner.standing_score import score_of
from portal.partner.standing_state import dates_of, notes_of, reviews_of, running_override, specialisations_of
from portal.partner.standing_steps import card_of
from portal.partner.trying import TryForm, outcome_of, suggestion_for
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView
from standing.models import TierSpan
from standing.permissions import TRY_STANDING, VIEW_STANDING
from standing.reports import Place, balance_of, enrolled, place_of

if TYPE_CHECKING:
    from datetime import date

    from partners.models import Enrollment

NOT_TRIED = frozenset({"tier", "csrfmiddlewaretoken"})
RESULT = "tried"
MOST_SPANS = 20


class StandingList(ActorView):
    """The programs that the partner is in; with a single one, its page."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_STANDING

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        found = enrolled(self.actor).order_by("vendor__name", "program__name", "pk")
        focus = focused_vendor(request)
        rows = list(found.filter(vendor_id=focus) if focus is not None else found)
        if len(rows) == 1:
            return redirect("portal:standing", pk=rows[0].pk)
        return render(request, "partner/standings.html", {"cards": [card_of(place_of(row)) for row in rows]})


class StandingView(ActorView):
    """A page about one enrollment's standing."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_STANDING

    @cached_property
    def enrollment(self) -> Enrollment:
        """The enrollment that the address names.

        Raises:
            Http404: out of the actor's sight.
        """
        found = enrolled(self.actor).filter(pk=self.kwargs["pk"]).first()
        if found is None:
            raise Http404
        return found

    @cached_property
    def today(self) -> date:
        """Today where the vendor is."""
        today: date = self.enrollment.vendor.today()
        return today

    def crumbs(self, *further: dict[str, str]) -> list[dict[str, str]]:
        """Return the way here."""
        return [
            {"label": _("Standing"), "url": reverse("portal:standing-list")},
            {"label": self.enrollment.vendor.name},
            *further,
        ]


class TierPage(StandingView):
    """An enrollment's tier: the ladder, what the next tier takes and brings, what if, dates, history.

    It reads what was computed and kept; nothing is aggregated here. `?tier=` looks at another tier above.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it, or the result of what was tried alone, for htmx. What can't be tried is 422, as typed."""
        place = place_of(self.enrollment)
        if place.calculation is None:
            return render(request, "partner/standing_none.html", {"place": place, "crumbs": self.crumbs()})
        tried = self.tried(place) if self.actor.may(TRY_STANDING) else {}
        status = 422 if tried and tried["form"].is_bound and tried["form"].errors else 200
        htmx: Any = getattr(request, "htmx", None)
        if htmx and not htmx.boosted and htmx.target == RESULT:
            response = render(request, "partner/standing_tried.html", {"place": place, **tried}, status=status)
        else:
            response = render(request, "partner/standing.html", {**self.page(place), **tried}, status=status)
        response["Vary"] = "HX-Request, Cookie"
        return response

    def aim(self, place: Place) -> int:
        """Return the rank of the tier that one looks at."""
        asked = self.request.GET.get("tier", "")
        found = [rank for rank, tier in enumerate(place.shape.tiers, 1) if tier.slug == asked and rank >= place.aim]
        return found[0] if found else place.aim

    def tried(self, place: Place) -> dict[str, Any]:
        """Return the form and what it makes. One query."""
        given = any(value for name, value in self.request.GET.items() if name not in NOT_TRIED)
        form = TryForm(place, self.aim(place), self.request.GET if given else None)
        if not form.fields:
            return {}
        pipeline = self.pipeline()
        outcome = (
            outcome_of(place, form.changes(), pipeline, self.aim(place)) if form.is_valid() and form.changes() else None
        )
        return {
            "form": form,
            "outcome": outcome,
            "suggestion": None if outcome else suggestion_for(place, form, self.aim(place), pipeline),
            "path": self.request.path,
            "aim_tier": place.shape.tiers[self.aim(place) - 1],
        }

    def page(self, place: Place) -> dict[str, Any]:
        """Return all but what is tried. Six queries."""
        aim = self.aim(place)
        assert place.calculation is not None  # noqa: S101
        reader = Reader(place.shape, place.currency, place.calculation.day, place.labels)
        takes = sections(place, reader, aim)
        override, reviews = running_override(self.actor, place, self.today), reviews_of(self.actor, place)
        # Beside the tier that isn't secured stands the one that the figures would bring.
        beside = place.verdict.rank if place.falls_short else place.held
        held = place.shape.tiers[beside - 1] if beside else None
        return {
            "place": place,
            "crumbs": self.crumbs(),
            "title": headline(place),
            "notes": notes_of(place, override, reviews, self.today),
            "ladder": ladder_figure(place),
            "chips": chosen_tiers(place, aim, self.request.path),
            "aim_tier": place.shape.tiers[aim - 1],
            "takes": takes,
            "counts": _counts(takes),
            "score": score_of(place, aim),
            "held_tier": held,
            "same_tier": beside == aim,
            "benefits": benefit_rows(held, place.shape.tiers[aim - 1]),
            "dates": dates_of(place, override, reviews, self.today),
            "specialisations": specialisations_of(self.actor, place, reader),
            "spans": self.spans(),
            "balance": balance_of(self.actor, self.enrollment.pk, self.today) if place.shape.rules else None,
        }

    def pipeline(self) -> dict[str, Decimal]:
        """Return the value of the enrollment's open deals by currency. One query."""
        found = Deal.objects.visible_to(self.actor).open().filter(enrollment_id=self.enrollment.pk).order_by()
        sums = found.values("currency").annotate(total=Sum("value")).values_list("currency", "total")
        return {currency: total for currency, total in sorted(sums) if total}

    def spans(self) -> list[TierSpan]:
        """Return the tiers held, the latest first. One query."""
        found = TierSpan.objects.visible_to(self.actor).filter(enrollment_id=self.enrollment.pk)
        return list(found.select_related("tier").order_by("-since", "-pk")[:MOST_SPANS])


def _counts(takes: list[Section]) -> str:
    met, count = sum(section.met for section in takes), sum(section.count for section in takes)
    return _("%(met)d of %(count)d met") % {"met": met, "count": count}
