"""Policies that can't be: each is refused with a sentence that names the clause."""

from __future__ import annotations

import pytest

from dealreg.engagement import Known, PolicyRefused, Teller, check, parse
from tests.dealreg.engaged import CLAUSES, DEFINITION, changed

KNOWN = Known(
    clauses=CLAUSES,
    families={"robots": "Robots", "sensors": "Sensors"},
    tiers={"silver": "Silver", "gold": "Gold"},
    credentials={"palletcell": "PalletCell Engineer"},
    accounts={7: "Castellan Foods"},
    seats={3: "Mia Brandt"},
)
HUGE = {"slug": "huge", "name": "Huge public", "lead": "direct", "clause": "1.3"}
REST = DEFINITION["segments"][2]
TWICE = [{"family": "robots", "tier": tier, "clause": "3.1"} for tier in ("silver", "gold")]


def segments(*parts):
    """The policy with other segments, and nothing that refers to them."""
    return changed("segments", list(parts), changed("automation.approve.segments", []))


def when(**asked):
    """A segment with conditions."""
    return {**HUGE, "when": asked}


BAD = [
    ("gap", segments(when(industries=["public"])), "Clause 1.3: the last segment, “Huge public”, must take every"),
    (
        "overlap",
        segments(when(industries=["public"]), {**when(industries=["public"], countries=["DE"]), "slug": "b"}, REST),
        "Clause 1.3: “Huge public” is never reached: “Huge public” takes all its customers first.",
    ),
    (
        "overlap_by_two_together",
        segments(
            {**when(employees_to="51-250"), "slug": "small"},
            {**when(employees_from="251-1000"), "slug": "large"},
            REST,
        ),
        "Clause 1.1: “Everybody else” is never reached: those before it take all its customers.",
    ),
    ("after_the_rest", segments(REST, {**HUGE, "when": {}}), "“Huge public” is never reached"),
    ("slug_twice", segments(when(industries=["public"]), {**REST, "slug": "huge"}), "“huge” is there twice"),
    (
        "sizes_exchanged",
        segments(when(employees_from="1001+", employees_to="1-10"), REST),
        "begins above where it ends",
    ),
    ("unknown_industry", segments(when(industries=["magic"]), REST), "Clause 1.3: “Huge public” names “magic”"),
    ("unknown_country", segments(when(countries=["XX"]), REST), "names “XX”, which isn’t known"),
    ("unknown_account", segments(when(accounts=[99]), REST), "names “99”, which isn’t known"),
    ("unknown_band", segments(when(employees_to="12"), REST), "This should be one of: 1-10"),
    ("unknown_lead", changed("segments.0.lead", "nobody"), "This should be one of: partner, direct, cosell"),
    ("unknown_clause", changed("segments.0.clause", "9.9"), "“Public sector” cites clause 9.9, which this version"),
    ("no_clause", changed("size.clause", ""), "“Size” cites no clause"),
    ("min_above_max", changed("size.most", "10.00"), "Clause 5.1: the least, 5000.00, is above the most, 10.00."),
    ("no_size", changed("size", {"clause": "5.1"}), "Clause 5.1: say the least or the most."),
    ("negative_size", changed("size.least", "-1"), "This should be an amount from 0"),
    ("words_for_size", changed("size.least", "much"), "This should be an amount."),
    ("territory_not_listed", changed("territory.by", "listed"), "Clause 4.1: list the countries."),
    (
        "territory_unknown",
        changed("territory", {"by": "listed", "countries": ["ZZ"], "clause": "4.1"}),
        "Clause 4.1: “ZZ” is not a country.",
    ),
    ("family_twice", changed("authorisations", TWICE), "What “Robots” needs stands there twice."),
    ("unknown_family", changed("authorisations.0.family", "ships"), "Clause 3.1: “ships” isn’t known."),
    ("unknown_tier", changed("authorisations.0.tier", "tin"), "Clause 3.1: “tin” isn’t known."),
    ("unknown_credential", changed("authorisations.0.credentials", ["x"]), "Clause 3.1: “x” isn’t known."),
    (
        "authorisation_of_nothing",
        changed("authorisations.0", {"family": "robots", "clause": "3.1"}),
        "Clause 3.1: say which tier or which credential Robots needs.",
    ),
    ("route_of_nobody", changed("routes.0.decider", "seat"), "Clause 6.1: say which person decides."),
    ("route_unknown_seat", changed("routes.0.seat", 99), "Clause 6.1: “99” isn’t known."),
    ("route_unknown_segment", changed("routes.0.segment", "moon"), "Clause 6.1: “moon” isn’t known."),
    ("route_unreached", changed("routes.0.least", None, changed("routes.1.families", ["robots"])), "route 1 takes all"),
    ("route_without_hours", changed("routes.0.hours", 0), "This should be a whole number from 1"),
    ("approve_in_a_direct_segment", changed("automation.approve.segments", ["public"]), "isn’t led by partners"),
    ("approve_in_no_segment", changed("automation.approve.segments", ["moon"]), "“moon” is no segment."),
    ("approve_unknown_tier", changed("automation.approve.tier", "tin"), "“tin” is no tier."),
    ("ask_for_nothing", changed("automation.ask.fields", []), "Clause 2.4: say what is asked for."),
    ("ask_for_value", changed("automation.ask.fields", ["value"]), "“value” can’t be asked for by rule."),
    ("decline_without_rule", changed("size", None), "Declining by rule for size is on, but this version has no such"),
    ("decline_on_a_score", changed("automation.decline", ["score"]), "This should be one of: territory, size, auth"),
    ("limits_of_nothing", changed("limits", {"clause": "7.1"}), "Clause 7.1: say at least one limit."),
    ("holiday", changed("holidays", ["Christmas"]), "“Christmas” is not a day."),
    ("unknown_part", {**DEFINITION, "magic": 1}, "There is nothing called “magic” here."),
    ("no_object", [], "This should be an object with named parts."),
]


@pytest.mark.parametrize(("name", "policy", "sentence"), BAD, ids=[case[0] for case in BAD])
def test_bad_policy_is_refused_with_the_sentence(name, policy, sentence):
    with pytest.raises(PolicyRefused) as refused:
        check(parse(policy), KNOWN)
    assert any(sentence in fault.message for fault in refused.value.faults), refused.value.faults


def test_good_policies_are_taken_and_told_in_words():
    shape = parse(DEFINITION)
    check(shape, KNOWN)
    check(parse({}), KNOWN)
    check(parse(segments(when(industries=["public"]), {**when(countries=["DE"]), "slug": "b"}, REST)), KNOWN)
    sections = Teller(shape, KNOWN, "EUR").sections()
    said = {part.place: " ".join(part.lines) for parts in sections.values() for part in parts}
    assert (
        said["authorisations.0"]
        == "At least the tier Silver. A valid certificate held in the team: PalletCell Engineer."
    )
    assert (
        "people: 251 to 1,000 · More than 1,000; industry: Manufacturing; country: Germany, Austria"
        in said["segments.1"]
    )
    assert "The partner manager, within 24 working hours." in said["routes.0"]
    assert set(said) >= {"size", "territory", "limits", "automation.approve", "automation.decline", "automation.ask"}
