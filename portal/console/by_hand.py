"""What is given by hand: a tier until a day, points with a reason; and the list of what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_filters import BooleanFilter, CharFilter, FilterSet

from dealreg.fields import DayField
from partners.models import Enrollment
from portal.console.schemes.fields import NumberField
from portal.formats import day_text
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation
from standing.models import Tier, TierOverride
from standing.permissions import DECIDE_STANDING
from standing.reports import Place, balance_of, enrolled, place_of
from standing.services import adjust_points, end_override, give_tier, scheme_for
from standing.words import plain

if TYPE_CHECKING:
    from django.db.models import QuerySet

LONGEST_REASON = 300


class TierByHandForm(forms.Form):
    """A tier, until when, and why."""

    tier = forms.ModelChoiceField(label=gettext_lazy("Tier"), queryset=Tier.objects.none(), empty_label=None)
    ends_on = DayField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("On that day what was earned holds again. Within three years."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it, and it stays in the audit trail."),
    )

    def __init__(self, *args: Any, tiers: QuerySet[Tier], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = tiers  # type: ignore[attr-defined]


class PointsByHandForm(forms.Form):
    """Points, until when they count, and why."""

    points = NumberField(
        label=gettext_lazy("Points"), help_text=gettext_lazy("With a minus in front they are taken away.")
    )
    ends = DayField(
        label=gettext_lazy("They count until"), required=False, help_text=gettext_lazy("Empty: they don’t expire.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it in its points ledger."),
    )


class ByHand(ActorView):
    """A page that gives something to one enrollment by hand."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_STANDING
    template_name: str

    def find(self, pk: int) -> Place:
        """Return where the enrollment stands that the address names, or 404."""
        return place_of(get_object_or_404(enrolled(self.actor), pk=pk))

    def back(self, enrollment: Enrollment) -> str:
        """Return where one came from: an address of ours, else the partner's page on the desk."""
        wanted = self.request.POST.get("next") or self.request.GET.get("next", "")
        if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
            return wanted
        return f"{enrollment.partner.get_absolute_url()}#standing"

    def page(self, place: Place, form: forms.Form, status: int = 200, **more: Any) -> HttpResponse:
        """Show the form."""
        enrollment = place.enrollment
        context = {
            "place": place,
            "enrollment": enrollment,
            "form": form,
            "back_url": self.back(enrollment),
            "crumbs": [
                {"label": _("Enrollments"), "url": reverse("admin:partners_enrollment_changelist")},
                {"label": str(enrollment), "url": reverse("admin:partners_enrollment_change", args=[enrollment.pk])},
                {"label": str(more["title"])},
            ],
            **more,
        }
        return render(self.request, "console/by_hand.html", context, status=status)


