"""Facts from outside that could leak: sales lines, usage, answers, certificates, waiting rows, each with a marker."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from accounts.facts.sales import SalesRow
from accounts.facts.satisfaction import SatisfactionRow
from accounts.facts.usage import UsageRow
from accounts.models import SalesLine, SatisfactionAnswer, UsageMetric, UsageReading
from partners.models import ExchangeRate
from prm.kernel.opaque import veil
from standing.achieving import AchievementRow
from standing.intake import Unknown, take_in
from standing.models import Achievement, Credential, Holding, WaitingFact
from tests.cast import Cast

WHERE = {
    "nb": "brightpath_northwind",
    "nk": "kappel_northwind",
    "ni": "isle_northwind",
    "hb": "brightpath_halden",
    "hi": "isle_halden",
}


def mark(label: str) -> str:
    """Return the marker of a label."""
    return f"zq_{label}_qz"


def make_facts(cast: Cast) -> None:
    """Book one fact of each kind for each enrollment, and let one row of each vendor wait."""
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        UsageMetric.objects.create(vendor=side.vendor, name=mark(f"{letter}_metric"), slug="users", unit="users")
        Credential.objects.create(vendor=side.vendor, name=mark(f"{letter}_credential"), slug="safety")
        ExchangeRate.objects.create(vendor=side.vendor, currency="SEK", day=date(2026, 1, 1), rate=Decimal("0.09"))
    for label, name in WHERE.items():
        enrollment = cast.enrollments[name]
        _book(cast, label, {"enrollment": enrollment.pk}, enrollment.vendor.slug)
    for vendor in ("northwind", "halden"):
        waits = SalesRow(**_sale("waits"), partner=mark(f"{vendor[0]}_waiting"))
        take_in(actor=cast.actor(f"{vendor}_manager"), kind="sales-lines", rows=[waits])


def _sale(number: str) -> dict[str, Any]:
    day = date(2026, 3, 31)
    return {
        "source": "erp",
        "external_id": number,
        "kind": "order",
        "day": day,
        "amount": Decimal(100),
        "currency": "EUR",
    }


def _book(cast: Cast, label: str, chosen: dict[str, Any], vendor: str) -> None:
    common: dict[str, Any] = {"source": "erp", "external_id": label, "chosen": chosen}
    day = date(2026, 3, 31)
    rows: dict[str, Any] = {
        "sales-lines": SalesRow(**{**_sale(label), "chosen": chosen}, customer_name=mark(f"sale_{label}")),
        "usage": UsageRow(**common, metric="users", day=day, value=Decimal(5), customer_name=mark(f"usage_{label}")),
        "satisfaction": SatisfactionRow(**common, day=day, score=Decimal(5), customer_name=mark(f"answer_{label}")),
        "certificates": AchievementRow(
            **common, credential="safety", holder_name=mark(f"certificate_{label}"), earned_on=day
        ),
    }
    for kind, row in rows.items():
        take_in(actor=cast.actor(f"{vendor}_manager"), kind=kind, rows=[row], unknown=Unknown.LEAVE)


def addressed_facts(cast: Cast) -> dict[str, dict[str, Any]]:
    """Return what stands in the addresses of facts."""
    rows: dict[str, dict[str, Any]] = {}
    for label, name in WHERE.items():
        of = {"enrollment": cast.enrollments[name]}
        for word, model in (("sale", SalesLine), ("usage", UsageReading), ("answer", SatisfactionAnswer)):
            rows.setdefault(word, {})[label] = {"pk": veil(model.objects.get(**of).pk, model._meta.model_name)}
        rows.setdefault("holding", {})[label] = {"pk": veil(Holding.objects.get(**of).pk, "holding")}
    for side in (cast.northwind, cast.halden):
        waiting = WaitingFact.objects.get(vendor=side.vendor)
        letter = side.vendor.slug[0]
        rows.setdefault("waiting", {})[letter] = {"pk": veil(waiting.pk, "waitingfact")}
        rows.setdefault("waiting_row", {})[letter] = {"pk": waiting.pk}
        for model in (SalesLine, UsageReading, SatisfactionAnswer, UsageMetric, ExchangeRate, Credential, Achievement):
            name = f"console_{model._meta.app_label}_{model._meta.model_name}"
            row = model.objects.filter(vendor=side.vendor).order_by("pk").first()
            rows.setdefault(name, {})[letter] = {"object_id": row.pk}
    return rows
