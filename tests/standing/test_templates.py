"""The programs that are shipped: each can be published, and each boundary of each is where its source puts it.

Published figures: Microsoft's partner capability score (15 + 20 + 15 + 30 + 20; 70 in total, 1 in each part), AWS's
services tiers (4/8/20 accredited, 2/4/10 foundational, 2/6/25 technical, 3/20/50 launched, 1.5k/10k/50k a month),
HubSpot's 5, 3 and 1 point per 100, growth markets twice, Cisco's 1.0, 5.0 and 7.5 of 10, Google's 70 %, 10k in 90 days,
half certified, top 3 %, Wix's 1,000, 2,000 and 5,000 points. Expected tiers and scores are worked out by hand.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from standing.computing import compute
from standing.scheme import Definition, Figure, check, evaluate, parse
from standing.scheme.faults import SchemeRefused
from standing.templates import templates

D = Decimal


def figures_by_name(definition: Definition) -> dict[str, Figure]:
    """Return each figure under the name of its line or requirement."""
    found = {line.slug: line.figure for line in definition.lines}
    for root in definition.roots():
        found |= {need.name: need.figure for need in definition.needs_of(root) if need.figure is not None and need.name}
    return found


def stands(slug: str, given: dict[str, Any]) -> tuple[str, Decimal]:
    """Return the tier and score that figures bring under a template."""
    definition = parse(templates()[slug].scheme)
    known = figures_by_name(definition)
    verdict = evaluate(definition, {known[name]: D(str(value)) for name, value in given.items()})
    tier = definition.tiers[verdict.rank - 1].slug if verdict.rank else ""
    return tier, verdict.total


@pytest.mark.parametrize("slug", sorted(templates()))
def test_template_can_be_published(slug):
    check(parse(templates()[slug].scheme))


@pytest.mark.parametrize("slug", sorted(templates()))
def test_template_computes_all_enrollments(slug, cast, scheme_of):
    scheme = scheme_of(templates()[slug].scheme)
    found = compute(scheme, timezone.localdate())
    assert {each.enrollment_id for each in found} == {
        cast.enrollments["brightpath_northwind"].pk,
        cast.enrollments["kappel_northwind"].pk,
    }
    for each in found:
        verdict = each.verdict(scheme.shape)
        assert (each.rank, each.total) == (verdict.rank, verdict.total)


def resell(points: Any = 0, deals: Any = 0, revenue: Any = 0) -> dict[str, Any]:
    return {"Points": points, "Won deals": deals, "Won revenue": revenue}


RESELLER = [
    (resell(), "registered"),
    (resell(149, 2), "registered"),
    (resell(150, 1), "registered"),
    (resell(150, 2), "silver"),
    (resell("149.99", 9, 900_000), "registered"),
    (resell(499, 5, 300_000), "silver"),
    (resell(500, 5, 249_999), "silver"),
    (resell(500, 5, 250_000), "gold"),
    (resell(500, 1, 250_000), "registered"),
    (resell(9000, 90, 9_000_000), "gold"),
]
REFERRAL = [
    ({}, "friend"),
    ({"Points": 199, "Won deals": 1}, "friend"),
    ({"Points": 200, "Won deals": 0}, "friend"),
    ({"Points": 200, "Won deals": 1}, "ambassador"),
    ({"Points": "599.99", "Won deals": 4}, "ambassador"),
    ({"Points": 600, "Won deals": 4}, "champion"),
    ({"Points": 600, "Won deals": 0}, "friend"),
    ({"Points": 601, "Won deals": 1}, "champion"),
    ({"Points": 400, "Won deals": 2}, "ambassador"),
    ({"Points": 0, "Won deals": 20}, "friend"),
]
# 8 a person up to 40; satisfaction 60/75/85/95 for 10/20/30/40; 4 a deal up to 20.
SERVICES = [
    ({}, "member", 0),
    ({"certified-people": 2, "satisfaction": 75, "won-deals": 2}, "member", 44),
    ({"certified-people": 2, "satisfaction": 75, "won-deals": 3}, "professional", 48),
    ({"certified-people": 1, "satisfaction": 95, "won-deals": 5}, "member", 68),
    ({"certified-people": 4, "satisfaction": 85, "won-deals": 3}, "professional", 74),
    ({"certified-people": 4, "satisfaction": 85, "won-deals": 4}, "expert", 78),
    ({"certified-people": 3, "satisfaction": 95, "won-deals": 5}, "professional", 84),
    ({"certified-people": 5, "satisfaction": "84.99", "won-deals": 5}, "professional", 80),
    ({"certified-people": 50, "satisfaction": 100, "won-deals": 50}, "expert", 100),
    ({"certified-people": 5, "satisfaction": "59.99", "won-deals": 1}, "member", 44),
]


def capability(track: str, adds: Any, inter: Any, advanced: Any, usage: Any, deployed: Any) -> dict[str, Any]:
    names = ("adds", "intermediate", "advanced", "usage", "deployments")
    return dict(zip([f"{track}-{name}" for name in names], (adds, inter, advanced, usage, deployed), strict=True))


# Enterprise: 5 a customer, 2 and 3 a certified person, 1 a per cent, 1 a deployment. SMB: 3, 4, 5, 1, 2. Both tracks
# read the same figures, so that each case gives those of both.
MICROSOFT = [
    ((0, 0, 0, 0, 0), "member", 0, 0),
    ((3, 10, 5, 20, 0), "member", 70, 64),  # 15 + 20 + 15 + 20 + 0: enough, but a part without a point
    ((3, 10, 5, 19, 1), "solutions-partner", 70, 65),
    ((3, 10, 5, 18, 1), "member", 69, 64),
    ((3, 10, 5, "18.99", 1), "member", "69.99", "64.99"),
    ((0, 10, 5, 30, 20), "member", 85, 85),
    ((1, 10, 5, 30, 20), "solutions-partner", 90, 88),
    ((1, 1, 1, 30, 20), "member", 60, 62),
    ((1, 3, 3, 30, 10), "solutions-partner", 60, 80),  # SMB alone: 3 + 12 + 15 + 30 + 20
    ((1, 2, 2, 30, 9), "member", 54, 69),  # SMB: 3 + 8 + 10 + 30 + 18
    ((1, 2, 2, 30, "9.5"), "solutions-partner", "54.5", 70),
    ((99, 99, 99, 99, 99), "solutions-partner", 100, 100),
    ((3, 10, 5, -5, 20), "member", 70, 64),  # a loss counts as nothing, and one part has no point
]


@pytest.mark.parametrize(("given", "tier", "enterprise", "smb"), MICROSOFT)
def test_microsofts_capability_score(given, tier, enterprise, smb):
    values = capability("enterprise", *given) | capability("smb", *given)
    definition = parse(templates()["microsoft-business-applications"].scheme)
    known = figures_by_name(definition)
    verdict = evaluate(definition, {known[name]: D(str(value)) for name, value in values.items()})
    assert definition.tiers[verdict.rank - 1].slug == tier
    parts = {track: sum(v for k, v in verdict.categories.items() if k.startswith(track)) for track in ("ent", "smb")}
    assert (parts["ent"], parts["smb"]) == (D(str(enterprise)), D(str(smb)))
    assert verdict.total == D(str(enterprise)) + D(str(smb))


def aws(accredited: Any, foundational: Any, technical: Any, launched: Any, revenue: Any) -> dict[str, Any]:
    return {
        "Accredited people": accredited,
        "Foundational certified people": foundational,
        "Technical certified people": technical,
        "Launched opportunities": launched,
        "Monthly recurring revenue of launched opportunities": revenue,
    }


AWS = [
    (aws(0, 0, 0, 0, 0), "registered"),
    (aws(4, 2, 2, 3, 1500), "select"),
    (aws(3, 2, 2, 3, 1500), "registered"),
    (aws(4, 1, 2, 3, 1500), "registered"),
    (aws(4, 2, 1, 3, 1500), "registered"),
    (aws(4, 2, 2, 2, 1500), "registered"),
    (aws(4, 2, 2, 3, "1499.99"), "registered"),
    (aws(8, 4, 6, 20, 10_000), "advanced"),
    (aws(7, 4, 6, 20, 10_000), "select"),
    (aws(8, 4, 6, 20, "9999.99"), "select"),
    (aws(20, 10, 25, 50, 50_000), "premier"),
    (aws(20, 10, 24, 50, 50_000), "advanced"),
    (aws(20, 9, 25, 50, 50_000), "advanced"),
    (aws(20, 10, 25, 49, 50_000), "advanced"),
]


def gates(total: Any, sourced: Any) -> dict[str, Any]:
    return {"Total points": total, "Sourced points": sourced}


HUBSPOT = [
    (gates(0, 0), "solutions-partner"),
    (gates(499, 499), "solutions-partner"),
    (gates(500, 149), "solutions-partner"),
    (gates(500, 150), "gold"),
    (gates(1500, 449), "gold"),
    (gates(1500, 450), "platinum"),
    (gates(4999, 1500), "platinum"),
    (gates(5000, 1500), "diamond"),
    (gates(15_000, 4499), "diamond"),
    (gates(15_000, 4500), "elite"),
]


FULL = {
    f"{name}-{part}": much
    for name in ("networking", "security", "cloud-ai", "collaboration", "observability", "services")
    for part, much in (("people", 8), ("revenue", 200_000), ("adoption", 100))
}
HALF = {name: much for name, much in FULL.items() if name.startswith(("networking", "cloud-ai"))}
# Each portfolio: 0.5 a person up to 4, 1 for each 50,000 up to 4, 0.02 a per cent of adoption up to 2. Weights 25, 20,
# 20, 15, 10 and 10 %.
REST = {"observability-adoption": 100, "services-people": 4}
NONE = dict.fromkeys(("networking-people", "networking-revenue", "networking-adoption"), 0)
CISCO = [
    ({}, "member", "0"),
    ({"networking-revenue": 198_000}, "member", "0.99"),
    ({"networking-revenue": 200_000}, "deal-registration", "1.00"),
    ({"networking-people": 8}, "deal-registration", "1.00"),
    ({"networking-people": 80}, "deal-registration", "1.00"),
    (HALF, "deal-registration", "4.50"),
    (HALF | REST | {"services-adoption": 45}, "deal-registration", "4.99"),
    (HALF | REST | {"services-adoption": 50}, "incentives", "5.00"),
    (FULL | NONE, "preferred", "7.50"),
    (FULL | NONE | {"services-adoption": 90}, "incentives", "7.48"),
    (FULL, "preferred", "10.00"),
    ({name: 2 * much for name, much in FULL.items()}, "preferred", "10.00"),
]  # fmt: skip


def google(score: Any, spend: Any, certified: Any, place: Any = 100) -> dict[str, Any]:
    return {
        "Optimisation score": score,
        "Ad spend": spend,
        "Share of users certified": certified,
        "Place by ad spend in the country": place,
    }


GOOGLE = [
    (google(0, 0, 0), "member"),
    (google(70, 10_000, 50), "partner"),
    (google("69.99", 10_000, 50), "member"),
    (google(70, "9999.99", 50), "member"),
    (google(70, 10_000, "49.9"), "member"),
    (google(100, 99_000, 100), "partner"),
    (google(70, 10_000, 50, 3), "premier"),
    (google(70, 10_000, 50, "3.01"), "partner"),
    (google(70, 10_000, 50, "0.5"), "premier"),
    (google(69, 10_000, 50, 1), "member"),
]
WIX = [
    ({"Points": points}, tier)
    for points, tier in (
        (0, "partner"), ("999.99", "partner"), (1000, "pioneer"), (1001, "pioneer"), (1999, "pioneer"),
        (2000, "icon"), (2001, "icon"), (4999, "icon"), (5000, "legend"), (50_000, "legend"),
    )
]  # fmt: skip
TIERS = {
    "reseller": RESELLER,
    "referral": REFERRAL,
    "aws-services": AWS,
    "hubspot-solutions": HUBSPOT,
    "google-ads-partner": GOOGLE,
    "wix-partners": WIX,
}


@pytest.mark.parametrize(
    ("slug", "given", "tier"), [(slug, given, tier) for slug, cases in TIERS.items() for given, tier in cases]
)
def test_tier_of_a_template(slug, given, tier):
    assert stands(slug, given)[0] == tier


@pytest.mark.parametrize(
    ("slug", "given", "tier", "score"),
    [("services", *case) for case in SERVICES] + [("cisco-360", *case) for case in CISCO],
)
def test_tier_and_score_of_a_template(slug, given, tier, score):
    assert stands(slug, given) == (tier, D(score))


def test_every_template_has_ten_golden_cases_at_least():
    counts = {slug: len(cases) for slug, cases in TIERS.items()} | {
        "services": len(SERVICES),
        "microsoft-business-applications": len(MICROSOFT),
        "cisco-360": len(CISCO),
    }
    assert set(counts) == set(templates())
    assert min(counts.values()) >= 10


def test_definition_with_a_decimal_as_a_number_is_refused():
    # JSON's own decimals are binary: 0.1 + 0.2 isn't 0.3. Decimals are texts.
    with pytest.raises(SchemeRefused):
        parse({"tiers": [{"slug": "one", "name": "One"}], "categories": [{"slug": "c", "name": "C", "weight": 0.1}]})
