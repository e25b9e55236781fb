"""The points ledger of one enrollment: every entry with its rule, what earned it, and until when it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Case, OuterRef, Subquery, When
from django.db.models.functions import Cast, Substr
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.models import Deal
from portal.formats import day_text, number_text
from portal.partner.standing import StandingView
from prm.kernel.money import shown
from prm.kernel.pages import ListPage, Page
from standing.enums import EntryKind
from standing.filters import BY_HAND, PointFilter
from standing.models import Holding, PointEntry
from standing.registry import SOURCES
from standing.reports import balance_of, place_of
from standing.words import rule_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from django_filters import FilterSet

    from standing.scheme.shape import PointRule

LOOKS = {EntryKind.AWARD: "good", EntryKind.CORRECTION: "warn", EntryKind.MANUAL: "info"}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the ledger shows it. fact: what earned it, with its page where one may see it."""

    day: Any
    rule: str
    gives: str
    fact: str
    url: str
    amount: str
    points: Decimal
    kind: str
    tone: str
    ends: str
    note: str


class PointList(StandingView, ListPage):
    """The ledger. What corrects an entry stands there too: nothing is ever changed."""

    template_name = "partner/points.html"
    results_template = "partner/points_results.html"
    filterset_class = PointFilter
    default_order = "-day"
    orders = {"day": ("day",), "points": ("points",), "ends": ("ends",)}
    export_name = "points"
    columns = (
        (gettext_lazy("Earned"), lambda entry: entry.day),
        (gettext_lazy("Rule"), lambda entry: entry.rule),
        (gettext_lazy("Kind"), lambda entry: str(entry.get_kind_display())),
        (gettext_lazy("For"), lambda entry: entry.reference or entry.key.partition(":")[0]),
        (gettext_lazy("Category"), lambda entry: entry.category),
        (gettext_lazy("Of"), lambda entry: entry.amount),
        (gettext_lazy("Points"), lambda entry: entry.points),
        (gettext_lazy("Expires"), lambda entry: entry.ends),
        (gettext_lazy("Fades within, months"), lambda entry: entry.fades_months or None),
        (gettext_lazy("Reason"), lambda entry: entry.note),
    )

    def rows(self) -> QuerySet[PointEntry]:
        """Return the enrollment's entries."""
        found = PointEntry.objects.visible_to(self.actor).filter(enrollment_id=self.enrollment.pk)
        number = Case(When(key__regex=r"^deal:[0-9]+$", then=Cast(Substr("key", 6), BigIntegerField())), default=None)
        deal = Deal.objects.visible_to(self.actor).filter(pk=OuterRef("number")).values("reference")[:1]
        return found.select_related("scheme").annotate(number=number).annotate(reference=Subquery(deal))

    def _found(self) -> tuple[FilterSet | None, QuerySet[Any]]:
        filterset = PointFilter(self.request.GET, queryset=self.rows(), request=self.request)
        place = place_of(self.enrollment)
        if place.calculation is not None:
            rules = [(rule.slug, rule.name) for rule in place.shape.rules]
            filterset.offer("rule", [*rules, (BY_HAND, _("By hand"))])
            names = {each.slug: each.name for each in place.shape.categories}
            slugs = sorted({rule.category for rule in place.shape.rules if rule.category})
            filterset.offer("category", [(slug, names.get(slug, slug.capitalize())) for slug in slugs])
        return filterset, filterset.qs

    def further_context(self, page: Page) -> dict[str, Any]:
        """Add the lines and the balance. Up to three queries: deals, certificates, balance."""
        return {
            "place": place_of(self.enrollment),
            "crumbs": self.crumbs({"label": _("Points")}),
            "lines": self.lines(page.rows),
            "balance": balance_of(self.actor, self.enrollment.pk, self.today),
        }

    def lines(self, entries: Sequence[PointEntry]) -> list[Line]:
        """Return entries in words."""
        deals, held = self.deals(entries), self.certificates(entries)
        return [self.line(entry, deals, held) for entry in entries]

    def line(self, entry: PointEntry, deals: Mapping[int, Deal], held: Mapping[int, str]) -> Line:
        """Return one entry in words."""
        rule = self.rules(entry).get(entry.rule)
        subject, _colon, number = entry.key.partition(":")
        fact, url = entry.note or entry.rule, ""
        if rule is not None:
            fact = str(SOURCES[rule.source].label)
        if subject == "deal" and number.isdigit() and int(number) in deals:
            deal = deals[int(number)]
            fact, url = f"{deal.customer_name} · {deal.reference}", self.deal_url(deal)
        elif subject == "achievement" and number.isdigit():
            fact = held.get(int(number), fact)
        kind = EntryKind(entry.kind)
        return Line(
            day=entry.day,
            rule=rule.name if rule else _("By hand") if entry.kind == EntryKind.MANUAL else entry.rule,
            gives=rule_words(rule, self.currency) if rule else "",
            fact=fact,
            url=url,
            amount=self.amount(entry, rule),
            points=entry.points,
            kind=str(kind.label),
            tone=LOOKS[kind],
            ends=_ends(entry),
            note=_("Corrects what was booked for it before.") if kind == EntryKind.CORRECTION else "",
        )

    def deal_url(self, deal: Deal) -> str:
        """Return the page of a deal for who reads the ledger."""
        return str(deal.get_absolute_url())

    @property
    def currency(self) -> str:
        """The vendor's."""
        return str(self.enrollment.vendor.currency)

    def amount(self, entry: PointEntry, rule: PointRule | None) -> str:
        """Return of how much the points are, where a rule counts by amounts."""
        if entry.amount is None or rule is None or rule.per is None:
            return ""
        if str(SOURCES[rule.source].unit) == "money":
            return shown(entry.amount.quantize(Decimal("0.01")), self.currency)
        return number_text(entry.amount.normalize())

    @cached_property
    def _rules(self) -> dict[int, dict[str, PointRule]]:
        return {}

    def rules(self, entry: PointEntry) -> dict[str, PointRule]:
        """Return the rules of the version that an entry was booked by; each version is read once."""
        if entry.scheme is None:
            return {}
        if entry.scheme.pk not in self._rules:
            self._rules[entry.scheme.pk] = {rule.slug: rule for rule in entry.scheme.shape.rules}
        return self._rules[entry.scheme.pk]

    def deals(self, entries: Sequence[PointEntry]) -> dict[int, Deal]:
        """Return the deals that earned points and that the reader sees. One query, or none."""
        wanted = _numbers(entries, "deal")
        found = Deal.objects.visible_to(self.actor).filter(pk__in=wanted).only("pk", "reference", "customer_name")
        return {deal.pk: deal for deal in found} if wanted else {}

    def certificates(self, entries: Sequence[PointEntry]) -> dict[int, str]:
        """Return whose certificates earned points, as far as the reader sees them. One query, or none."""
        wanted = _numbers(entries, "achievement")
        if not wanted:
            return {}
        found = Holding.objects.visible_to(self.actor).filter(achievement_id__in=wanted)
        named = found.values_list("achievement_id", "achievement__credential__name", "achievement__holder_name")
        return {pk: f"{credential} · {holder}" for pk, credential, holder in named}


def _numbers(entries: Sequence[PointEntry], subject: str) -> list[int]:
    keys = (entry.key.partition(":") for entry in entries)
    return sorted({int(number) for kind, _colon, number in keys if kind == subject and number.isdigit()})


def _ends(entry: PointEntry) -> str:
    if entry.fades_months:
        return _("fades over %(n)d months") % {"n": entry.fades_months}
    return day_text(entry.ends) if entry.ends else ""
