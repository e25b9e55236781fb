"""What other systems told the demo's vendors in two years: sales lines, usage, satisfaction, and what waits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder

from accounts.enums import SaleKind
from accounts.facts.sales import SalesRow
from accounts.models import SalesLine, SatisfactionAnswer, UsageMetric, UsageReading
from partners.models import Enrollment
from portal.demo.history import SEASON
from portal.demo.names import company_name
from portal.demo.rates import months_before, rate_on
from standing.enums import Problem
from standing.intake import plain
from standing.models import WaitingFact

if TYPE_CHECKING:
    from portal.demo.world import Member, Side, World

MONTHS = 24
OWN = 5.0  # how much Brightpath sells, next to the others' weights
METRICS = {
    "northwind": (("cells-online", "Cells online", "cells"), ("uptime", "Uptime", "percent")),
    "halden": (("active-users", "Active users", "users"), ("optimisation-score", "Optimisation score", "points")),
}
# What waits: named partner, customer, SKU, currency, and what it lacks.
WAITS: dict[str, tuple[tuple[str, str, str, str, str], ...]] = {
    "northwind": (
        ("Kappel Automatisierung", "Rietbach Molkerei GmbH", "PC-40", "EUR", Problem.PARTNER),
        ("Kappel Automatisierung", "Nordheimer Brauerei KG", "PA-6", "EUR", Problem.PARTNER),
        ("TESSELLATE NL", "De Molen Verpakking B.V.", "TB-500", "EUR", Problem.PARTNER),
        ("solve", "Öresund Livs AB", "CS-1", "SEK", Problem.RATE),
        ("luminor", "Biscuiterie du Rhône SAS", "PC-60", "EUR", Problem.PRODUCT),
        ("ferrobot", "Pastificio Ardenza S.p.A.", "DE-4", "EUR", Problem.ACCOUNT),
    ),
    "halden": (
        ("Fjord Teknikk", "Havnelager AS", "HC-S", "USD", Problem.PARTNER),
        ("cobaltline", "Lone Star Freight LLC", "HC-XL", "USD", Problem.PRODUCT),
    ),
}


@dataclass(slots=True)
class Ledger:
    """Rows to write."""

    lines: list[SalesLine]
    readings: list[UsageReading]
    answers: list[SatisfactionAnswer]


def write_business(world: World, seed: int) -> None:
    """Write two years of facts for every enrollment, in keeping with its size, skill and tier."""
    rng = Random(f"{seed} business")  # noqa: S311  (invented data, no secret)
    ledger = Ledger([], [], [])
    metrics = {slug: _metrics(side) for slug, side in world.sides.items()}
    for number, member in enumerate(world.members):
        member.enrollment.external_id = f"P-{1001 + number}"
        customers = _customers(rng, member)
        for first in months_before(world.now.date(), MONTHS):
            if member.enrollment.enrolled_at.date() <= first < member.until.date():
                _month(rng, member, first, customers, ledger, world.now)
        _readings(rng, member, metrics[member.side.vendor.slug], ledger, world.now)
        _answers(rng, member, customers, ledger, world.now)
    _correct(rng, ledger, world.now)
    Enrollment.objects.bulk_update([member.enrollment for member in world.members], ["external_id"])
    SalesLine.objects.bulk_create(ledger.lines, batch_size=1000)
    UsageReading.objects.bulk_create(ledger.readings, batch_size=1000)
    SatisfactionAnswer.objects.bulk_create(ledger.answers, batch_size=1000)
    for side in world.sides.values():
        _write_waiting(side, world.now)


def _base(member: Member, source: str, number: str, day: date, now: datetime) -> dict[str, Any]:
    told = datetime(day.year, day.month, day.day, 6, 30, tzinfo=now.tzinfo) + timedelta(days=4)
    return {
        "vendor": member.side.vendor,
        "partner_id": member.enrollment.partner_id,
        "enrollment": member.enrollment,
        "source": source,
        "external_id": number,
        "day": day,
        "recorded_at": min(told, now),
    }


def _customers(rng: Random, member: Member) -> list[tuple[str, int | None]]:
    """Return names with the account's id where the vendor knows it."""
    near = member.side.customers.get(member.plan.country, [])
    known: list[tuple[str, int | None]] = [(account.name, account.pk) for account in near]
    chosen = rng.sample(known, min(len(known), 4 + round(member.plan.weight)))
    return [*chosen, *((company_name(rng, member.plan.country), None) for _ in range(3))]


