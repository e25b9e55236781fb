"""What the partner's vendors know of its business: sales lines, and its people's certificates."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from accounts.enums import SaleKind
from accounts.models import SalesLine
from dealreg.fields import DAY_FORMATS, DayInput
from partners.middleware import focused_vendor
from prm.kernel.actors import Kind
from prm.kernel.money import shown
from prm.kernel.pages import ListPage, Page
from prm.kernel.widgets import PlainSelect
from standing.enums import CredentialKind
from standing.models import Holding
from standing.permissions import VIEW_ACHIEVEMENTS, VIEW_SALES


class SalesFilter(FilterSet):
    """Kind, customer and days."""

    q = CharFilter(field_name="customer_name", lookup_expr="icontains", label=_("Customer"))
    kind = ChoiceFilter(label=_("What"), choices=SaleKind, empty_label=_("Any"), widget=PlainSelect)
    since = DateFilter(field_name="day", lookup_expr="gte", label=_("From"), widget=DayInput, input_formats=DAY_FORMATS)
    until = DateFilter(
        field_name="day", lookup_expr="lte", label=_("Until"), widget=DayInput, input_formats=DAY_FORMATS
    )

    class Meta:
        model = SalesLine
        fields: list[str] = []


class CertificateFilter(FilterSet):
    """Kind and holder."""

    q = CharFilter(field_name="achievement__holder_name", lookup_expr="icontains", label=_("Who"))
    kind = ChoiceFilter(
        field_name="achievement__credential__kind",
        label=_("What"),
        choices=CredentialKind,
        empty_label=_("Any"),
        widget=PlainSelect,
    )

    class Meta:
        model = Holding
        fields: list[str] = []


class BusinessList(ListPage):
    """A list of the partner's, of the vendor in focus or of all."""

    kinds = frozenset({Kind.PARTNER})

    @cached_property
    def focus(self) -> int | None:
        """The vendor that the reader looks at."""
        return focused_vendor(self.request)

    def of_focus(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what belongs to the vendor in focus."""
        return rows.filter(vendor_id=self.focus) if self.focus is not None else rows

    def further_context(self, page: Page) -> dict[str, Any]:
        """Say whether rows name their vendor, and whether something was asked for."""
        filters = self.filterset_class.base_filters if self.filterset_class else ()
        return {"with_vendor": self.focus is None, "filtered": any(self.request.GET.get(name) for name in filters)}


class SalesList(BusinessList):
    """What the partner sold, as its vendors' systems report it."""

    permission = VIEW_SALES
    template_name = "partner/sales.html"
    results_template = "partner/sales_results.html"
    filterset_class = SalesFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"day": ("day",)}
    default_order = "-day"
    export_name = "sales"
    columns = (
        (_("Vendor"), lambda line: line.vendor.name),
        (_("Day"), lambda line: line.day),
        (_("What"), lambda line: str(line.get_kind_display())),
        (_("Customer"), lambda line: line.customer_name),
        (_("Product"), lambda line: line.product.name if line.product else ""),
        (_("Quantity"), lambda line: line.quantity),
        (_("Amount"), lambda line: line.amount),
        (_("Margin"), lambda line: line.margin),
        (_("Currency"), lambda line: line.currency),
        (_("Source"), lambda line: line.source),
        (_("Number there"), lambda line: line.external_id),
    )

    def rows(self) -> QuerySet[Any]:
        """Return the lines that hold."""
        found = SalesLine.objects.visible_to(self.actor).standing().select_related("vendor", "product")
        return self.of_focus(found)

    def further_context(self, page: Page) -> dict[str, Any]:
        """Put amounts in words."""
        lines = [(line, shown(line.amount, line.currency), shown(line.margin, line.currency)) for line in page.rows]
        return {**super().further_context(page), "lines": lines}


class CertificateList(BusinessList):
    """What the partner's people earned; who reaches only its own records sees its own."""

    permission = VIEW_ACHIEVEMENTS
    template_name = "partner/certificates.html"
    results_template = "partner/certificates_results.html"
    filterset_class = CertificateFilter
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"day": ("day",)}
    default_order = "-day"
    export_name = "certificates"
    columns = (
        (_("Vendor"), lambda row: row.vendor.name),
        (_("Who"), lambda row: row.achievement.holder_name),
        (_("Certificate or course"), lambda row: row.achievement.credential.name),
        (_("Kind"), lambda row: str(row.achievement.credential.get_kind_display())),
        (_("Level"), lambda row: str(row.achievement.credential.get_level_display())),
        (_("Earned"), lambda row: row.achievement.earned_on),
        (_("Until"), lambda row: row.ends),
    )

    def rows(self) -> QuerySet[Any]:
        """Return what counts for the partner, past and present."""
        found = Holding.objects.visible_to(self.actor).standing()
        return self.of_focus(found.select_related("vendor", "achievement__credential"))

    def further_context(self, page: Page) -> dict[str, Any]:
        """Say which have ended."""
        today = timezone.localdate()
        ended = [(row, row.ends is not None and row.ends <= today) for row in page.rows]
        return {**super().further_context(page), "lines": ended}
