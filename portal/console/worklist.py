"""The work list: rows from other systems that found no partner, customer, product or rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_filters import CharFilter, ChoiceFilter, FilterSet

from accounts.enums import SaleKind
from accounts.models import Product
from imports.registry import KINDS as IMPORTS
from partners.models import Enrollment
from portal.formats import day_text, number_text
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.money import shown
from prm.kernel.pages import ActorView, ListPage, Page, show_violation
from prm.kernel.widgets import PlainSelect
from standing.enums import Problem, WaitingState
from standing.helping import LONGEST_REASON, help_waiting, ignore_waiting, retry_waiting
from standing.intake import KINDS
from standing.models import WaitingFact
from standing.permissions import RECORD_FACTS

MOST_PRODUCTS = 1000
ABOUT = ("customer_name", "customer_domain", "holder_name", "holder_email", "credential", "metric", "sku", "period")
DAYS = ("day", "earned_on", "expires_on")
NUMBERS = ("quantity", "margin", "cost", "value", "score", "lowest", "highest")


def kinds() -> list[tuple[str, Any]]:
    """Return the kinds of facts."""
    return [(kind.name, kind.label) for kind in KINDS.values()]


class WaitingFilter(FilterSet):
    """Kind, what is missing, state, and the partner as named."""

    q = CharFilter(field_name="named", lookup_expr="icontains", label=gettext_lazy("Partner as named"))
    kind = ChoiceFilter(label=gettext_lazy("What"), choices=kinds, empty_label=gettext_lazy("Any"), widget=PlainSelect)
    problem = ChoiceFilter(
        label=gettext_lazy("Missing"),
        choices=Problem.choices,
        method="lacking",
        empty_label=gettext_lazy("Any"),
        widget=PlainSelect,
    )
    state = ChoiceFilter(
        label=gettext_lazy("State"), choices=WaitingState, empty_label=gettext_lazy("Waiting"), widget=PlainSelect
    )

    class Meta:
        model = WaitingFact
        fields: list[str] = []

    def lacking(self, found: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep rows that lack this."""
        return found.filter(problems__contains=[value])


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A waiting row as the page tells it."""

    fact: WaitingFact
    kind: str
    problems: list[str]
    about: str
    day: str
    money: str


def row_of(fact: WaitingFact) -> WaitingRow:
    """Return a row in words."""
    content = fact.content
    about = " · ".join(str(content[name]) for name in ABOUT if content.get(name))
    kind = str(KINDS[fact.kind].label) if fact.kind in KINDS else fact.kind
    problems = [str(Problem(name).label) for name in fact.problems if name in Problem.values]
    day = "day" if content.get("day") else "earned_on"
    return WaitingRow(fact, kind, problems, about, said(content, day), said(content, "amount"))


def said(content: Mapping[str, Any], name: str) -> str:
    """Return one fact of a row for the reader: days, amounts and choices in words, all else as it came."""
    value = content.get(name)
    if value in {"", None, False}:
        return ""
    if name in DAYS:
        return day_text(date.fromisoformat(str(value)))
    if name == "amount":
        return shown(Decimal(str(value)), content["currency"])
    if name in NUMBERS:
        return number_text(Decimal(str(value)))
    if name == "kind" and value in SaleKind.values:
        return str(SaleKind(value).label)
    return _("yes") if value is True else str(value)


def labels_of(fact: WaitingFact) -> dict[str, Any]:
    """Return what a row's facts are called: as the columns of its list, and in their order."""
    lists = [kind for kind in IMPORTS.values() if getattr(kind, "facts", "") == fact.kind]
    labels = {target.name: target.label for kind in lists for target in kind.targets}
    return labels | {name: name.replace("_", " ") for name in fact.content if name not in labels}


class WorkListPage(ActorView):
    """A page of the work list."""

    kinds = frozenset({Kind.VENDOR})
    permission = RECORD_FACTS


