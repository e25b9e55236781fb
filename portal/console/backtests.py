"""Trying a scheme on history: starting a trial, its result, the saved ones, and two side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet

from jobs.reports import LOOKS
from portal.console.trial_figures import Picture, signed, whole
from prm.kernel.actors import Kind
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation
from prm.kernel.widgets import PlainSelect
from standing.backtest import words
from standing.enums import Direction
from standing.models import BackTest, BackTestMove, Scheme
from standing.permissions import EDIT_SCHEMES
from standing.scheme.faults import SchemeRefused
from standing.services import try_scheme

LENGTHS = (6, 12, 24, 36)
MOST_COMPARED = 100
TONES = {
    Direction.UP: ("good", "up"),
    Direction.DOWN: ("warn", "fall"),
    Direction.NEW: ("info", "plus"),
    Direction.SAME: ("", "ok"),
}


class TrialForm(forms.Form):
    """How far back."""

    use_required_attribute = False

    months = forms.TypedChoiceField(
        label=gettext_lazy("History"),
        coerce=int,
        initial=24,
        choices=[(length, gettext_lazy("%(count)d months") % {"count": length}) for length in LENGTHS],
        widget=PlainSelect,
    )


@dataclass(frozen=True, slots=True)
class TrialRow:
    """A trial as the list tells it. up, down: how many would move; difference: of cost, in words."""

    trial: BackTest
    state: str
    tone: str
    icon: str
    up: int
    down: int
    difference: str


def trial_row(trial: BackTest) -> TrialRow:
    """Return a trial as the list tells it."""
    tone, icon = LOOKS[trial.state]
    label = str(trial.job.get_state_display()) if trial.job and not trial.is_finished else _("Done")
    if not trial.is_finished:
        return TrialRow(trial, label, tone, icon, 0, 0, "")
    picture = Picture(trial)
    moved = picture.tally.moved
    return TrialRow(trial, label, tone, icon, moved["up"], moved["down"], picture.difference)


class TrialBase(ActorView):
    """A page about trials of a version."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_SCHEMES

    def scheme(self, pk: int) -> Scheme:
        """Return the version, or 404."""
        found = Scheme.objects.visible_to(self.actor).select_related("program__vendor", "vendor")
        scheme: Scheme = get_object_or_404(found, pk=pk)
        return scheme

    def trials(self) -> QuerySet[BackTest]:
        """Return the trials in sight, with what the pages tell of them."""
        found = BackTest.objects.visible_to(self.actor)
        return found.select_related("vendor", "program", "scheme", "job__person", "started_by")

    def crumbs(self, scheme: Scheme, *, trials: bool = True) -> list[dict[str, str]]:
        """Return the way here."""
        found = [{"label": str(scheme), "url": scheme.get_absolute_url()}]
        if trials:
            found.append({"label": _("On history"), "url": reverse("console:backtests", args=[scheme.pk])})
        return found


