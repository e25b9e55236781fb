"""A draft tried on history: it says what the product would have awarded, and changes nothing."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.utils import timezone

from activity.models import Event
from jobs import queue
from jobs.models import Job
from jobs.services import cancel_job
from partners.models import Enrollment
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from standing.backtest import history, running
from standing.backtest.simulating import days_by_month
from standing.backtest.tallying import read
from standing.enums import Direction, ReviewState, SchemeState
from standing.models import (
    BackTest,
    BackTestDay,
    BackTestMove,
    BackTestPoint,
    Calculation,
    PointEntry,
    Scheme,
    Standing,
    Tier,
    TierReview,
)
from standing.scheme.faults import SchemeRefused
from standing.services import (
    adjust_points,
    discard_scheme,
    give_tier,
    keep_program,
    lower_tier,
    make_scheme,
    try_scheme,
)
from tests.standing.conftest import SIMPLE
from tests.standing.test_standing_machine import WIN

EASY = copy.deepcopy(SIMPLE)
EASY["tiers"][1]["needs"]["at_least"] = 50
EASY["tiers"][1]["brings"] = [{"kind": "discount", "value": 16}, {"kind": "mdf_rate", "value": 2}]
HARD = copy.deepcopy(SIMPLE)
HARD["tiers"][1]["needs"]["at_least"] = 5000
HARD["tiers"][2]["needs"]["all"][0]["at_least"] = 9000


class Killed(BaseException):
    """A worker dies."""


@pytest.fixture
def draft(cast) -> Callable[..., Scheme]:
    """Return a function that begins a draft at Northwind."""

    def make(definition: dict[str, Any] = EASY, **fields: Any) -> Scheme:
        given = {"program": cast.northwind.program, "partner_type": "", "name": "Next year", **fields}
        return make_scheme(actor=cast.actor("northwind_manager"), definition=definition, **given)

    return make


@pytest.fixture
def won(cast) -> Callable[..., None]:
    """Return a function that lets an enrollment have won amounts on days; they were enrolled long before."""
    deals = {}
    turns = 0

    def write(name: str, *facts: tuple[date, int]) -> None:
        nonlocal turns
        if name not in deals:
            partner = name.split("_", maxsplit=1)[0]
            given = {"customer_name": f"Customer of {partner}", "customer_domain": f"{partner}-customer.example"}
            deals[name] = cast.register(f"{partner}_sales", name, **given)
            long_ago = timezone.now() - timedelta(days=1500)
            Enrollment.objects.filter(pk=cast.enrollments[name].pk).update(enrolled_at=long_ago)
        for day, amount in facts:
            turns += 1
            values = {"deal": deals[name].pk, "day": day, "amount": Decimal(amount), "n": 1, "turn": turns}
            with connection.cursor() as cursor:
                cursor.execute(WIN, values)

    return write


def tried(cast, scheme: Scheme, months: int = 24) -> BackTest:
    """Try a scheme, and let workers see to it."""
    trial = try_scheme(actor=cast.actor("northwind_manager"), scheme=scheme, months=months)
    queue.work_off()
    trial = BackTest.objects.select_related("job").get(pk=trial.pk)
    assert (trial.state, trial.job.error) == ("done", "")
    return trial


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def everything() -> list[Any]:
    """Return what a trial must leave as it was."""
    models = (PointEntry, Calculation, Standing, Tier, TierReview, Scheme)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_a_trial_says_who_would_move_why_and_what_it_costs_and_touches_nothing(cast, scheme_of, draft, won):
    Standing.objects.all().delete()
    scheme_of()
    won("brightpath_northwind", (ago(100), 60_000))
    keep_program(cast.northwind.program)
    scheme = draft()
    before = everything()
    trial = tried(cast, scheme)
    assert everything() == before
    move = trial.moves.get()
    assert (move.enrollment, move.direction, move.tier.name, move.name) == (
        cast.enrollments["brightpath_northwind"], Direction.UP, "Registered", "Silver",
    )  # fmt: skip
    # 60,000 at 16 + 2 percent instead of 10.
    assert (move.revenue, move.cost) == (60_000, 60_000 * 8 // 100)
    assert move.since == min(day for day in trial_days(trial) if day >= ago(100))
    assert Decimal(move.figures[0]) == 60
    tally = read(trial.figures)
    assert dict(tally.flows) == {("registered", "silver"): 1, ("registered", "registered"): 1}
    assert dict(tally.moved) == {"up": 1, "same": 1}
    assert tally.costs["discount"].now == 6000
    assert tally.costs["discount"].then == 9600
    assert tally.costs["mdf_rate"].then == 1200
    assert tally.uncosted == ["support_level"]
    assert tally.months[-1] == {"silver": 1, "registered": 1}
    assert tally.months[0]["silver"] == 0
    assert not BackTestPoint.objects.exists()
    assert not BackTestDay.objects.exists()


def trial_days(trial: BackTest) -> list[date]:
    return [day for days in days_by_month(trial.shape.review, trial.on, trial.months) for day in days]


def test_a_partner_that_keeps_its_tier_is_listed_only_where_its_cost_changes(cast, scheme_of, draft, won):
    Standing.objects.all().delete()
    scheme_of()
    won("brightpath_northwind", (ago(50), 150_000))
    keep_program(cast.northwind.program)
    move = tried(cast, draft()).moves.get()
    assert (move.direction, move.tier.name, move.name, move.cost) == (Direction.SAME, "Silver", "Silver", 4500)
    assert not tried(cast, draft(SIMPLE)).moves.exists()


def test_a_harder_scheme_says_what_is_missing_today(cast, scheme_of, draft, won):
    Standing.objects.all().delete()
    scheme_of()
    won("brightpath_northwind", (ago(50), 150_000))
    keep_program(cast.northwind.program)
    trial = tried(cast, draft(HARD))
    move = trial.moves.get()
    assert (move.direction, move.name, move.judged_on, Decimal(move.figures[0])) == (
        "down",
        "Registered",
        trial.on,
        150,
    )
    assert move.cost == -7500


def test_points_given_by_hand_and_a_tier_given_by_hand_count_under_the_draft_too(cast, scheme_of, draft, won):
    Standing.objects.all().delete()
    scheme_of()
    won("brightpath_northwind", (ago(50), 20_000))
    won("kappel_northwind", (ago(50), 1000))
    keep_program(cast.northwind.program)
    manager = cast.actor("northwind_manager")
    adjust_points(
        actor=manager, enrollment=cast.enrollments["brightpath_northwind"], points=Decimal(40), reason="Trade fair"
    )
    kappel = cast.enrollments["kappel_northwind"]
    gold = Tier.objects.get(program=cast.northwind.program, slug="gold")
    give_tier(actor=manager, enrollment=kappel, tier=gold, reason="A launch", ends_on=ago(-90))
    trial = tried(cast, draft())
    assert trial.moves.get(enrollment=cast.enrollments["brightpath_northwind"]).name == "Silver"
    assert read(trial.figures).flows["gold", "gold"] == 1


def test_a_partner_counts_from_the_day_on_which_it_was_enrolled(cast, scheme_of, draft, won):
    scheme_of()
    won("brightpath_northwind", (ago(500), 400_000))
    joined = timezone.now() - timedelta(days=200)
    Enrollment.objects.filter(pk=cast.enrollments["brightpath_northwind"].pk).update(enrolled_at=joined)
    months = read(tried(cast, draft()).figures)
    for day, counter in zip(months.days, months.months, strict=True):
        # Kappel joined today.
        assert sum(counter.values()) == (day >= ago(200)) + (day == timezone.localdate())


@pytest.mark.parametrize("seed", range(6))
def test_a_trial_is_what_keeping_the_program_would_have_given(cast, scheme_of, draft, won, seed):
    """The product runs on the days that a trial looks at, with the manager's yes to every review."""
    rng = random.Random(seed)
    definition = copy.deepcopy(SIMPLE)
    definition["review"] |= {"months": rng.choice([3, 6, 12]), "grace_days": rng.choice([0, 10, 30])}
    definition["rules"][0] |= {"source": "deal.won", "cap": rng.choice([None, 200]), "cap_period": "quarter"}
    definition["tiers"][1]["needs"]["at_least"] = 60
    definition["tiers"][2]["needs"]["all"][0]["at_least"] = 150
    names = ("brightpath_northwind", "kappel_northwind")
    for name in names:
        won(name, *((ago(rng.randint(0, 900)), rng.randint(1, 90) * 1000) for _fact in range(14)))
    trial = tried(cast, draft(definition))
    Standing.objects.all().delete()
    scheme_of(definition, number=7, valid_from=date(timezone.localdate().year - 4, 1, 1))
    seen = []
    for day in trial_days(trial):
        keep_program(cast.northwind.program, datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        for review in TierReview.objects.filter(state=ReviewState.PROPOSED):
            lower_tier(actor=cast.actor("northwind_manager"), review=review)
        held = Standing.objects.filter(enrollment__program=cast.northwind.program)
        seen.append(sorted(held.values_list("tier__slug", flat=True)))
    ends = dict(zip(trial_days(trial), seen, strict=True))
    tally = read(trial.figures)
    assert [sorted(counter.elements()) for counter in tally.months] == [ends[day] for day in tally.days]
    assert sorted(then for (_now, then), count in tally.flows.items() for _one in range(count)) == seen[-1]


# -- The job


def test_a_killed_workers_trial_goes_on_where_it_was(cast, scheme_of, draft, won, monkeypatch):
    scheme_of()
    won("brightpath_northwind", (ago(100), 60_000))
    trial = try_scheme(actor=cast.actor("northwind_manager"), scheme=draft())
    original, runs = history.compute_month, []

    def dies_once(*args):
        runs.append(args)
        if len(runs) == 10:
            raise Killed
        return original(*args)

    monkeypatch.setattr(history, "compute_month", dies_once)
    with pytest.raises(Killed):
        queue.run_next()
    assert Job.objects.get().done == 9
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    queue.work_off()
    assert len(runs) == 25, "each month once, and the one in which it died again"
    trial.refresh_from_db()
    again = tried(cast, Scheme.objects.get(pk=trial.scheme_id))
    assert trial.figures == again.figures
    assert [m.name for m in trial.moves.order_by("enrollment")] == [m.name for m in again.moves.order_by("enrollment")]


def test_working_rows_that_a_crash_emptied_are_computed_anew(cast, scheme_of, draft, won, monkeypatch):
    scheme_of()
    won("brightpath_northwind", (ago(100), 60_000))
    trial = try_scheme(actor=cast.actor("northwind_manager"), scheme=draft())
    original = running.settle

    def dies(*_args):
        raise Killed

    monkeypatch.setattr(running, "settle", dies)
    with pytest.raises(Killed):
        queue.run_next()
    history.clear(trial.pk)
    monkeypatch.setattr(running, "settle", original)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    queue.work_off()
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == ("done", 24, 24)
    trial.refresh_from_db()
    assert trial.moves.get(enrollment=cast.enrollments["brightpath_northwind"]).name == "Silver"


def test_a_cancelled_trial_leaves_no_working_rows_and_no_result(cast, scheme_of, draft, won, monkeypatch):
    scheme_of()
    won("brightpath_northwind", (ago(100), 60_000))
    manager = cast.actor("northwind_manager")
    trial = try_scheme(actor=manager, scheme=draft())
    original = history.compute_month

    def cancels(*args):
        cancel_job(actor=manager, job=trial.job)
        return original(*args)

    monkeypatch.setattr(history, "compute_month", cancels)
    queue.work_off()
    trial = BackTest.objects.get(pk=trial.pk)
    assert (trial.state, trial.is_finished, trial.moves.count()) == ("cancelled", False, 0)
    assert not BackTestPoint.objects.exists()
    assert not BackTestDay.objects.exists()


# -- Refused


def refused_without_a_trace(error, **asked):
    before = (Event.objects.count(), Job.objects.count(), BackTest.objects.count())
    with pytest.raises(error) as caught:
        try_scheme(**asked)
    assert (Event.objects.count(), Job.objects.count(), BackTest.objects.count()) == before
    return caught.value


def test_a_scheme_that_cant_work_is_refused_with_the_reason(cast, draft):
    impossible = copy.deepcopy(SIMPLE)
    impossible["tiers"][1]["needs"] = {"figure": {"measure": "deals.won", "months": 12}, "between": [50, 40]}
    refusal = refused_without_a_trace(SchemeRefused, actor=cast.actor("northwind_manager"), scheme=draft(impossible))
    assert refusal.faults[0].place.startswith("tiers.1")


def test_another_vendors_manager_doesnt_find_it_and_an_approver_may_not(cast, draft):
    scheme = draft()
    refused_without_a_trace(Http404, actor=cast.actor("halden_manager"), scheme=scheme)
    refused_without_a_trace(Forbidden, actor=cast.actor("northwind_approver"), scheme=scheme)


def test_a_discarded_draft_and_a_second_trial_at_once_are_refused(cast, draft):
    manager = cast.actor("northwind_manager")
    gone = discard_scheme(actor=manager, scheme=draft())
    assert gone.state == SchemeState.DISCARDED
    assert refused_without_a_trace(Conflict, actor=manager, scheme=gone).code == "discarded"
    scheme = draft()
    try_scheme(actor=manager, scheme=scheme)
    assert refused_without_a_trace(Conflict, actor=manager, scheme=scheme).code == "trial_running"
    queue.work_off()
    assert try_scheme(actor=manager, scheme=scheme).pk


@pytest.mark.parametrize("months", [0, -3, 37])
def test_a_length_of_history_beside_the_range_is_refused(cast, draft, months):
    scheme = draft()
    assert (
        refused_without_a_trace(
            RuleViolation, actor=cast.actor("northwind_manager"), scheme=scheme, months=months
        ).field
        == "months"
    )


def test_a_trial_sees_only_its_own_vendors_partners(cast, scheme_of, draft, won):
    scheme_of()
    won("brightpath_northwind", (ago(30), 60_000))
    won("brightpath_halden", (ago(30), 900_000))
    trial = tried(cast, draft())
    assert set(trial.moves.values_list("enrollment__vendor", flat=True)) == {cast.northwind.vendor.pk}
    assert read(trial.figures).revenue == 60_000
    halden = cast.actor("halden_manager")
    assert not BackTest.objects.visible_to(halden).exists()
    assert not BackTestMove.objects.visible_to(halden).exists()
    assert not BackTestMove.objects.visible_to(cast.actor("brightpath_administrator")).exists()


def test_of_a_programs_trials_the_newest_twenty_stay(cast, draft, monkeypatch):
    monkeypatch.setattr("standing.services.trials.KEPT", 2)
    scheme = draft()
    first, second, third = (tried(cast, scheme, months=1) for _time in range(3))
    assert set(BackTest.objects.all()) == {second, third}
    assert first.pk < second.pk
