"""Random walks over points and tiers: whatever is won, opened again, given by hand, published and decided, in whatever
order and however often workers look, the ledger and the tiers are those of a plain model.

40 walks of 30 steps in every run; `make soak` takes 2,000 of 50, in parts that its processes share.
"""

from __future__ import annotations

import copy
import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from activity.models import Event
from dealreg.models import Deal
from prm.kernel.actors import system
from standing import services
from standing.computing import compute
from standing.enums import ReviewState, SchemeState
from standing.models import Calculation, PointEntry, Scheme, Standing, Tier, TierOverride, TierReview, TierSpan
from tests.cast import Cast
from tests.standing.conftest import SIMPLE
from tests.standing.plain_model import Fact, Model, Version

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMES = ("brightpath_northwind", "kappel_northwind")
SOAK_WALKS, SOAK_PARTS = 2_000, 20
FIRST = copy.deepcopy(SIMPLE)
FIRST["rules"][1]["source"] = "deal.won"
STRICT = copy.deepcopy(FIRST)
STRICT["tiers"][1]["needs"]["at_least"] = 150
STRICT["rules"][0] |= {"points": 2, "cap": 400, "cap_period": "month"}
EASY = copy.deepcopy(FIRST)
EASY["tiers"][1]["needs"]["at_least"] = 40
EASY["tiers"][2]["needs"]["all"][1]["at_least"] = 1
EASY["review"] |= {"months": 3, "grace_days": 0}
DEFINITIONS = {"first": FIRST, "strict": STRICT, "easy": EASY}
WIN = """
INSERT INTO dealreg_dealmilestone (deal_id, vendor_id, partner_id, enrollment_id, kind, day, amount, currency,
  vendor_amount, rated_on, family_id, n, turn, recorded_at)
SELECT id, vendor_id, partner_id, enrollment_id, 'won', %(day)s, %(amount)s, currency, %(amount)s, %(day)s, families[1],
  %(n)s, %(turn)s, now() FROM dealreg_deal WHERE id = %(deal)s
"""


