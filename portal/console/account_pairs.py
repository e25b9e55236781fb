"""Accounts that look alike: the list of pairs that wait for a decision, and one pair side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet

from accounts.enums import PairVerdict
from accounts.matching import Band, compare
from accounts.models import AccountPair
from accounts.pairs import SELF_CHECK, ask_again, relate_accounts, set_accounts_apart, start_self_check
from accounts.permissions import MERGE_ACCOUNTS
from accounts.thresholds import thresholds_of
from dealreg.models import Deal
from jobs.models import Job
from portal.console.matching import BAND_LABELS
from portal.desk.comparing import two_accounts
from prm.kernel.actors import Kind
from prm.kernel.pages import ActorView, Column, ListPage, Page
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

LOW, HIGH, SISTERS = "low", "high", "sisters"
LOOK = {Band.SAME: ("bad", "warn"), Band.REVIEW: ("warn", "split"), Band.DIFFERENT: ("", "x")}


class PairFilter(FilterSet):
    """Name, band and decision."""

    q = CharFilter(label=gettext_lazy("Name"), method="named")
    band = ChoiceFilter(
        label=gettext_lazy("Looks"),
        choices=[(band, BAND_LABELS[band]) for band in (Band.SAME, Band.REVIEW)],
        empty_label=gettext_lazy("Any"),
        widget=PlainSelect,
    )
    verdict = ChoiceFilter(
        label=gettext_lazy("Decision"),
        choices=[choice for choice in PairVerdict.choices if choice[0] != PairVerdict.OPEN],
        empty_label=gettext_lazy("To decide"),
        widget=PlainSelect,
    )

    class Meta:
        model = AccountPair
        fields: list[str] = []

    def named(self, found: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep pairs of which one is called like this."""
        return found.filter(Q(low__name__icontains=value) | Q(high__name__icontains=value))


class PairPage(ActorView):
    """A page about accounts that look alike."""

    kinds = frozenset({Kind.VENDOR})
    permission = MERGE_ACCOUNTS


class AccountPairs(ListPage):
    """The pairs, the likeliest first."""

    kinds = frozenset({Kind.VENDOR})
    permission = MERGE_ACCOUNTS
    template_name = "console/account_pairs.html"
    results_template = "console/account_pairs_results.html"
    filterset_class = PairFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"score": ("score",), "found": ("found_at",)}
    default_order = "-score"
    export_name = "accounts-alike"
    columns: ClassVar[tuple[Column, ...]] = (
        (gettext_lazy("Score"), lambda pair: pair.score),
        (gettext_lazy("Account"), lambda pair: pair.low.name),
        (gettext_lazy("Country"), lambda pair: pair.low.country.code),
        (gettext_lazy("Website"), lambda pair: pair.low.domain),
        (gettext_lazy("Other account"), lambda pair: pair.high.name),
        (gettext_lazy("Other’s country"), lambda pair: pair.high.country.code),
        (gettext_lazy("Other’s website"), lambda pair: pair.high.domain),
        (gettext_lazy("Decision"), lambda pair: pair.get_verdict_display()),
    )

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's pairs; without a filter those to decide."""
        found = AccountPair.objects.visible_to(self.actor).select_related("low", "high", "decided_by")
        if self.request.GET.get("verdict"):
            return found
        return found.open().filter(low__merged_into=None, high__merged_into=None)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Tell each pair in words, and how the last check went."""
        jobs = Job.objects.visible_to(self.actor).filter(kind=SELF_CHECK).order_by("-pk")
        rows = [(pair, LOOK.get(Band(pair.band or Band.REVIEW)), BAND_LABELS.get(pair.band)) for pair in page.rows]
        return {"rows": rows, "job": jobs.first(), "filtered": bool(self.request.GET)}


class CheckAccounts(PairPage):
    """Looks for pairs."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start the job, and show the list with its progress."""
        start_self_check(actor=self.actor)
        return redirect("console:account-pairs")


class RelateForm(forms.Form):
    """How two accounts are related."""

    use_required_attribute = False

    relation = forms.ChoiceField(label=gettext_lazy("How are they related?"), widget=forms.RadioSelect)

    def __init__(self, pair: AccountPair, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        one, other = pair.low.name, pair.high.name
        words = _("%(one)s belongs to %(other)s")
        self.fields["relation"].choices = [  # type: ignore[attr-defined]
            (HIGH, words % {"one": one, "other": other}),
            (LOW, words % {"one": other, "other": one}),
            (SISTERS, _("Both belong to the same group")),
        ]


class AccountPairPage(PairPage):
    """One pair: both sides, what speaks for one customer, and the three decisions."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        pair = self._find(pk)
        return self._page(pair, RelateForm(pair))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Decide."""
        pair = self._find(pk)
        if "apart" in request.POST:
            set_accounts_apart(actor=self.actor, pair=pair)
            messages.success(request, _("Kept apart. Nobody is asked about the two again."))
        elif "again" in request.POST:
            ask_again(actor=self.actor, pair=pair)
            messages.success(request, _("The two wait for a decision again."))
        else:
            form = RelateForm(pair, request.POST)
            if not form.is_valid():
                return self._page(pair, form, 422)
            parents = {LOW: pair.low, HIGH: pair.high}
            relate_accounts(actor=self.actor, pair=pair, parent=parents.get(form.cleaned_data["relation"]))
            messages.success(request, _("Kept as related. They count as two customers."))
        return redirect("console:account-pairs")

    def _find(self, pk: int) -> AccountPair:
        pairs = AccountPair.objects.visible_to(self.actor).select_related("low", "high", "decided_by", "parent")
        found: AccountPair = get_object_or_404(pairs, pk=pk)
        return found

    def _page(self, pair: AccountPair, form: RelateForm, status: int = 200) -> HttpResponse:
        match = compare(pair.low.identity, pair.high.identity, thresholds_of(self.actor).bands)
        context = {
            "pair": pair,
            "form": form,
            "match": match,
            "look": LOOK[match.band],
            "band": BAND_LABELS[match.band],
            "beside": two_accounts(pair.low, pair.high, _figures(self, pair)),
            "is_open": pair.verdict == PairVerdict.OPEN,
            "may_ask_again": pair.verdict in (PairVerdict.RELATED, PairVerdict.DIFFERENT),
            "crumbs": [{"label": _("Accounts that look alike"), "url": reverse("console:account-pairs")}],
        }
        return render(self.request, "console/account_pair.html", context, status=status)


def _figures(page: ActorView, pair: AccountPair) -> dict[int, tuple[int, int]]:
    """Return each account's deals, and how many of them wait or are protected."""
    found = Deal.objects.visible_to(page.actor).filter(account__in=[pair.low_id, pair.high_id]).order_by()
    contending = Deal.objects.visible_to(page.actor).contending().values("pk")
    rows = found.values_list("account").annotate(deals=Count("pk"), live=Count("pk", filter=Q(pk__in=contending)))
    return {account: (deals, live) for account, deals, live in rows}