def _month(rng: Random, member: Member, first: date, customers: list[Any], ledger: Ledger, now: datetime) -> None:
    size = (member.plan.weight or OWN) * SEASON[first.month] * (0.5 + member.plan.skill) / 3
    for _ in range(round(size + rng.random())):
        day = first + timedelta(days=rng.randint(0, 27))
        if day >= now.date():
            continue
        plan, product = rng.choice(member.side.products)
        count = rng.randint(1, max(1, plan.usual[1] // 2))
        listed = member.side.price_on(plan, member.currency, day) * count
        amount = (listed * (100 - member.tier.discount) / 100).quantize(Decimal("0.01"))
        kept = (listed * member.tier.discount / 100 * Decimal(rng.randint(40, 90)) / 100).quantize(Decimal("0.01"))
        rate = rate_on(member.currency, member.side.vendor.currency, day)
        name, account = rng.choice(customers)
        recurring = plan.family in {"service", "software", "backup", "compute"}
        kind = SaleKind.RENEWAL if recurring and rng.random() < 0.4 else SaleKind.SELL_THROUGH
        if kind == SaleKind.SELL_THROUGH and rng.random() < 0.3:
            kind = SaleKind.ORDER
        ledger.lines.append(
            SalesLine(
                **_base(member, "erp", f"{member.side.vendor.code}-{first:%y%m}-{len(ledger.lines):05d}", day, now),
                kind=kind,
                customer_name=name,
                customer_country=member.plan.country,
                account_id=account,
                product=product,
                quantity=count,
                amount=amount,
                currency=member.currency,
                vendor_amount=(amount * rate).quantize(Decimal("0.01")),
                rated_on=first if member.currency != member.side.vendor.currency else day,
                margin=kept,
                vendor_margin=(kept * rate).quantize(Decimal("0.01")),
            )
        )


def _correct(rng: Random, ledger: Ledger, now: datetime) -> None:
    """Correct a few lines some days later: a counter-entry, and the line as it should have been."""
    for line in rng.sample(ledger.lines, len(ledger.lines) // 120):
        later = min(line.recorded_at + timedelta(days=rng.randint(2, 20)), now)
        shared = {
            field.attname: getattr(line, field.attname)
            for field in SalesLine._meta.concrete_fields
            if field.attname not in {"id", "n", "turn", "recorded_at"}
        }
        money = ("amount", "vendor_amount", "margin", "vendor_margin", "quantity")
        ledger.lines.append(SalesLine(**shared | {name: -shared[name] for name in money}, n=-1, recorded_at=later))
        half = {name: (Decimal(shared[name]) / 2).quantize(Decimal("0.01")) for name in money}
        ledger.lines.append(SalesLine(**shared | half, turn=2, recorded_at=later))


def _metrics(side: Side) -> list[UsageMetric]:
    return UsageMetric.objects.bulk_create(
        UsageMetric(vendor=side.vendor, slug=slug, name=name, unit=unit)
        for slug, name, unit in METRICS[side.vendor.slug]
    )


def _readings(rng: Random, member: Member, metrics: list[UsageMetric], ledger: Ledger, now: datetime) -> None:
    used = 8.0 + 6 * (member.plan.weight or OWN)
    months = [m for m in months_before(now.date(), MONTHS) if m >= member.enrollment.enrolled_at.date()]
    for at, first in enumerate(months):
        used *= 1 + (member.plan.skill - 0.4) / 8 + rng.uniform(-0.02, 0.02)
        values = (
            Decimal(round(used)),
            Decimal(str(round(min(99.5, 55 + 45 * member.plan.skill + rng.uniform(-4, 4)), 1))),
        )
        for metric, value in zip(metrics, values, strict=True):
            number = f"{metric.slug}:{member.plan.slug}:{first:%Y-%m}"
            ends = months[at + 1] if at + 1 < len(months) else None
            base = _base(member, "telemetry", number, first, now)
            ledger.readings.append(UsageReading(**base, metric=metric, value=value, ends=ends))


def _answers(rng: Random, member: Member, customers: list[Any], ledger: Ledger, now: datetime) -> None:
    for back in range(0, MONTHS * 30, 45):
        day = now.date() - timedelta(days=back + rng.randint(1, 40))
        if not member.enrollment.enrolled_at.date() <= day < member.until.date():
            continue
        score = min(10, max(0, round(4.5 + 6 * member.plan.skill + rng.gauss(0, 1.4))))
        name, account = rng.choice(customers)
        base = _base(member, "survey", f"S-{len(ledger.answers):05d}", day, now)
        ledger.answers.append(SatisfactionAnswer(**base, score=score, customer_name=name, account_id=account))


def _write_waiting(side: Side, now: datetime) -> None:
    rows = []
    for at, (partner, customer, sku, currency, problem) in enumerate(WAITS[side.vendor.slug]):
        row = SalesRow(
            source="distributor",
            external_id=f"D-{7001 + at}",
            partner=partner,
            kind=SaleKind.SELL_THROUGH,
            day=now.date() - timedelta(days=6 + at),
            amount=Decimal(9_400 + 1_150 * at),
            currency=currency,
            sku=sku,
            customer_name=customer if problem == Problem.ACCOUNT else "",
        )
        rows.append(
            WaitingFact(
                vendor=side.vendor,
                kind="sales-lines",
                source=row.source,
                external_id=row.external_id,
                named=partner,
                content=json.loads(json.dumps(plain(row), cls=DjangoJSONEncoder)),
                problems=[problem],
                created_at=now - timedelta(hours=20 + 9 * at),
            )
        )
    WaitingFact.objects.bulk_create(rows)
