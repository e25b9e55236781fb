"""How leads and partners are matched: figures worked out by hand, and the assignment against trying every one."""

from __future__ import annotations

from itertools import permutations
from random import Random

import pytest

from dealreg.leads.matching import Candidate, Limits, Wanted, credits_of, fit_of, in_turn, ranked
from dealreg.leads.planning import place

WEIGHTS = {"territory": 25, "skill": 25, "tier": 10, "capacity": 15, "conversion": 15, "answers": 10}
LIMITS = Limits(weights=WEIGHTS, most_open=10, fit_from=30)
WANTED = Wanted(country="DE", industry="food", families=("Robots",))


def partner(number: int = 1, **changes: object) -> Candidate:
    """A partner of a program."""
    return Candidate(
        **{"enrollment_id": number, "partner_id": number, "name": f"P{number}", "country": "DE", **changes}
    )


@pytest.mark.parametrize(
    ("changes", "code", "credit"),
    [
        ({}, "territory", 1.0),
        ({"country": "NL", "regions": ("dach",)}, "territory", 0.9),
        ({"country": "NL"}, "territory", 0.0),
        ({"industries": ("food",), "products": ("robots",)}, "skill", 1.0),
        ({"industries": ("retail",), "held": ("Robots expert",)}, "skill", 0.5),
        ({"held": ("Safety",)}, "skill", (0.5 + 0.4) / 2),
        ({"rank": 2, "ranks": 4}, "tier", 0.5),
        ({"open": 4}, "capacity", 0.6),
        ({"accepted": 6, "converted": 3}, "conversion", (3 + 0.8) / 10 / 0.5),
        ({}, "conversion", 0.4),
        ({"accepted": 3, "refused": 1}, "answers", 5 / 8),
    ],
)
def test_each_thing_counts_as_far_as_it_is_met(changes: dict[str, object], code: str, credit: float) -> None:
    assert credits_of(WANTED, partner(**changes), LIMITS)[code] == pytest.approx(credit)


def test_the_reasons_add_up_to_the_fit() -> None:
    fit = fit_of(WANTED, partner(industries=("food",), products=("Robots",), rank=3, ranks=3), LIMITS)
    assert fit.score == 25 + 25 + 10 + 15 + 6 + 5
    assert sum(reason.earned for reason in fit.reasons) == pytest.approx(fit.score)
    assert fit.barred == ""


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"country": "NL"}, "territory"), ({"open": 10}, "capacity"), ({"open": 9, "industries": ("retail",)}, "")],
)
def test_a_rule_bars_who_is_elsewhere_or_full(changes: dict[str, object], why: str) -> None:
    assert fit_of(WANTED, partner(**changes), LIMITS).barred == why


def test_a_rule_bars_who_fits_less_than_it_asks_for() -> None:
    assert fit_of(WANTED, partner(), Limits(weights=WEIGHTS, fit_from=90)).barred == "fit"


def test_the_best_come_first_and_in_turn_whoever_waited_longest() -> None:
    crowd = [partner(1, last=50.0), partner(2, industries=("food",), last=90.0), partner(3, country="NL")]
    fits = ranked(WANTED, crowd, LIMITS)
    assert [each.enrollment_id for each, _fit in fits] == [2, 1, 3]
    assert [each.enrollment_id for each, _fit in in_turn(fits)] == [1, 2]


@pytest.mark.parametrize("seed", range(6))
def test_the_plan_is_as_good_as_the_best_of_all_ways(seed: int) -> None:
    random = Random(seed)
    leads = [Wanted(country=random.choice(("DE", "FR")), industry=random.choice(("food", "retail"))) for _ in range(5)]
    crowd = [
        partner(
            number,
            country=random.choice(("DE", "FR")),
            regions=random.choice(((), ("dach", "france"))),
            industries=random.choice(((), ("food",), ("retail",))),
            open=random.choice((7, 8, 9)),
            rank=random.randint(0, 3),
            ranks=3,
        )
        for number in range(1, 4)
    ]
    limits = Limits(weights=WEIGHTS, most_open=9)
    fits = [[_exact(lead, each, limits) for each in crowd] for lead in leads]
    slots = [column for column, each in enumerate(crowd) for _ in range(9 - each.open)]
    slots += [-1] * max(0, len(leads) - len(slots)) + [-1] * 2
    best = max(
        sum(fits[row][column] for row, column in enumerate(way) if column >= 0)
        for way in set(permutations(slots, len(leads)))
    )
    placed = place(leads, crowd, limits)
    reached = sum(fits[row][each.chosen] for row, each in enumerate(placed) if each.chosen is not None)
    assert reached == pytest.approx(best, abs=1e-4)
    for column, each in enumerate(crowd):
        assert sum(one.chosen == column for one in placed) <= 9 - each.open


def _exact(lead: Wanted, candidate: Candidate, limits: Limits) -> float:
    fit = fit_of(lead, candidate, limits)
    return 0.0 if fit.barred else sum(reason.earned for reason in fit.reasons)


def test_who_was_asked_before_is_left_out_and_the_best_is_named_all_the_same() -> None:
    crowd = [partner(1, industries=("food",)), partner(2)]
    (one,) = place([WANTED], crowd, LIMITS, {0: {1}})
    assert (one.chosen, one.best) == (1, 1)
    full = [partner(1, industries=("food",), open=9), partner(2, open=9)]
    first, second = place([WANTED, WANTED], full, LIMITS)
    assert {first.chosen, second.chosen} == {0, 1}
    assert (first.best, second.best) == (0, 0)
