"""Weights fitted to sales: true ones are found, noise explains nothing, few partners say nothing; nothing by itself."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from dateutil.relativedelta import relativedelta
from django.http import Http404
from django.utils import timezone

from activity.models import Event
from dealreg.models import Deal, DealMilestone
from jobs.models import Job
from jobs.queue import work_off
from onboarding.enums import VersionState
from onboarding.models import IdealProfile, WeightFit
from onboarding.services.weights import fit_weights, take_over_weights, usable
from onboarding.sold import cases
from onboarding.weighing import FEWEST, weigh
from partners.models import Enrollment, Partner
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.cast import Cast
from tests.onboarding.recruits import publish

TRUTH = (3.0, 1.5, 0.0, 0.5, 0.0)


def world(count: int, truth: tuple[float, ...], noise: float, seed: int = 1) -> tuple[list[list[float]], list[float]]:
    """Return partners that meet criteria by chance, and sell as the truth says, on the scale that is explained."""
    dice = random.Random(seed)
    met = [[float(dice.random() < 0.5) for _each in TRUTH] for _partner in range(count)]
    sold = []
    for row in met:
        scale = sum(weight * value for weight, value in zip(truth, row, strict=True)) / 5 + dice.gauss(0, noise)
        sold.append(max(0.0, (2.718281828 ** max(scale, 0) - 1) * 10_000))
    return met, sold


def test_true_weights_are_found() -> None:
    found = weigh(*world(400, TRUTH, noise=0.05))
    assert found.explained is not None
    assert found.explained > 0.8
    shares = [effect / sum(found.effects) for effect in found.effects]  # type: ignore[operator,arg-type]
    for share, true in zip(shares, TRUTH, strict=True):
        assert share == pytest.approx(true / sum(TRUTH), abs=0.05)


def test_noise_explains_nothing() -> None:
    met, _sold = world(300, TRUTH, noise=0)
    dice = random.Random(7)
    found = weigh(met, [dice.lognormvariate(9, 1) for _each in met])
    assert found.explained is not None
    assert found.explained < 0.05


def test_a_penalty_is_larger_where_more_is_noise() -> None:
    clear, noisy = weigh(*world(200, TRUTH, noise=0.02)), weigh(*world(200, TRUTH, noise=2.0))
    assert clear.penalty is not None
    assert noisy.penalty is not None
    assert clear.penalty < noisy.penalty


def test_no_weight_is_below_zero() -> None:
    found = weigh(*world(200, (3.0, -2.0, 0.0, 0.5, 0.0), noise=0.05))
    assert found.effects[1] == pytest.approx(0, abs=1e-6)


def test_too_few_partners_or_no_sales_are_not_enough() -> None:
    met, sold = world(FEWEST - 1, TRUTH, noise=0.1)
    assert weigh(met, sold).effects == ()
    met, sold = world(100, TRUTH, noise=0.1)
    assert weigh(met, [0.0] * 100).explained is None


def test_nothing_is_told_of_a_criterion_in_which_all_are_alike() -> None:
    met, sold = world(100, TRUTH, noise=0.1)
    for row in met:
        row[2] = 1.0
    assert weigh(met, sold).effects[2] is None


# -- With partners and deals


def enrol(cast: Cast, count: int) -> None:
    """Enrol services partners that sell and resellers that hardly do, long ago."""
    side, long_ago, base = cast.northwind, timezone.now() - timedelta(days=900), cast.register()
    for number in range(count):
        services = number % 2 == 0
        partner = Partner.objects.create(
            name=f"P {number}",
            slug=f"p-{number}",
            country="DE" if number % 3 else "FR",
            type="services" if services else "reseller",
        )
        enrollment = Enrollment.objects.create(
            vendor=side.vendor, program=side.program, partner=partner, enrolled_at=long_ago
        )
        amount = 90_000 + 500 * (number % 7) if services else 2_000 + 100 * (number % 5)
        sell(cast, enrollment, amount, base)


def sell(cast: Cast, enrollment: Enrollment, amount: int, base: Deal) -> None:
    """Let a partner win a deal: a copy of one, so that it costs no registration."""
    plain = {field.attname: getattr(base, field.attname) for field in Deal._meta.concrete_fields if field.name != "id"}
    mine = {
        "enrollment_id": enrollment.pk,
        "partner_id": enrollment.partner_id,
        "reference": f"NW-{enrollment.pk:08d}",
        "submission": uuid4(),
    }
    deal = Deal.objects.create(**{**plain, **mine})
    DealMilestone.objects.create(
        deal=deal,
        enrollment=enrollment,
        vendor_id=enrollment.vendor_id,
        partner_id=enrollment.partner_id,
        kind="won",
        day=timezone.localdate() - timedelta(days=30),
        amount=amount,
        currency="EUR",
        vendor_amount=amount,
        rated_on=timezone.localdate() - timedelta(days=30),
        family=cast.northwind.everything,
    )


@pytest.mark.django_db
def test_partners_are_looked_at_with_what_they_sold_per_month(cast: Cast) -> None:
    profile = publish(cast)
    enrol(cast, 4)
    found = [case for batch in cases(profile, 12, timezone.localdate()) for case in batch]
    today = timezone.localdate()
    months = (today - (today - relativedelta(months=12))).days / 30.44
    sold = {case.met: case.sold * months for case in found if case.sold}
    # Partners 0 to 3: services sell 90,000 and 91,000; resellers 2,100 and 2,300. The two of the cast sold nothing.
    assert sold == {
        (1.0, 0.0, 0.0): pytest.approx(90_000),
        (0.0, 1.0, 0.0): pytest.approx(2_100),
        (1.0, 1.0, 0.0): pytest.approx(91_000),
        (0.0, 0.0, 0.0): pytest.approx(2_300),
    }


@pytest.mark.django_db
def test_a_fit_is_shown_and_taken_over_into_a_draft_only_by_hand(cast: Cast) -> None:
    profile = publish(cast)
    enrol(cast, FEWEST + 10)
    actor = cast.actor("northwind_manager")
    fit = fit_weights(actor=actor, profile=profile, months=24)
    with pytest.raises(Conflict):
        fit_weights(actor=actor, profile=profile, months=24)
    work_off()
    fit.refresh_from_db()
    profile.refresh_from_db()
    assert (fit.sample, usable(fit)) == (FEWEST + 10, True)
    assert fit.explained is not None
    assert fit.explained > 0.5
    assert fit.weights["kind"] > fit.weights["where"]
    assert "web" not in fit.weights  # nobody has a website: nothing can be told of it
    assert sum(fit.weights.values()) == pytest.approx(900, abs=2)
    assert IdealProfile.objects.count() == 1
    draft = take_over_weights(actor=actor, fit=fit)
    assert (draft.state, profile.state) == (VersionState.DRAFT, VersionState.PUBLISHED)
    assert draft.shape.criteria[0].weight > profile.shape.criteria[0].weight
    again = take_over_weights(actor=actor, fit=fit)
    assert (again.pk, IdealProfile.objects.count()) == (draft.pk, 2)


@pytest.mark.django_db
def test_few_partners_are_not_enough_and_nothing_can_be_taken_over(cast: Cast) -> None:
    profile = publish(cast)
    fit = fit_weights(actor=cast.actor("northwind_manager"), profile=profile, months=24)
    work_off()
    fit.refresh_from_db()
    assert (fit.explained, fit.weights, fit.finished_at is not None) == (None, {}, True)
    before = Event.objects.count()
    with pytest.raises(RuleViolation, match="explain nothing"):
        take_over_weights(actor=cast.actor("northwind_manager"), fit=fit)
    assert (IdealProfile.objects.count(), Event.objects.count()) == (1, before)


@pytest.mark.django_db
def test_who_may_not_ask_for_weights(cast: Cast) -> None:
    profile = publish(cast)
    jobs = Job.objects.count()
    with pytest.raises(Forbidden):
        fit_weights(actor=cast.actor("northwind_approver"), profile=profile)
    with pytest.raises(Http404):
        fit_weights(actor=cast.actor("halden_manager"), profile=profile)
    with pytest.raises(RuleViolation, match="Between 3 and 60 months"):
        fit_weights(actor=cast.actor("northwind_manager"), profile=profile, months=1)
    assert (WeightFit.objects.count(), Job.objects.count()) == (0, jobs)