class Trials(TrialBase):
    """The saved trials of a version's ladder, and the button that begins one."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them."""
        return self._page(self.scheme(pk), TrialForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin one and show it."""
        scheme, form = self.scheme(pk), TrialForm(request.POST)
        if not form.is_valid():
            return self._page(scheme, form, 422)
        try:
            trial = try_scheme(actor=self.actor, scheme=scheme, months=form.cleaned_data["months"])
        except Forbidden:
            raise
        except SchemeRefused as refused:
            return self._page(scheme, form, refused.status, faults=refused.faults)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(scheme, form, violation.status)
        return redirect(trial)

    def _page(self, scheme: Scheme, form: TrialForm, status: int = 200, **more: Any) -> HttpResponse:
        found = self.trials().filter(program_id=scheme.program_id, partner_type=scheme.partner_type)
        rows = [trial_row(trial) for trial in found.order_by("-pk")]
        done = [row for row in rows if row.trial.is_finished]
        context = {"scheme": scheme, "form": form, "rows": rows, "can_compare": len(done) > 1, **more}
        context["crumbs"] = self.crumbs(scheme, trials=False)
        return render(self.request, "console/backtests/list.html", context, status=status)


# -- A result


class MoveFilter(FilterSet):
    """Which moves."""

    q = CharFilter(field_name="partner__name", lookup_expr="icontains", label=gettext_lazy("Partner"))
    direction = ChoiceFilter(
        label=gettext_lazy("Move"),
        choices=Direction.choices,
        empty_label=gettext_lazy("Any"),
        widget=PlainSelect,
    )
    tier = ChoiceFilter(
        label=gettext_lazy("Tier under the draft"),
        field_name="slug",
        choices=(),
        empty_label=gettext_lazy("Any"),
        widget=PlainSelect,
    )

    class Meta:
        model = BackTestMove
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trial = getattr(self.request, "trial", None)
        tiers = [(tier.slug, tier.name) for tier in trial.shape.tiers] if trial else []
        self.filters["tier"].extra["choices"] = tiers


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A move as the page tells it."""

    move: BackTestMove
    tone: str
    icon: str
    since: str
    revenue: str
    cost: str
    why: str
    figures: list[tuple[str, str]]


class Trial(ListPage, TrialBase):
    """What a trial says: while it runs its progress, then who would move, and what it would cost."""

    template_name = "console/backtests/result.html"
    results_template = "console/backtests/moves.html"
    filterset_class = MoveFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {
        "cost": ("cost",),
        "partner": ("partner__name",),
        "since": ("since",),
        "score": ("score",),
        "revenue": ("revenue",),
    }
    default_order = "-cost"
    export_name = "trial"
    trial: BackTest

    def refuse_others(self) -> None:
        """Refuse also what is out of sight.

        Raises:
            Forbidden, Http404: so it is.
        """
        super().refuse_others()
        trial = self.trials().filter(pk=self.kwargs["trial"], scheme_id=self.kwargs["pk"]).first()
        if trial is None:
            raise Http404
        self.trial = self.request.trial = trial  # type: ignore[attr-defined]

    @property
    def currency(self) -> str:
        """In which costs are counted."""
        return str(self.trial.vendor.currency)

    @property
    def columns(self) -> tuple[Any, ...]:  # type: ignore[override]
        """What an export holds."""
        trial, currency = self.trial, self.currency
        return (
            (_("Partner"), lambda move: move.partner.name),
            (_("Move"), lambda move: move.get_direction_display()),
            (_("Tier now"), lambda move: move.tier.name if move.tier else ""),
            (_("Tier under the draft"), lambda move: move.name),
            (_("Since"), lambda move: move.since.isoformat()),
            (_("Score"), lambda move: move.score),
            (_("Revenue, %(currency)s") % {"currency": currency}, lambda move: move.revenue),
            (_("Cost difference, %(currency)s") % {"currency": currency}, lambda move: move.cost),
            (_("Why"), lambda move: words.why(move, trial, currency)),
        )

    def rows(self) -> QuerySet[Any]:
        """Return the moves."""
        found = BackTestMove.objects.visible_to(self.actor).filter(back_test=self.trial)
        return found.select_related("partner", "tier") if self.trial.is_finished else found.none()

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the trial with its picture, and the moves in words."""
        asked = [name for name in MoveFilter.base_filters if self.request.GET.get(name)]
        context = {
            "trial": self.trial,
            "scheme": self.trial.scheme,
            "rows": [self.row(move) for move in page.rows],
            "filtered": bool(asked),
            "crumbs": self.crumbs(self.trial.scheme),
            "changed": self.trial.definition != self.trial.scheme.definition,
        }
        if self.trial.is_finished:
            context["picture"] = Picture(self.trial)
        return context

    def row(self, move: BackTestMove) -> MoveRow:
        """Return a move in words."""
        tone, icon = TONES[Direction(move.direction)]
        return MoveRow(
            move,
            tone,
            icon,
            words.since_words(move, self.trial),
            whole(move.revenue, self.currency),
            signed(move.cost, self.currency),
            words.why(move, self.trial, self.currency),
            words.figures_told(move, self.trial, self.currency),
        )


# -- Two of them


@dataclass(frozen=True, slots=True)
class Differs:
    """A partner that two trials see otherwise."""

    partner: Any
    one: str
    other: str


class TrialCompare(TrialBase):
    """Two trials of a ladder side by side: figures, and the partners that they see otherwise."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show two; where not two were chosen, the list that says so."""
        scheme = self.scheme(pk)
        asked = [int(text) for text in request.GET.getlist("trial") if text.isascii() and text.isdigit()][:9]
        found = self.trials().filter(program_id=scheme.program_id, partner_type=scheme.partner_type)
        chosen = list(found.filter(pk__in=[pk for pk in asked if pk < 2**63], finished_at__isnull=False).order_by("pk"))
        if len(chosen) != 2:
            form = TrialForm()
            rows = [trial_row(trial) for trial in found.order_by("-pk")]
            context = {"scheme": scheme, "form": form, "rows": rows, "can_compare": True, "not_two": True}
            context["crumbs"] = self.crumbs(scheme, trials=False)
            return render(request, "console/backtests/list.html", context)
        one, other = chosen
        differs = differing(self.actor, one, other)
        context = {
            "scheme": scheme,
            "trials": chosen,
            "pictures": [Picture(trial) for trial in chosen],
            "lines": compared(Picture(one), Picture(other)),
            "differs": differs[:MOST_COMPARED],
            "more": len(differs) > MOST_COMPARED,
            "crumbs": self.crumbs(scheme),
        }
        return render(request, "console/backtests/compare.html", context)


def compared(one: Picture, other: Picture) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return figures of both, in groups: what, the first one's, the second one's."""
    tiers = dict([*one.tally.then, *other.tally.then])
    kinds = dict.fromkeys([*one.tally.costs, *other.tally.costs])
    moves = [
        (str(Direction(each).label), str(one.tally.moved[each]), str(other.tally.moved[each]))
        for each in Direction.values
    ]
    counts = [
        (name, str(one.tally.count_then(slug)), str(other.tally.count_then(slug))) for slug, name in tiers.items()
    ]
    costs = [(one.kind_name(kind), one.cost_then(kind), other.cost_then(kind)) for kind in kinds]
    costs.append((_("Together"), one.total_then, other.total_then))
    costs.append((_("Compared with today"), one.difference, other.difference))
    return [(_("Partners that move"), moves), (_("Partners per tier"), counts), (_("Cost in a year"), costs)]


def differing(actor: Any, one: BackTest, other: BackTest) -> list[Differs]:
    """Return the partners that two trials see otherwise, by name. Two queries.

    Whoever isn't among a trial's moves keeps the tier it holds.
    """
    moves = BackTestMove.objects.visible_to(actor).select_related("partner", "tier")
    found: dict[int, dict[int, BackTestMove]] = {}
    for trial, against in ((one, other), (other, one)):
        same = moves.filter(back_test=against, enrollment=OuterRef("enrollment"), slug=OuterRef("slug"))
        stays = ~Exists(moves.filter(back_test=against, enrollment=OuterRef("enrollment")))
        unmoved = stays & (Q(direction=Direction.SAME))
        rows = moves.filter(~Exists(same), back_test=trial).exclude(unmoved).order_by("partner__name", "pk")
        for move in rows[: MOST_COMPARED + 1]:
            found.setdefault(move.enrollment_id, {})[trial.pk] = move
    result = []
    for of in found.values():
        any_move = next(iter(of.values()))
        held = any_move.tier.name if any_move.tier else _("no tier")
        names = [(of[trial.pk].name or _("no tier")) if trial.pk in of else held for trial in (one, other)]
        result.append(Differs(any_move.partner, *names))
    return sorted(result, key=lambda each: each.partner.name)
