"""Tier reviews: who waits for a decision, who is warned or in grace; decided one by one, or several at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_filters import CharFilter, ChoiceFilter, FilterSet

from portal.console.schemes.preview import Line, lines_of
from portal.console.schemes.vocabulary import vocabulary, with_countries
from portal.statuses import REVIEW_LOOK
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page
from prm.kernel.widgets import PlainSelect
from standing.enums import OPEN_REVIEWS, ReviewState
from standing.models import TierReview
from standing.permissions import DECIDE_STANDING
from standing.reports import Place, place_of
from standing.services import keep_tier, lower_tier
from standing.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet

MOST_AT_ONCE = 100
LONGEST_REASON = 500
MOST_MISSING = 4
RELATED = (
    "enrollment__vendor",
    "enrollment__partner",
    "enrollment__program",
    "enrollment__manager",
    "enrollment__standing__tier",
    "enrollment__standing__earned",
    "enrollment__calculation__scheme",
    "enrollment__calculation__tier",
    "from_tier",
    "to_tier",
    "decided_by",
)


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as the list shows it. missing: for the tier that it may lose; none for reviews that are over."""

    review: TierReview
    url: str
    label: str
    look: tuple[str, str]
    to_tier: str
    missing: list[str]
    is_open: bool

    @property
    def may_decide(self) -> bool:
        """Whether it waits for a decision."""
        return bool(self.review.state == ReviewState.PROPOSED)


def review_row(review: TierReview) -> ReviewRow:
    """Return a review as a row; no query on what `RELATED` gives."""
    place, is_open = place_of(review.enrollment), review.state in OPEN_REVIEWS
    missing = place.missing(place.earned) if is_open and place.falls_short else []
    tier = place.calculation.tier if is_open and place.calculation else review.to_tier
    state = ReviewState(review.state)
    url = reverse("console:review", args=[review.pk])
    return ReviewRow(
        review, url, str(state.label), REVIEW_LOOK[state], str(tier or _("no tier")), missing[:MOST_MISSING], is_open
    )


class ReviewFilter(FilterSet):
    """State and partner."""

    q = CharFilter(field_name="partner__name", lookup_expr="icontains", label=gettext_lazy("Partner"))
    state = ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[*ReviewState.choices, ("all", gettext_lazy("All"))],
        empty_label=gettext_lazy("Open"),
        method="in_state",
        widget=PlainSelect,
    )

    class Meta:
        model = TierReview
        fields: tuple[str, ...] = ()

    def in_state(self, reviews: QuerySet[TierReview], name: str, value: str) -> QuerySet[TierReview]:
        """Find those in one state, or all."""
        return reviews if value == "all" else reviews.filter(state=value)

    @property
    def qs(self) -> QuerySet[TierReview]:
        """Those that aren't over, unless others are asked for."""
        found: QuerySet[TierReview] = super().qs
        return found if self.data.get("state") else found.filter(state__in=OPEN_REVIEWS)


class Reviews(ListPage):
    """Tier reviews that wait for a decision, and those that may come to it."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_STANDING
    template_name = "console/reviews.html"
    results_template = "console/reviews_results.html"
    filterset_class = ReviewFilter
    orders = {"due": ("due_on",), "partner": ("partner__name",)}
    default_order = "due"
    export_name = "reviews"
    columns = (
        (gettext_lazy("Partner"), lambda review: review.enrollment.partner.name),
        (gettext_lazy("Program"), lambda review: review.enrollment.program.name),
        (gettext_lazy("State"), lambda review: str(ReviewState(review.state).label)),
        (gettext_lazy("Review"), lambda review: review.due_on.isoformat()),
        (gettext_lazy("Grace until"), lambda review: review.grace_until.isoformat()),
        (gettext_lazy("Tier"), lambda review: review.from_tier.name),
        (gettext_lazy("By its figures"), lambda review: review_row(review).to_tier),
        (gettext_lazy("Missing"), lambda review: "; ".join(review_row(review).missing)),
        (gettext_lazy("Decided by"), lambda review: str(review.decided_by or "")),
        (gettext_lazy("Reason"), lambda review: review.reason),
    )

    def rows(self) -> QuerySet[TierReview]:
        """Return the vendor's reviews."""
        return TierReview.objects.visible_to(self.actor).select_related(*RELATED)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows as told."""
        rows = [review_row(review) for review in page.rows]
        return {
            "rows": rows,
            "may_decide": any(row.may_decide for row in rows),
            "count_words": ngettext("%(count)s review", "%(count)s reviews", page.count) % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in ("q", "state")),
            "chips": self._chips(),
            "actions": [
                {"name": "deed", "value": "keep", "label": _("Let them stay"), "icon": "ok"},
                {"name": "deed", "value": "lower", "label": _("Lower"), "icon": "down"},
            ],
        }

    def _chips(self) -> list[dict[str, Any]]:
        """Return the states as links; no numbers, which would be a query each."""
        now = self.request.GET.get("state", "")
        wanted = [("", _("Open")), *((str(each), each.label) for each in ReviewState), ("all", _("All"))]
        path = reverse("console:reviews")
        return [
            {"label": label, "url": f"{path}?state={state}" if state else path, "current": state == now}
            for state, label in wanted
        ]


class KeepForm(forms.Form):
    """Why the tier stays."""

    reason = forms.CharField(
        label=gettext_lazy("Why does it stay?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it. The tier then stays until the next review."),
    )


class ReviewBase(ActorView):
    """A page about reviews."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_STANDING

    def find(self, pk: int) -> TierReview:
        """Return the review that the address names, or 404."""
        found = TierReview.objects.visible_to(self.actor).select_related(*RELATED)
        review: TierReview = get_object_or_404(found, pk=pk)
        return review

    def page(self, review: TierReview, form: forms.Form, status: int = 200, problem: str = "") -> HttpResponse:
        """Show a review; problem: what went wrong beside the form."""
        place = place_of(review.enrollment)
        teller = None
        if place.calculation is not None:
            labels = with_countries(vocabulary(self.actor))
            teller = Teller(place.shape, place.currency, labels)
        row = review_row(review)
        context = {
            "row": row,
            "review": review,
            "place": place,
            "form": form,
            "problem": problem,
            "takes": takes_of(place, teller) if teller else [],
            "crumbs": [{"label": _("Tier reviews"), "url": reverse("console:reviews")}, {"label": str(review.partner)}],
        }
        return render(self.request, "console/review.html", context, status=status)


