"""How well an organisation fits: the score, its reasons, what isn't stated, and what a profile can't be."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.fit import Criterion, Facts, Kind, ProfileDefinition, ProfileRefused, check, parse, score_of
from onboarding.fit.scoring import credit_of
from onboarding.fit.shape import SEVERAL
from onboarding.fit.vocabulary import choices_of, takes_values

PROFILE: dict[str, Any] = {
    "criteria": [
        {"slug": "kind", "name": "Kind", "kind": "type", "weight": 4, "values": ["services", "msp"]},
        {
            "slug": "branches",
            "name": "Branches",
            "kind": "industries",
            "weight": 3,
            "values": ["manufacturing", "energy", "logistics"],
            "needed": 2,
            "partial": True,
        },
        {"slug": "size", "name": "Size", "kind": "headcount", "weight": "2", "values": ["51-250"], "partial": True},
        {"slug": "web", "name": "Web", "kind": "website", "weight": 1},
    ]
}


def scored(**facts: Any) -> tuple[int, dict[str, int]]:
    """Return the score and what each criterion earned."""
    fit = score_of(parse(PROFILE), Facts(**facts))
    return fit.score, {each.criterion: each.earned for each in fit.reasons}


def test_everything_met_is_a_hundred() -> None:
    full = {"type": "msp", "industries": ("energy", "logistics"), "headcount": "51-250", "own_domain": True}
    assert scored(**full) == (100, {"kind": 40, "branches": 30, "size": 20, "web": 10})


def test_partial_credit_is_the_share_and_the_next_size_earns_half() -> None:
    assert scored(industries=("energy", "retail"))[1]["branches"] == 15
    assert scored(headcount="11-50")[1]["size"] == 10
    assert scored(headcount="1001+")[1]["size"] == 0


def test_what_is_not_stated_earns_nothing_and_is_named() -> None:
    fit = score_of(parse(PROFILE), Facts(type="services"))
    assert (fit.score, fit.known, fit.at_most) == (40, 40, 100)
    assert [each.sentence for each in fit.reasons if not each.known] == ["Not stated."] * 3


def test_a_stated_mismatch_cannot_be_made_up_for() -> None:
    fit = score_of(parse(PROFILE), Facts(type="reseller"))
    assert (fit.score, fit.at_most) == (0, 60)
    assert "Reseller isn’t among what is wanted: Services partner (SI), Managed service provider." in {
        each.sentence for each in fit.reasons
    }


def test_texts_match_by_whole_words() -> None:
    wanted = Criterion("iso", "ISO", Kind.CERTIFICATIONS, parse(PROFILE).criteria[3].weight, ("ISO/IEC 27001",))
    assert credit_of(wanted, Facts(certifications=("iso iec 27001 (TÜV)",))) == 1
    assert credit_of(wanted, Facts(certifications=("ISO/IEC 270011",))) == 0
    assert credit_of(wanted, Facts()) is None


def test_a_region_follows_from_the_country_where_none_is_stated() -> None:
    wanted = Criterion("where", "Where", Kind.REGIONS, parse(PROFILE).criteria[3].weight, ("dach",))
    assert credit_of(wanted, Facts(country="AT")) == 1
    assert credit_of(wanted, Facts(country="AT", regions=("iberia",))) == 0


def test_customers_count_those_that_are_accounts() -> None:
    wanted = Criterion("known", "Known", Kind.CUSTOMERS, parse(PROFILE).criteria[3].weight, needed=4, partial=True)
    assert credit_of(wanted, Facts(named_customers=9, overlap=1)) == Fraction(1, 4)
    assert credit_of(wanted, Facts(named_customers=9, overlap=7)) == 1
    assert credit_of(wanted, Facts()) is None


def criteria() -> st.SearchStrategy[dict[str, Any]]:
    """Return any criterion that can stand in a profile."""

    def of(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
        known = list(choices_of(kind)) or ["ISO 9001", "Cloud", "Ledger"]
        values = st.lists(st.sampled_from(known), min_size=1, max_size=3, unique=True)
        return st.fixed_dictionaries(
            {
                "kind": st.just(str(kind)),
                "weight": st.integers(1, 9),
                "values": values if takes_values(kind) else st.just([]),
                "partial": st.booleans(),
            }
        )

    return st.sampled_from(list(Kind)).flatmap(of)


def facts() -> st.SearchStrategy[Facts]:
    """Return anything that may be known."""
    some = {
        kind: st.lists(st.sampled_from(list(choices_of(kind)) or ["iso 9001", "Cloud X"]), max_size=4) for kind in Kind
    }
    several = {str(kind): some[kind].map(tuple) for kind in SEVERAL}
    single = {str(kind): st.sampled_from(["", *choices_of(kind)]) for kind in (Kind.TYPE, Kind.COUNTRY, Kind.HEADCOUNT)}
    return st.builds(
        Facts,
        **several,
        **single,
        own_domain=st.sampled_from([None, True, False]),
        named_customers=st.integers(0, 5),
        overlap=st.integers(0, 3),
    )


@settings(deadline=None)
@given(st.lists(criteria(), min_size=1, max_size=12), facts())
def test_reasons_add_up_whatever_the_profile(rows: list[dict[str, Any]], known: Facts) -> None:
    named = [{**row, "slug": f"c-{at}", "name": f"C {at}"} for at, row in enumerate(rows)]
    definition = parse({"criteria": named})
    fit = score_of(definition, known)
    assert sum(definition.points) == 100
    assert fit.score == sum(each.earned for each in fit.reasons)
    assert all(0 <= each.earned <= each.weight for each in fit.reasons)
    assert 0 <= fit.score <= fit.at_most <= 100
    assert all(each.earned == 0 for each in fit.reasons if not each.known)
    assert all(each.sentence for each in fit.reasons)


# -- What a profile can't be

WEB = {"slug": "web", "name": "Web", "kind": "website", "weight": 1}


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        ([], "A profile needs at least one criterion."),
        ([{**WEB, "weight": 0}], "The weights add up to nothing: give at least one criterion a weight above zero."),
        ([WEB, {**WEB, "slug": "two", "weight": -1}], "The weights add up to nothing"),
        ([WEB, {**WEB, "slug": "two", "weight": 0}], "“Web” needs a weight above zero."),
        ([WEB, WEB], "“web” is there twice."),
        ([WEB, {**WEB, "slug": "two", "weight": 900}], "“Web” weighs so little that it brings no point of 100."),
        ([{**WEB, "kind": "type", "values": ["wizard"]}], "“Web”: there is no choice called “wizard”."),
        ([{**WEB, "kind": "type", "values": []}], "Say what counts as a match for “Web”."),
        ([{**WEB, "values": ["yes"]}], "“Web” takes no values."),
        (
            [{**WEB, "kind": "services", "values": ["training"], "needed": 2}],
            "“Web” asks for 2 matches, but at most 1 are possible.",
        ),
        ([{**WEB, "kind": "services", "values": ["training", "training"]}], "“Web” names “training” twice."),
        ([{**WEB, "kind": "horoscope"}], "This should be one of: type, country"),
        ([{**WEB, "weight": "much"}], "The weight should be a number."),
        ([{**WEB, "weight": "NaN"}], "The weight should be at most 1000."),
        ([{**WEB, "colour": "red"}], "There is nothing called “colour” here."),
        ([{**WEB, "slug": "Own Web"}], "Small letters, digits and hyphens only"),
        ([{**WEB, "needed": 0}], "This should be a whole number from 1 to 60."),
        ([WEB] * 21, "At most 20 are possible here."),
        ("all", "This should be a list."),
    ],
)
def test_what_cannot_work_is_refused_with_its_sentence(criteria: Any, sentence: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        check(parse({"criteria": criteria}))
    assert sentence in str(refused.value)
    assert refused.value.faults[0].place


def test_every_fault_comes_with_its_place() -> None:
    with pytest.raises(ProfileRefused) as refused:
        check(parse({"criteria": [{**WEB, "weight": 0, "values": ["x"]}, {**WEB, "slug": "two", "weight": 1}]}))
    assert [fault.place for fault in refused.value.faults] == ["criteria.0.weight", "criteria.0.values"]


def test_points_of_equal_weights_add_up() -> None:
    one = parse(PROFILE).criteria[3]
    thirds = ProfileDefinition(tuple(Criterion(str(at), str(at), one.kind, one.weight) for at in range(3)))
    assert thirds.points == (34, 33, 33)
