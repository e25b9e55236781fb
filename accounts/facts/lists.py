"""Lists of sales lines, usage readings and satisfaction."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import SaleKind
from accounts.models import SalesLine, SatisfactionAnswer, UsageReading
from imports.kinds import Target
from imports.parsers import Refused, amount, choice, country, day, strict_text, text
from imports.registry import import_kind
from standing.imports import known_currency
from standing.intake import Unknown
from standing.intake_lists import CANCELLED, EXTERNAL_ID, FROM, PARTNER, PROGRAM, FactList, decimal_text

DAY = Target(
    "day",
    gettext_lazy("Day"),
    required=True,
    help=gettext_lazy("Or the last day of the period"),
    aliases=("date", "invoice date", "period end", "datum"),
    parser=day,
    example=("2026-03-31", "2026-03-31"),
)
CUSTOMER = (
    Target(
        "customer_name",
        gettext_lazy("Customer"),
        aliases=("end customer", "account", "customer name", "kunde", "endkunde"),
        parser=text(200),
        example=("Castellan Foods GmbH", ""),
    ),
    Target(
        "customer_domain",
        gettext_lazy("Customer’s website"),
        aliases=("website", "domain", "customer website"),
        parser=text(200),
        example=("castellan.example", ""),
    ),
    Target(
        "customer_country",
        gettext_lazy("Customer’s country"),
        aliases=("country", "land"),
        parser=country,
        example=("DE", ""),
    ),
    Target(
        "customer_id",
        gettext_lazy("Customer’s id in your CRM"),
        aliases=("customer id", "account id", "crm id"),
        parser=text(80),
    ),
)
COMMON = (PROGRAM, FROM, CANCELLED)


@import_kind
class SalesLines(FactList):
    """Sales lines."""

    name, noun, facts = "sales-lines", "sales_line", "sales-lines"
    model = SalesLine
    label, objects = gettext_lazy("Sales lines"), gettext_lazy("sales lines")
    intro = gettext_lazy(
        "Orders, sell-through, renewals and revenue from usage. One row for each line; a line under the same number "
        "corrects the one before."
    )
    icon = "money"
    targets = (
        EXTERNAL_ID,
        PARTNER,
        Target(
            "kind",
            gettext_lazy("Kind"),
            required=True,
            help=gettext_lazy("order, sell_through, renewal or usage"),
            aliases=("type", "what", "art"),
            parser=choice(SaleKind),
            example=("sell_through", "order"),
        ),
        DAY,
        Target(
            "period", gettext_lazy("Period"), aliases=("quarter", "month"), parser=text(10), example=("2026-Q1", "")
        ),
        Target(
            "amount",
            gettext_lazy("Amount"),
            required=True,
            aliases=("value", "net amount", "revenue", "betrag", "umsatz"),
            parser=amount,
            example=("12500.00", "-480.00"),
        ),
        Target(
            "currency",
            gettext_lazy("Currency"),
            required=True,
            aliases=("currency code", "währung"),
            parser=known_currency,
            example=("EUR", "EUR"),
        ),
        Target("sku", gettext_lazy("SKU"), aliases=("product", "article", "item", "artikel"), parser=text(40)),
        Target(
            "quantity",
            gettext_lazy("Quantity"),
            aliases=("qty", "units", "menge"),
            parser=decimal_text(3),
            example=("2", ""),
        ),
        Target(
            "margin",
            gettext_lazy("Margin"),
            help=gettext_lazy("What the partner keeps"),
            aliases=("partner margin", "marge"),
            parser=amount,
        ),
        Target(
            "cost", gettext_lazy("Cost"), help=gettext_lazy("Instead of the margin"), aliases=("kosten",), parser=amount
        ),
        *CUSTOMER,
        *COMMON,
    )


@import_kind
class Usage(FactList):
    """Usage readings."""

    name, noun, facts = "usage", "usage_reading", "usage"
    model = UsageReading
    label, objects = gettext_lazy("Usage"), gettext_lazy("usage readings")
    intro = gettext_lazy(
        "Readings of your usage metrics. Each is valid until the next one of its partner and customer."
    )
    icon = "chart"
    unknown = Unknown.LEAVE
    targets = (
        Target(
            "metric",
            gettext_lazy("Metric"),
            required=True,
            help=gettext_lazy("Its slug, as set up under Usage metrics"),
            parser=text(60),
            example=("active-users", "optimisation-score"),
        ),
        PARTNER,
        DAY,
        Target(
            "value",
            gettext_lazy("Value"),
            required=True,
            aliases=("reading", "wert"),
            parser=decimal_text(4),
            example=("120", "73.5"),
        ),
        Target(
            "external_id",
            gettext_lazy("Number"),
            help=gettext_lazy("Without it, metric, partner, customer and day tell"),
            aliases=("id",),
            parser=strict_text(120),
        ),
        *CUSTOMER,
        *COMMON,
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; where it has no number, it gets one that the same row always gets."""
        data = super().parse(cells)
        whose = data["customer_domain"] or data["customer_name"]
        own = f"{data['metric']}:{data['partner']}:{whose}:{data['day']}".lower()
        data["external_id"] = data["external_id"] or own[-120:]
        return data


@import_kind
class Satisfaction(FactList):
    """Satisfaction answers."""

    name, noun, facts = "satisfaction", "satisfaction_answer", "satisfaction"
    model = SatisfactionAnswer
    label, objects = gettext_lazy("Customers’ satisfaction"), gettext_lazy("answers")
    intro = gettext_lazy("What end customers answered about your partners. One row for each answer.")
    icon = "star"
    unknown = Unknown.LEAVE
    targets = (
        EXTERNAL_ID,
        PARTNER,
        DAY,
        Target(
            "score",
            gettext_lazy("Score"),
            required=True,
            aliases=("rating", "csat", "nps", "note"),
            parser=decimal_text(2),
            example=("9", "7"),
        ),
        Target(
            "lowest", gettext_lazy("Lowest"), help=gettext_lazy("Of the scale; 0 without it"), parser=decimal_text(2)
        ),
        Target(
            "highest", gettext_lazy("Highest"), help=gettext_lazy("Of the scale; 10 without it"), parser=decimal_text(2)
        ),
        *CUSTOMER,
        *COMMON,
    )

    def parse(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return a row's data; the score lies on its scale."""
        data = super().parse(cells)
        lowest, highest = Decimal(data["lowest"] or 0), Decimal(data["highest"] or 10)
        if not lowest <= Decimal(data["score"]) <= highest or lowest >= highest:
            raise Refused(_("The score lies between lowest and highest."))
        return data