class Unmatched(ListPage, WorkListPage):
    """What waits, newest first."""

    template_name = "console/unmatched.html"
    results_template = "console/unmatched_results.html"
    filterset_class = WaitingFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"since": ("id",)}
    default_order = "-since"
    export_name = "work-list"
    columns = (
        (gettext_lazy("What"), lambda fact: row_of(fact).kind),
        (gettext_lazy("Source"), lambda fact: fact.source),
        (gettext_lazy("Number there"), lambda fact: fact.external_id),
        (gettext_lazy("Partner as named"), lambda fact: fact.named),
        (gettext_lazy("Missing"), lambda fact: ", ".join(row_of(fact).problems)),
        (gettext_lazy("State"), lambda fact: fact.get_state_display()),
        (gettext_lazy("Reason"), lambda fact: fact.reason),
        (gettext_lazy("About"), lambda fact: row_of(fact).about),
        (gettext_lazy("Day"), lambda fact: fact.content.get("day") or fact.content.get("earned_on") or ""),
        (gettext_lazy("Amount"), lambda fact: fact.content.get("amount") or ""),
        (gettext_lazy("Currency"), lambda fact: fact.content.get("currency") or ""),
    )

    def rows(self) -> QuerySet[Any]:
        """Return the vendor's rows; those that wait, unless another state is asked for."""
        found = WaitingFact.objects.visible_to(self.actor)
        return found if self.request.GET.get("state") else found.filter(state=WaitingState.OPEN)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return the rows in words."""
        asked = [name for name in WaitingFilter.base_filters if self.request.GET.get(name)]
        return {"rows": [row_of(fact) for fact in page.rows], "filtered": bool(asked)}


class HelpForm(forms.Form):
    """What a row stands for. Only what it lacks is asked."""

    enrollment = forms.ModelChoiceField(
        Enrollment.objects.none(), label=gettext_lazy("Partner"), empty_label=gettext_lazy("Choose a partner")
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Customer"),
        choices=[
            ("create", gettext_lazy("A new customer: make an account")),
            ("none", gettext_lazy("Book it without a customer")),
        ],
    )
    product = forms.ChoiceField(label=gettext_lazy("Product"))

    def __init__(self, fact: WaitingFact, *args: Any, enrollments: Any, products: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enrollment"].queryset = enrollments  # type: ignore[attr-defined]
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            ("none", _("Book it without a product")),
            *((str(product.pk), str(product)) for product in products),
        ]
        wanted = {"enrollment": {"partner", "partner_ambiguous"}, "account": {"account"}, "product": {"product"}}
        for name, problems in wanted.items():
            if not problems & set(fact.problems):
                del self.fields[name]

    @property
    def chosen(self) -> dict[str, Any]:
        """What was answered, in plain values."""
        found = dict(self.cleaned_data)
        if "enrollment" in found:
            found["enrollment"] = found["enrollment"].pk
        if str(found.get("product", "")).isdecimal():
            found["product"] = int(found["product"])
        return found


class IgnoreForm(forms.Form):
    """Why a row is set aside."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON)


class UnmatchedRow(WorkListPage):
    """One row: what it says, what it lacks, and the two things that can be done."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        fact = self._find(pk)
        return self._page(request, fact, self._form(fact), IgnoreForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Book it with what was answered, or set it aside."""
        fact = self._find(pk)
        if "ignore" in request.POST:
            return self._ignore(request, fact)
        form = self._form(fact, request.POST)
        if not form.is_valid():
            return self._page(request, fact, form, IgnoreForm(), 422)
        try:
            count = help_waiting(actor=self.actor, fact=fact, chosen=form.chosen)
        except Conflict:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(request, fact, form, IgnoreForm(), 422)
        words = ngettext("%(count)d row is booked.", "%(count)d rows are booked.", count) % {"count": count}
        messages.success(request, words if count else _("Kept. The row still waits for something else."))
        return redirect("console:unmatched")

    def _ignore(self, request: HttpRequest, fact: WaitingFact) -> HttpResponse:
        form = IgnoreForm(request.POST)
        if not form.is_valid():
            return self._page(request, fact, self._form(fact), form, 422)
        ignore_waiting(actor=self.actor, fact=fact, reason=form.cleaned_data["reason"])
        messages.success(request, _("The row is set aside."))
        return redirect("console:unmatched")

    def _find(self, pk: int) -> WaitingFact:
        found: WaitingFact = get_object_or_404(WaitingFact.objects.visible_to(self.actor), pk=pk)
        return found

    def _form(self, fact: WaitingFact, data: Any = None) -> HelpForm:
        enrollments = Enrollment.objects.visible_to(self.actor).select_related("partner", "program")
        products = Product.objects.visible_to(self.actor).order_by("name", "pk")[:MOST_PRODUCTS]
        return HelpForm(fact, data, enrollments=enrollments.order_by("partner__name", "pk"), products=products)

    def _page(
        self, request: HttpRequest, fact: WaitingFact, form: HelpForm, ignoring: IgnoreForm, status: int = 200
    ) -> HttpResponse:
        facts = [(label, said(fact.content, name)) for name, label in labels_of(fact).items()]
        context = {
            "row": row_of(fact),
            "said": [(label, words) for label, words in facts if words],
            "form": form,
            "ignoring": ignoring,
            "is_open": fact.state == WaitingState.OPEN,
            "crumbs": [{"label": _("Work list"), "url": reverse("console:unmatched")}],
        }
        return render(request, "console/unmatched_row.html", context, status=status)


class RetryUnmatched(WorkListPage):
    """Tries every row again."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start the job and show it."""
        job = retry_waiting(actor=self.actor)
        return redirect(job.get_absolute_url())