class Standings(RuleBasedStateMachine):
    """Deals are won and opened again, managers give and decide, time passes, workers look."""

    cast: ClassVar[Cast]
    manager: ClassVar[Any]
    deals: ClassVar[list[Deal]]

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.vendor = self.cast.northwind.vendor
        first = self.today - timedelta(days=800)
        self.model = Model([Version(first, FIRST)])
        Standing.objects.all().delete()
        scheme = Scheme.objects.create(
            vendor=self.vendor, program=self.cast.northwind.program, number=1, name="First", definition=FIRST,
            state=SchemeState.PUBLISHED, valid_from=first, published_at=START,
        )  # fmt: skip
        services.activate_scheme(actor=system(self.vendor.pk), scheme=scheme)
        self.turns: dict[int, int] = {}
        self.won: dict[int, Fact] = {}
        self.earned: dict[int, int] = {}

    def teardown(self) -> None:
        """Look once more, then leave the database as it was."""
        try:
            self.look()
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    @property
    def today(self) -> date:
        return self.vendor.today()

    # -- Steps

    @rule(at=st.integers(0, 5), value=st.integers(1, 400), ago=st.integers(0, 420))
    def win(self, at: int, value: int, ago: int) -> None:
        deal = self.deals[at]
        if deal.pk in self.won:
            return
        self.turns[deal.pk] = self.turns.get(deal.pk, 0) + 1
        day = self.today - timedelta(days=ago)
        self.milestone(deal, day, Decimal(value * 1000), 1)
        self.won[deal.pk] = Fact(deal.enrollment_id, f"deal:{deal.pk}", day, Decimal(value * 1000))
        self.model.facts.append(self.won[deal.pk])

    @rule(at=st.integers(0, 5))
    def open_again(self, at: int) -> None:
        deal = self.deals[at]
        if deal.pk in self.won:
            fact = self.won.pop(deal.pk)
            self.milestone(deal, fact.day, fact.amount, -1)
            fact.alive = False

    def milestone(self, deal: Deal, day: date, amount: Decimal, n: int) -> None:
        values = {"deal": deal.pk, "day": day, "amount": amount * n, "n": n, "turn": self.turns[deal.pk]}
        with connection.cursor() as cursor:
            cursor.execute(WIN, values)

    @rule(days=st.integers(1, 120))
    def time_passes(self, days: int) -> None:
        self.now.shift(timedelta(days=days))

    @rule(name=st.sampled_from(NAMES), points=st.sampled_from([-50, 30, 80, 250]))
    def points_by_hand(self, name: str, points: int) -> None:
        enrollment = self.cast.enrollments[name]
        services.adjust_points(actor=self.manager, enrollment=enrollment, points=Decimal(points), reason="Agreed")
        self.model.by_hand.append((enrollment.pk, self.today, Decimal(points)))
        self.note_raise(enrollment.pk)

    @rule(name=st.sampled_from(NAMES), rank=st.integers(1, 3), days=st.integers(1, 90))
    def give(self, name: str, rank: int, days: int) -> None:
        enrollment = self.cast.enrollments[name]
        tier = Tier.objects.get(program=enrollment.program, rank=rank)
        if TierOverride.objects.filter(enrollment=enrollment, ended_at=None).exists():
            return
        if Calculation.objects.filter(enrollment=enrollment).exists():
            until = self.today + timedelta(days=days)
            services.give_tier(actor=self.manager, enrollment=enrollment, tier=tier, reason="Agreed", ends_on=until)
            self.award_as_kept(enrollment.pk)

    @rule(name=st.sampled_from(NAMES))
    def take_away(self, name: str) -> None:
        override = TierOverride.objects.filter(enrollment=self.cast.enrollments[name], ended_at=None).first()
        if override is not None:
            services.end_override(actor=self.manager, override=override)
            self.award_as_kept(override.enrollment_id)

    @rule(which=st.sampled_from(sorted(DEFINITIONS)), ahead=st.integers(0, 40))
    def publish(self, which: str, ahead: int) -> None:
        day = self.today + timedelta(days=ahead)
        if any(version.start == day for version in self.model.versions):
            return
        scheme = services.make_scheme(
            actor=self.manager,
            program=self.cast.northwind.program,
            partner_type="",
            name=which,
            definition=DEFINITIONS[which],
        )
        services.publish_scheme(actor=self.manager, scheme=scheme, valid_from=day, revision=0)
        self.model.versions.append(Version(day, DEFINITIONS[which]))

    @precondition(lambda self: TierReview.objects.filter(state=ReviewState.PROPOSED).exists())
    @rule(lower=st.booleans())
    def decide(self, lower: bool) -> None:
        review = TierReview.objects.filter(state=ReviewState.PROPOSED).order_by("pk").first()
        kept = Calculation.objects.get(enrollment=review.enrollment_id).rank
        if lower:
            services.lower_tier(actor=self.manager, review=review)
            self.earned[review.enrollment_id] = kept
        else:
            services.keep_tier(actor=self.manager, review=review, reason="A good partner")

    @rule()
    def workers_look(self) -> None:
        self.look()

    @rule(name=st.sampled_from(NAMES))
    def a_worker_looks_at_one(self, name: str) -> None:
        enrollment = self.cast.enrollments[name]
        services.keep_enrollment(enrollment)
        self.note_raise(enrollment.pk)

    # -- What must hold

    def note_raise(self, enrollment: int) -> None:
        self.earned[enrollment] = max(self.earned.get(enrollment, 0), self.model.rank(enrollment, self.today))

    def award_as_kept(self, enrollment: int) -> None:
        """Giving and taking by hand award what was computed last, without computing anew."""
        kept = Calculation.objects.get(enrollment=enrollment).rank
        self.earned[enrollment] = max(self.earned.get(enrollment, 0), kept)

    def look(self) -> None:
        """Let workers look, then compare everything with the model; a second look finds nothing to do."""
        services.keep_programs()
        for name in NAMES:
            self.note_raise(self.cast.enrollments[name].pk)
        before = (PointEntry.objects.count(), Event.objects.count())
        assert services.keep_program(self.cast.northwind.program) == {"points": 0, "computed": 0, "tiers": 0}
        assert (PointEntry.objects.count(), Event.objects.count()) == before
        self.ledger_is_the_models()
        for name in NAMES:
            self.standing_is_the_models(self.cast.enrollments[name].pk)

    def ledger_is_the_models(self) -> None:
        booked = {
            (row["enrollment_id"], row["rule"], row["key"], row["day"]): row["total"]
            for row in PointEntry.objects.exclude(kind="manual")
            .values("enrollment_id", "rule", "key", "day")
            .annotate(total=Sum("points"))
            if row["total"]
        }
        expected: dict[Any, Decimal] = {}
        for enrollment, name, key, day, _ends, points in self.model.entries(self.today):
            expected[enrollment, name, key, day] = expected.get((enrollment, name, key, day), Decimal(0)) + points
        assert booked == {key: points for key, points in expected.items() if points}

    def standing_is_the_models(self, enrollment: int) -> None:
        calculation = Calculation.objects.get(enrollment=enrollment)
        assert calculation.rank == self.model.rank(enrollment, self.today)
        (replayed,) = compute(calculation.scheme, self.today, enrollments=[enrollment])
        assert (replayed.rank, list(replayed.figures)) == (
            calculation.rank,
            [Decimal(str(n)) for n in calculation.figures],
        )
        override = TierOverride.objects.filter(enrollment=enrollment, ended_at=None).select_related("tier").first()
        standing = Standing.objects.select_related("tier", "earned").filter(enrollment=enrollment).first()
        given = override.tier.rank if override else 0
        wanted = max(self.earned.get(enrollment, 0), given)
        assert (standing.tier.rank if standing else 0) == wanted
        spans = TierSpan.objects.filter(enrollment=enrollment).order_by("pk")
        assert [span.until is None for span in spans] == [False] * (len(spans) - 1) + [True] * bool(len(spans))
        assert TierReview.objects.open().filter(enrollment=enrollment).count() <= 1


def walk(cast: Cast, **options: Any) -> None:
    """Run the walks on a cast."""
    Standings.cast = cast
    Standings.manager = cast.actor("northwind_manager")
    sellers = [("brightpath_sales", NAMES[0]), ("kappel_sales", NAMES[1])]
    Standings.deals = [
        cast.register(persona, name, customer_name=f"Number {at} of {name}", customer_domain="")
        for at in range(3)
        for persona, name in sellers
    ]
    checks = settings(
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    run_state_machine_as_test(Standings, settings=checks)


def test_standings_are_the_models_on_every_walk(cast):
    # Without shrinking: it takes minutes against a database. The soak shrinks.
    walk(cast, max_examples=40, stateful_step_count=30, derandomize=True, phases=(Phase.generate,))


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("PRM_SOAK"), reason="takes long: `make soak`")
@pytest.mark.parametrize("part", range(SOAK_PARTS))
def test_standings_are_the_models_on_many_long_walks(cast, part):
    walk(cast, max_examples=SOAK_WALKS // SOAK_PARTS, stateful_step_count=50)