def takes_of(place: Place, teller: Teller) -> list[tuple[str, list[Line]]]:
    """Return what the tier at stake and those below it take, with the figures, highest first."""
    found = [
        (tier.name, list(lines_of(teller, judged, known=True)))
        for tier, judged in zip(place.shape.tiers[: place.earned], place.verdict.tiers, strict=False)
        if tier.needs is not None
    ]
    return found[::-1]


class Review(ReviewBase):
    """One review, and letting the tier stay."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.page(self.find(pk), KeepForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Let the tier stay."""
        review, form = self.find(pk), KeepForm(request.POST)
        if not form.is_valid():
            return self.page(review, form, 422)
        try:
            keep_tier(actor=self.actor, review=review, reason=form.cleaned_data["reason"])
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self.page(self.find(pk), form, 409)
        names = {"partner": review.enrollment.partner.name, "tier": review.from_tier.name}
        messages.success(request, _("%(partner)s stays %(tier)s. It is told, with the reason.") % names)
        return redirect("console:reviews")


class Lower(ReviewBase):
    """Lowers the tier."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Lower it to what the figures bring now."""
        review = self.find(pk)
        try:
            lower_tier(actor=self.actor, review=review)
        except Conflict as conflict:
            return self.page(self.find(pk), KeepForm(), 409, str(conflict.message))
        names = {"partner": review.enrollment.partner.name, "tier": review_row(self.find(pk)).to_tier}
        messages.success(request, _("%(partner)s now: %(tier)s. It is told why.") % names)
        return redirect("console:reviews")


class Decide(ReviewBase):
    """Decides several at once: asks for one reason, then decides each in a transaction of its own."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask, or decide; what couldn't be decided is named with why."""
        deed = request.POST.get("deed", "")
        chosen = [int(each) for each in request.POST.getlist("selected") if each.isascii() and each.isdigit()]
        found = TierReview.objects.visible_to(self.actor).select_related(*RELATED)
        reviews = list(found.filter(pk__in=chosen[:MOST_AT_ONCE]).order_by("due_on", "pk"))
        if not reviews or deed not in {"keep", "lower"}:
            messages.info(request, _("Select reviews first, then what to decide."))
            return redirect("console:reviews")
        form = KeepForm(request.POST if "sure" in request.POST else None)
        if "sure" not in request.POST or (deed == "keep" and not form.is_valid()):
            status = 422 if "sure" in request.POST else 200
            return self._ask(deed, reviews, form, status)
        reason = form.cleaned_data["reason"] if deed == "keep" else ""
        refused = [(each, why) for each in reviews if (why := self._decide(each, deed, reason))]
        done = len(reviews) - len(refused)
        if refused:
            context = {"deed": deed, "rows": [(review_row(self.find(each.pk)), why) for each, why in refused]}
            return render(request, "console/reviews_bulk.html", {**context, "done": done}, status=409)
        words = ngettext("%(count)d review decided.", "%(count)d reviews decided.", done) % {"count": done}
        messages.success(request, words)
        return redirect("console:reviews")

    def _ask(self, deed: str, reviews: Iterable[TierReview], form: forms.Form, status: int) -> HttpResponse:
        context = {"deed": deed, "form": form, "asked": [(review_row(each), "") for each in reviews]}
        return render(self.request, "console/reviews_bulk.html", context, status=status)

    def _decide(self, review: TierReview, deed: str, reason: str) -> str:
        """Decide one; returns why not, or ""."""
        try:
            if deed == "keep":
                keep_tier(actor=self.actor, review=review, reason=reason)
            else:
                lower_tier(actor=self.actor, review=review)
        except RuleViolation as refusal:
            return str(refusal.message)
        return ""