class GiveTier(ByHand):
    """Gives a tier until a day."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask which, until when and why."""
        place = self.find(pk)
        return self._page(place, TierByHandForm(tiers=self._tiers(place)))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give it."""
        place = self.find(pk)
        form = TierByHandForm(request.POST, tiers=self._tiers(place))
        if not form.is_valid():
            return self._page(place, form, 422)
        given = form.cleaned_data
        try:
            give_tier(
                actor=self.actor,
                enrollment=place.enrollment,
                tier=given["tier"],
                reason=given["reason"],
                ends_on=given["ends_on"],
            )
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(place, form, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(place, form, 422)
        words = {"partner": place.enrollment.partner.name, "tier": given["tier"], "day": day_text(given["ends_on"])}
        messages.success(request, _("%(partner)s: %(tier)s until %(day)s. It is told.") % words)
        return redirect(self.back(place.enrollment))

    def _tiers(self, place: Place) -> QuerySet[Tier]:
        """Return the tiers of the ladder that the enrollment is on, highest first."""
        scheme = scheme_for(place.enrollment, place.enrollment.vendor.today())
        found: QuerySet[Tier] = Tier.objects.visible_to(self.actor).filter(
            program_id=place.enrollment.program_id,
            partner_type=scheme.partner_type if scheme else "",
            rank__isnull=False,
        )
        return found.order_by("-rank")

    def _page(self, place: Place, form: forms.Form, status: int = 200) -> HttpResponse:
        running = TierOverride.objects.visible_to(self.actor).filter(enrollment=place.enrollment, ended_at=None)
        override = running.select_related("tier", "given_by").first()
        return self.page(place, form, status, title=_("Give a tier by hand"), override=override, kind="tier")


class GivePoints(ByHand):
    """Books points by hand."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask how many and why."""
        return self._page(self.find(pk), PointsByHandForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Book them."""
        place, form = self.find(pk), PointsByHandForm(request.POST)
        if not form.is_valid():
            return self._page(place, form, 422)
        given = form.cleaned_data
        try:
            adjust_points(
                actor=self.actor,
                enrollment=place.enrollment,
                points=given["points"],
                reason=given["reason"],
                ends=given["ends"],
            )
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(place, form, violation.status)
        words = {"partner": place.enrollment.partner.name, "points": plain(given["points"])}
        messages.success(request, _("%(partner)s: %(points)s points booked. It is told.") % words)
        return redirect(self.back(place.enrollment))

    def _page(self, place: Place, form: forms.Form, status: int = 200) -> HttpResponse:
        balance = balance_of(self.actor, place.enrollment.pk, place.enrollment.vendor.today())
        points = plain(balance.points)
        return self.page(place, form, status, title=_("Book points by hand"), points=points, kind="points")


class EndOverride(ActorView):
    """Ends a tier given by hand."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_STANDING

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it."""
        found = TierOverride.objects.visible_to(self.actor).select_related("enrollment__partner", "tier")
        override = get_object_or_404(found, pk=pk)
        end_override(actor=self.actor, override=override)
        names = {"partner": override.enrollment.partner.name, "tier": override.tier.name}
        messages.success(request, _("%(partner)s: %(tier)s by hand has ended.") % names)
        wanted = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
        return redirect(wanted if safe else reverse("console:overrides"))


def earned_name(override: TierOverride) -> str:
    """Return the tier that was earned meanwhile."""
    standing = getattr(override.enrollment, "standing", None)
    return str(standing.earned) if standing is not None and standing.earned is not None else str(_("no tier"))


class OverrideFilter(FilterSet):
    """Partner, and whether those that are over are there too."""

    q = CharFilter(field_name="partner__name", lookup_expr="icontains", label=gettext_lazy("Partner"))
    over = BooleanFilter(method="also_over", label=gettext_lazy("Also what has ended"), widget=forms.CheckboxInput)

    class Meta:
        model = TierOverride
        fields: tuple[str, ...] = ()

    def also_over(self, overrides: QuerySet[TierOverride], name: str, value: bool) -> QuerySet[TierOverride]:  # noqa: FBT001
        """Leave those out that have ended, unless asked for."""
        return overrides if value else overrides.filter(ended_at=None)


class Overrides(ListPage):
    """Tiers given by hand."""

    kinds = frozenset({Kind.VENDOR})
    permission = DECIDE_STANDING
    template_name = "console/overrides.html"
    results_template = "console/overrides_results.html"
    filterset_class = OverrideFilter
    orders = {"ends": ("ends_on",), "partner": ("partner__name",)}
    default_order = "ends"
    export_name = "tiers-by-hand"
    columns = (
        (gettext_lazy("Partner"), lambda each: each.enrollment.partner.name),
        (gettext_lazy("Program"), lambda each: each.enrollment.program.name),
        (gettext_lazy("Tier"), lambda each: each.tier.name),
        (gettext_lazy("Earned"), earned_name),
        (gettext_lazy("From"), lambda each: each.starts_on.isoformat()),
        (gettext_lazy("Until"), lambda each: each.ends_on.isoformat()),
        (gettext_lazy("By"), lambda each: str(each.given_by)),
        (gettext_lazy("Reason"), lambda each: each.reason),
    )

    def rows(self) -> QuerySet[TierOverride]:
        """Return the vendor's."""
        return TierOverride.objects.visible_to(self.actor).select_related(
            "enrollment__partner", "enrollment__program", "enrollment__standing__earned", "tier", "given_by"
        )

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return how many, and each with what was earned."""
        return {
            "rows": [(each, earned_name(each)) for each in page.rows],
            "count_words": ngettext("%(count)s tier by hand", "%(count)s tiers by hand", page.count)
            % {"count": page.counted},
            "filtered": any(self.request.GET.get(name) for name in ("q", "over")),
        }
