"""The chance to win: what it learns, that it is honest, what it says, and who sees it."""

from __future__ import annotations

import io
import json
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from dealreg.models import Deal, WinChance, WinModel
from dealreg.services.win_chance import fit_win_model, rate_open_deals
from dealreg.winning.features import Scale, Snapshot, figures_of, sigmoid
from dealreg.winning.fitting import fit
from dealreg.winning.history import Example, Life
from dealreg.winning.scoring import Weights, chance_of
from dealreg.winning.words import reasons_of


def shot(number=1, **changes):
    facts = {
        "deal": number,
        "stage": "proposal",
        "days_in_stage": 10.0,
        "value": 100.0,
        "currency": "EUR",
        "partner_won": 5,
        "partner_closed": 10,
        "families": (1,),
        "from_lead": False,
        "is_protected": True,
        "quiet_days": 2.0,
    }
    return Snapshot(**{**facts, **changes})


SCALE = Scale(base=0.4, usual_days={"proposal": 20}, usual_value={"EUR": 100}, families=(1,))


def history(number, *, told):
    """Deals whose odds depend on stage and quiet days as `told`, or on nothing."""
    dice = random.Random(7)
    found = []
    for pk in range(number):
        stage, quiet = dice.choice(["qualified", "negotiation"]), dice.uniform(0, 60)
        odds = (1.6 if stage == "negotiation" else -1.2) - quiet / 30 if told else -0.4
        won = dice.random() < sigmoid(odds)
        found += [Example(shot(pk, stage=stage, quiet_days=quiet), won, 0.5)] * 2
    return found


def test_fitted_model_beats_the_base_rate_on_later_deals_and_is_calibrated():
    weights, judged = fit(history(3_000, told=True), SCALE)
    assert judged.brier < judged.base_brier * 0.9
    assert judged.calibration_error < 0.06
    assert judged.helps
    hot = chance_of(shot(stage="negotiation", quiet_days=0), weights)
    cold = chance_of(shot(stage="qualified", quiet_days=60), weights)
    assert 70 <= hot.percent <= 92  # the truth is 83
    assert 2 <= cold.percent <= 12  # the truth is 4
    assert hot.drivers[0]["code"] == "stage"
    assert {driver["code"] for driver in cold.drivers if not driver["up"]} == {"stage", "quiet"}
    again = Weights.from_data(json.loads(json.dumps(weights.as_data())))
    assert chance_of(shot(), again) == chance_of(shot(), weights)


def test_model_of_noise_promises_nothing():
    weights, judged = fit(history(1_500, told=False), SCALE)
    assert judged.brier == pytest.approx(judged.base_brier, abs=0.006)
    assert 25 <= chance_of(shot(stage="negotiation"), weights).percent <= 55  # the truth is 40


def test_figures_are_bounded_and_a_partner_with_few_deals_counts_as_the_rest():
    wild = figures_of(shot(days_in_stage=1e9, quiet_days=1e9, value=1e12, partner_won=0, partner_closed=0), SCALE)
    assert all(abs(figure) <= 6 for figure in wild)
    assert wild[SCALE.names.index("partner")] == 0


def test_a_deal_is_read_as_it_was_then():
    start = timezone.now() - timedelta(days=100)
    deal = {"submitted_at": start, "stage": "negotiation", "value": Decimal(300), "currency": "EUR"}
    moved = [(start + timedelta(days=20), "qualified", None), (start + timedelta(days=50), "proposal", 100.0)]
    life = Life(deal, moved, [at for at, _stage, _value in moved])
    early, late = start + timedelta(days=10), start + timedelta(days=60)
    assert life.stage_at(early) == ("qualified", start)
    assert life.stage_at(start + timedelta(days=30)) == ("proposal", moved[0][0])
    assert life.stage_at(late) == ("negotiation", moved[1][0])
    assert (life.value_at(early), life.value_at(late)) == (100.0, 300.0)
    assert life.quiet_at(late) == pytest.approx(10)


@pytest.fixture
def closed(cast):
    """Half a thousand closed deals of Northwind's, copied from one; those in negotiation were mostly won."""
    deal = cast.register()
    dice, today = random.Random(3), timezone.localdate()
    rows = []
    for number in range(500):
        hot = dice.random() < 0.5
        won = dice.random() < (0.85 if hot else 0.15)
        row = Deal.objects.get(pk=deal.pk)
        day = today - timedelta(days=500 - number)
        row.pk, row.reference, row.submission = None, f"NW-W{number:04}", f"00000000-0000-4000-8000-{number:012}"
        row.stage, row.outcome, row.closed_on = "negotiation" if hot else "qualified", "won" if won else "lost", day
        row.closed_value, row.lost_reason = (100, "") if won else (None, "price")
        row.submitted_at = timezone.now() - timedelta(days=560 - number)
        rows.append(row)
    Deal.objects.bulk_create(rows)
    return deal


def test_open_deals_are_rated_shown_with_reasons_and_forgotten_when_closed(cast, closed, browse):
    page = reverse("desk:deal-detail", args=[closed.reference])
    assert "Chance to win" not in browse("northwind_approver").get(page).content.decode()
    model = fit_win_model(cast.northwind.vendor.pk)
    assert (model.state, model.number, model.closed) == ("ready", 1, 500)
    assert rate_open_deals(cast.northwind.vendor.pk) == 1
    assert rate_open_deals(cast.northwind.vendor.pk) == 0
    chance = WinChance.objects.get()
    assert (chance.deal, chance.model) == (closed, model)
    assert 1 <= chance.percent <= 40
    for persona, where in (("northwind_approver", page), ("brightpath_sales", closed.get_absolute_url())):
        text = browse(persona).get(where).content.decode()
        assert "Chance to win" in text
        assert f"{chance.percent}%" in text
        assert "Qualified" in text
    assert f"{chance.percent}%" in browse("northwind_executive").get(reverse("desk:deal-list")).content.decode()
    assert browse("northwind_manager").get(reverse("console:win-chance")).status_code == 200
    Deal.objects.filter(pk=closed.pk).update(outcome="lost", closed_on=timezone.localdate(), lost_reason="price")
    rate_open_deals(cast.northwind.vendor.pk)
    assert WinChance.objects.count() == 0


def test_too_few_closed_deals_say_so_and_rate_nothing(cast, browse):
    cast.register()
    model = fit_win_model(cast.northwind.vendor.pk)
    assert (model.state, model.evaluation) == ("short", {})
    assert rate_open_deals(cast.northwind.vendor.pk) == 0
    text = browse("northwind_manager").get(reverse("console:win-chance")).content.decode()
    assert "Not enough data" in text
    assert WinModel.objects.filter(vendor=cast.halden.vendor).count() == 0
    assert browse("northwind_manager").post(reverse("console:win-chance")).status_code == 302
    assert Event.objects.filter(kind="job.started").exists()


def test_command_prints_the_evaluation(cast, closed):
    out = io.StringIO()
    call_command("evaluate_win_chance", vendor="northwind", stdout=out)
    (found,) = json.loads(out.getvalue())
    assert found["brier"] < found["base_brier"]
    assert {"calibration_error", "bins", "closed", "seconds", "weights"} <= set(found)


def test_a_partner_is_not_told_how_others_do():
    driver = {"code": "partner", "up": True, "won": 3, "closed": 9, "rate": 34, "base": 41}
    assert "41" in reasons_of([driver], to_partner=False)[0].words
    assert "41" not in reasons_of([driver], to_partner=True)[0].words
