"""Golden cases of judging: a policy and facts in, the verdict with its sentence and clause out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dealreg.engagement import Facts, judge, parse, refusal, route_of, told
from tests.dealreg.engaged import DEFINITION, changed

BASE = Facts(
    part="sell",
    country="DE",
    industry="retail",
    employees="11-50",
    families=("sensors",),
    value="20000.00",
    currency="EUR",
    stated="20000.00",
    stated_in="EUR",
    tier="silver",
    rank=2,
    ranks={"registered": 1, "silver": 2, "gold": 3},
    held=("palletcell",),
    countries=("AT", "CH", "DE"),
)
ROBOTS = {"families": ("robots",)}
NO_DECLINE = changed("automation.decline", [])
OFF = changed("automation.approve.on", value=False)
NO_ASK = changed("automation.ask.on", value=False)
NO_SIZE = changed("size", None, changed("automation.decline", ["territory"]))
TO_GOLD = changed("automation.approve.tier", "gold")
LISTED = changed("territory", {"by": "listed", "countries": ["DE", "FR"], "clause": "4.1"})
NAMED = changed(
    "segments.0", {"slug": "named", "name": "Named", "lead": "direct", "clause": "1.3", "when": {"accounts": [7, 8]}}
)
ALL_SEGMENTS = changed("automation.approve.segments", [])
NO_MOST = changed("automation.approve.most", None)
ANY_CONTACT = changed("automation.approve.contact", value=False)
NO_LIMITS = changed("limits", None)
TWO_MISSING = changed("automation.ask.fields", ["customer_domain", "title"])

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, str, str]] = [
    # name, policy, facts, verdict, sentence, clause
    ("clean", DEFINITION, {}, "approve", "clean_under", "2.4"),
    ("clean_without_most", NO_MOST, {}, "approve", "clean", "2.4"),
    ("clean_exact_account", DEFINITION, {"link": "exact"}, "approve", "clean_under", "2.4"),
    ("clean_confirmed_account", DEFINITION, {"link": "confirmed", "alike": 2}, "approve", "clean_under", "2.4"),
    ("clean_separated_account", DEFINITION, {"link": "separated", "alike": 1}, "approve", "clean_under", "2.4"),
    ("clean_at_the_most", DEFINITION, {"value": "50000.00"}, "approve", "clean_under", "2.4"),
    ("clean_at_the_least", DEFINITION, {"value": "5000.00"}, "approve", "clean_under", "2.4"),
    ("clean_in_any_partner_segment", ALL_SEGMENTS, {}, "approve", "clean_under", "2.4"),
    ("clean_authorised", DEFINITION, ROBOTS, "approve", "clean_under", "2.4"),
    ("clean_referral_beside_holder", DEFINITION, {"competes": False, "holder": True}, "approve", "clean_under", "2.4"),
    ("clean_referral_beside_line", DEFINITION, {"competes": False, "earlier": 3}, "approve", "clean_under", "2.4"),
    ("clean_without_contact_rule", ANY_CONTACT, {"has_contact": False}, "approve", "clean_under", "2.4"),
    ("clean_once_declined_before", DEFINITION, {"again": 1}, "approve", "clean_under", "2.4"),
    ("clean_without_limits", NO_LIMITS, {"again": 9}, "approve", "clean_under", "2.4"),
    ("over_by_a_cent", DEFINITION, {"value": "50000.01"}, "person", "over", "2.4"),
    ("below_least", DEFINITION, {"value": "4999.99"}, "decline", "too_small", "5.1"),
    ("below_least_by_person", NO_DECLINE, {"value": "4999.99"}, "person", "too_small", "5.1"),
    ("zero", DEFINITION, {"value": "0.00"}, "decline", "too_small", "5.1"),
    ("above_most", DEFINITION, {"value": "900000.01"}, "decline", "too_large", "5.1"),
    ("at_most", DEFINITION, {"value": "900000.00"}, "person", "over", "2.4"),
    ("above_most_by_person", NO_DECLINE, {"value": "900001.00"}, "person", "too_large", "5.1"),
    ("no_rate", DEFINITION, {"value": None, "stated_in": "USD"}, "person", "no_rate", "5.1"),
    ("no_rate_without_size", NO_SIZE, {"value": None, "stated_in": "USD"}, "person", "no_rate", "2.4"),
    ("no_size_rule_small", NO_SIZE, {"value": "1.00"}, "approve", "clean_under", "2.4"),
    ("outside_profile", DEFINITION, {"country": "FR"}, "decline", "not_in_profile", "4.1"),
    ("outside_profile_by_person", NO_DECLINE, {"country": "FR"}, "person", "not_in_profile", "4.1"),
    ("profile_says_nothing", DEFINITION, {"countries": ()}, "person", "not_in_profile", "4.1"),
    ("served_abroad", DEFINITION, {"country": "CH"}, "approve", "clean_under", "2.4"),
    ("listed_inside", LISTED, {"country": "FR"}, "approve", "clean_under", "2.4"),
    ("listed_outside_although_served", LISTED, {"country": "CH"}, "decline", "not_listed", "4.1"),
    ("listed_and_no_profile", LISTED, {"country": "CH", "countries": ()}, "decline", "not_listed", "4.1"),
    ("tier_too_low", DEFINITION, {**ROBOTS, "tier": "registered", "rank": 1}, "decline", "tier_needed", "3.1"),
    ("no_tier", DEFINITION, {**ROBOTS, "tier": "", "rank": 0}, "decline", "tier_needed", "3.1"),
    ("tier_above", DEFINITION, {**ROBOTS, "tier": "gold", "rank": 3}, "approve", "clean_under", "2.4"),
    ("tier_gone", DEFINITION, {**ROBOTS, "rank": 0, "ranks": {}}, "approve", "clean_under", "2.4"),
    ("credential_lacking", DEFINITION, {**ROBOTS, "held": ("other",)}, "decline", "credential_needed", "3.1"),
    ("credential_by_person", NO_DECLINE, {**ROBOTS, "held": ()}, "person", "credential_needed", "3.1"),
    ("other_family_needs_nothing", DEFINITION, {"held": (), "rank": 0}, "approve", "clean_under", "2.4"),
    (
        "one_of_two_families",
        DEFINITION,
        {"families": ("robots", "sensors"), "held": ()},
        "decline",
        "credential_needed",
        "3.1",
    ),
    ("no_product_authorised", DEFINITION, {"families": ()}, "approve", "clean_under", "2.4"),
    ("no_product_unauthorised", DEFINITION, {"families": (), "held": ()}, "person", "credential_needed", "3.1"),
    ("territory_before_size", DEFINITION, {"country": "FR", "value": "1.00"}, "decline", "not_in_profile", "4.1"),
    (
        "declined_for_what_is_on_though_another_comes_first",
        changed("automation.decline", ["size"]),
        {"country": "FR", "value": "1.00"},
        "decline",
        "too_small",
        "5.1",
    ),
    ("missing_website", DEFINITION, {"empty": ("customer_domain",)}, "ask", "missing", "2.4"),
    ("missing_unwanted", DEFINITION, {"empty": ("title",)}, "approve", "clean_under", "2.4"),
    ("missing_two", TWO_MISSING, {"empty": ("customer_domain", "title", "notes")}, "ask", "missing", "2.4"),
    ("missing_but_off", NO_ASK, {"empty": ("customer_domain",)}, "approve", "clean_under", "2.4"),
    (
        "missing_though_asked",
        DEFINITION,
        {"empty": ("customer_domain",), "asked": True},
        "person",
        "still_missing",
        "2.4",
    ),
    ("missing_and_small", DEFINITION, {"empty": ("customer_domain",), "value": "1.00"}, "decline", "too_small", "5.1"),
    ("missing_and_likely", DEFINITION, {"empty": ("customer_domain",), "link": "likely"}, "ask", "missing", "2.4"),
    ("missing_and_lost", DEFINITION, {"empty": ("customer_domain",), "lost": True}, "person", "lost", "2.4"),
    ("likely", DEFINITION, {"link": "likely"}, "person", "likely", "2.4"),
    ("likely_never_declines", DEFINITION, {"link": "likely", "alike": 4, "holder": True}, "person", "likely", "2.4"),
    ("alike", DEFINITION, {"link": "exact", "alike": 1}, "person", "alike", "2.4"),
    ("existing_customer", DEFINITION, {"link": "exact", "origin": "customer"}, "person", "customer", "2.4"),
    ("protected", DEFINITION, {"link": "exact", "holder": True}, "person", "held", "2.4"),
    ("in_line", DEFINITION, {"link": "exact", "earlier": 1}, "person", "earlier", "2.4"),
    ("protected_and_in_line", DEFINITION, {"holder": True, "earlier": 2}, "person", "held", "2.4"),
    ("lost", DEFINITION, {"lost": True}, "person", "lost", "2.4"),
    ("off", OFF, {}, "person", "off", ""),
    ("off_still_declines", OFF, {"value": "1.00"}, "decline", "too_small", "5.1"),
    ("off_in_line", OFF, {"earlier": 1}, "person", "earlier", "2.4"),
    ("off_in_a_direct_segment", OFF, {"industry": "public"}, "person", "lead_direct", "1.3"),
    ("direct_segment", DEFINITION, {"industry": "public"}, "person", "lead_direct", "1.3"),
    (
        "cosell_segment",
        DEFINITION,
        {"industry": "manufacturing", "employees": "1001+"},
        "person",
        "lead_cosell",
        "1.2",
    ),
    (
        "cosell_elsewhere_is_the_rest",
        DEFINITION,
        {"industry": "manufacturing", "employees": "1001+", "country": "CH"},
        "approve",
        "clean_under",
        "2.4",
    ),
    ("small_manufacturer_is_the_rest", DEFINITION, {"industry": "manufacturing"}, "approve", "clean_under", "2.4"),
    ("industry_unstated", DEFINITION, {"industry": ""}, "person", "unsure", "1.1"),
    (
        "employees_unstated_where_they_matter",
        DEFINITION,
        {"industry": "manufacturing", "employees": ""},
        "person",
        "unsure",
        "1.1",
    ),
    ("employees_unstated_where_they_do_not", DEFINITION, {"employees": ""}, "approve", "clean_under", "2.4"),
    ("named_account", NAMED, {"account": 8, "link": "exact"}, "person", "lead_direct", "1.3"),
    ("other_account", NAMED, {"account": 9, "link": "exact"}, "approve", "clean_under", "2.4"),
    (
        "segment_that_a_person_decides",
        changed("automation.approve.segments", ["other"]),
        {},
        "person",
        "segment_by_person",
        "2.4",
    ),
    ("tier_for_rule", TO_GOLD, {}, "person", "tier_for_rule", "2.4"),
    ("tier_for_rule_held", TO_GOLD, {"rank": 3}, "approve", "clean_under", "2.4"),
    ("no_contact", DEFINITION, {"has_contact": False}, "person", "no_contact", "2.4"),
    ("declined_too_often", DEFINITION, {"again": 2}, "person", "again", "7.1"),
    ("taken_by_a_person", DEFINITION, {"taken": True}, "person", "taken", ""),
    ("taken_and_small", DEFINITION, {"taken": True, "value": "1.00"}, "person", "taken", ""),
    ("empty_policy", {}, {}, "person", "off", ""),
]


@pytest.mark.parametrize(
    ("name", "policy", "facts", "verdict", "code", "clause"), CASES, ids=[case[0] for case in CASES]
)
def test_golden_case(name, policy, facts, verdict, code, clause):
    shape, asked = parse(policy), replace(BASE, **facts)
    found = judge(shape, asked)
    assert (found.verdict, found.sentence.code, found.clause) == (verdict, code, clause)
    assert "%(" not in told(found.sentence)
    assert judge(shape, Facts.from_data(asked.as_data())) == found
    refused = refusal(shape, asked)
    assert (refused is not None) == (verdict == "decline") or facts.get("taken")


def test_there_are_sixty_cases_each_with_a_name_of_its_own():
    assert len({case[0] for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize(
    ("facts", "decider", "hours"),
    [
        ({"value": "99999.99"}, "approver", 48),
        ({"value": "100000.00"}, "manager", 24),
        ({"value": None}, "manager", 24),
    ],
)
def test_first_route_that_fits_says_who_decides_and_when(facts, decider, hours):
    route = route_of(parse(DEFINITION), replace(BASE, **facts))
    assert (route.decider, route.hours) == (decider, hours)


def test_route_by_segment_country_and_family_and_none_without_a_fit():
    policy = changed(
        "routes",
        [
            {"segment": "public", "decider": "manager", "hours": 8, "clause": "6.1"},
            {"families": ["robots"], "countries": ["AT"], "decider": "approver", "hours": 16, "clause": "6.1"},
        ],
    )
    shape = parse(policy)
    assert route_of(shape, BASE) is None
    assert route_of(shape, replace(BASE, industry="public")).hours == 8
    assert route_of(shape, replace(BASE, country="AT", families=("robots", "sensors"))).hours == 16
    assert route_of(shape, replace(BASE, country="AT")) is None
