"""Sales lines, usage and satisfaction in the console: shown only, they come from other systems."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import SalesLine, SatisfactionAnswer, UsageMetric, UsageReading
from accounts.permissions import EDIT_CATALOGUE, VIEW_ACCOUNTS
from activity.console import ScopedAdmin, site
from standing.permissions import VIEW_FACTS

ORIGIN = ("source", "external_id", "turn", "n", "recorded_at")


class FactAdmin(ScopedAdmin):
    """What every list of facts has."""

    view_permission = VIEW_FACTS
    list_select_related: ClassVar[Any] = ("partner",)
    search_fields = ("external_id", "customer_name", "partner__name")
    ordering = ("-day", "-id")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Add none here: they come from other systems."""
        return False


@admin.register(SalesLine, site=site)
class SalesLineAdmin(FactAdmin):
    """Sales lines."""

    icon = "money"
    intro = _("What other systems report as sold. A correction is a line of its own, with the opposite sign.")
    empty = _("Import sales lines, or send them over the API.")
    list_display = ("external_id", "day", "partner", "kind", "customer_name", "product", "amount", "currency", "margin")
    list_filter = ("kind", "product")
    list_select_related = ("partner", "product")
    fields = (
        *("partner", "kind", "day", "period", "customer_name", "account", "product", "quantity", "amount", "currency"),
        *("vendor_amount", "rated_on", "margin", *ORIGIN),
    )


@admin.register(UsageReading, site=site)
class UsageReadingAdmin(FactAdmin):
    """Usage readings."""

    icon = "bolt"
    intro = _("How much partners’ customers use. A reading is valid until the next one of its kind.")
    empty = _("Set up usage metrics, then import readings or send them over the API.")
    list_display = ("external_id", "day", "partner", "metric", "customer_name", "value", "ends")
    list_filter = ("metric",)
    list_select_related = ("partner", "metric")
    fields = ("partner", "metric", "customer_name", "account", "day", "ends", "value", *ORIGIN)


@admin.register(SatisfactionAnswer, site=site)
class SatisfactionAnswerAdmin(FactAdmin):
    """Satisfaction answers."""

    icon = "star"
    intro = _("What end customers think of their partner, on the scale that they were asked.")
    empty = _("Import answers from your surveys, or send them over the API.")
    list_display = ("external_id", "day", "partner", "customer_name", "score", "highest")
    fields = ("partner", "customer_name", "account", "day", "score", "lowest", "highest", *ORIGIN)


@admin.register(UsageMetric, site=site)
class UsageMetricAdmin(ScopedAdmin):
    """Usage metrics."""

    view_permission = VIEW_ACCOUNTS
    change_permission = EDIT_CATALOGUE
    icon = "bolt"
    intro = _("What you measure about your partners’ customers, such as active users or an optimisation score.")
    empty = _("Add a metric, then readings of it can be imported.")
    list_display = ("name", "slug", "unit")
    search_fields = ("name", "slug")
    ordering = ("name",)
    prefilled = {"slug": ("name",)}
