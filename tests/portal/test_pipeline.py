"""The pipeline: board, stages with their facts, amounts with their history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from dealreg.enums import Forecast, Outcome, Stage
from dealreg.models import AmountChange, Deal, DealDraft, Policy
from dealreg.services import mark_stalled, remind_of_terms

BOARD = "/portal/deals/board/"


def stage_of(deal):
    deal.refresh_from_db()
    return deal.stage


def read(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_board_costs_the_same_and_is_bounded(cast, browse, django_assert_num_queries, count):
    for number in range(count):
        cast.register(customer_name=f"Kunde {number} AG", customer_domain=f"kunde-{number}.example")
    client = browse("brightpath_sales")
    with django_assert_num_queries(5):
        text = read(client, BOARD)
    shown = min(count, 12)
    assert text.count('data-card="') == shown
    assert ("Show all 30" in text) == (count == 30)
    if count == 30:
        assert read(client, f"{BOARD}?all=qualified").count('data-card="') == 30
        assert read(browse("northwind_executive"), "/desk/deals/board/").count('data-card="') == shown


def test_board_adds_up_by_currency_and_shows_nobody_elses(cast, browse):
    cast.register(value=Decimal(1000), currency="EUR", lines=())
    cast.register(customer_name="B", customer_domain="b.example", value=Decimal(50), currency="USD", lines=())
    cast.register(
        "kappel_sales", "kappel_northwind", customer_name="Kappel’s", customer_domain="k.example", value=Decimal(7)
    )
    text = read(browse("brightpath_sales"), BOARD)
    assert "€1,000, $50" in text
    assert "Kappel’s" not in text
    desk = read(browse("northwind_executive"), "/desk/deals/board/")
    assert "Kappel’s" in desk
    assert "board__move" not in desk


def test_stage_takes_its_facts_and_asks_for_those_that_lack(cast, browse):
    deal = cast.register(contact_name="")
    client, url = browse("brightpath_sales"), reverse("portal:deal-stage", args=[deal.reference])
    data = {"stage": "negotiation", "revision": deal.revision, "back": f"{BOARD}?q=cast"}
    refused = client.post(url, data)
    assert refused.status_code == 422
    text = refused.content.decode()
    assert 'name="contact_name"' in text
    assert 'name="next_step"' in text
    assert 'name="value"' not in text
    assert f"{BOARD}?q=cast" in text
    half = client.post(url, {**data, "contact_name": "Ines Rothmann"})
    assert half.status_code == 422
    assert 'value="Ines Rothmann"' in half.content.decode()
    assert stage_of(deal) == Stage.QUALIFIED
    assert not Event.objects.filter(kind="deal.changed").exists()
    done = client.post(url, {**data, "contact_name": "Ines Rothmann", "next_step": "Contract"})
    assert (done.status_code, done["Location"]) == (302, f"{BOARD}?q=cast")
    assert stage_of(deal) == Stage.NEGOTIATION
    assert (deal.contact_name, deal.next_step) == ("Ines Rothmann", "Contract")
    stale = client.post(url, {**data, "stage": "needs"})
    assert stale.status_code == 409
    assert stage_of(deal) == Stage.NEGOTIATION
    away = client.post(url, {**data, "revision": deal.revision, "stage": "needs", "back": "https://evil.example/"})
    assert away["Location"] == deal.get_absolute_url()


def test_stage_takes_what_the_rules_of_its_registration_say(cast, browse):
    Policy.objects.filter(program=cast.northwind.program).update(stages={"needs": {"needs": ["contact_email"]}})
    deal = cast.register(contact_email="", contact_name="")
    client, url = browse("brightpath_sales"), reverse("portal:deal-stage", args=[deal.reference])
    refused = client.post(url, {"stage": "needs", "revision": 0}).content.decode()
    assert 'name="contact_email"' in refused
    assert 'name="contact_name"' not in refused
    ends = client.post(url, {"stage": "won", "revision": 0})
    assert ends["Location"] == reverse("portal:deal-win", args=[deal.reference])
    assert client.post(url, {"stage": "bogus", "revision": 0}).status_code == 422
    deal.refresh_from_db()
    assert (deal.stage, deal.outcome) == (Stage.QUALIFIED, Outcome.OPEN)


def test_amount_and_day_are_kept_with_who_and_why(cast, browse):
    deal = cast.register(value=Decimal(1000), lines=())
    client = browse("brightpath_sales")
    close = deal.close_date + timedelta(days=30)
    data = {
        "next_step": "", "next_step_on": "", "stage": "qualified", "close_date": close.isoformat(), "value": "1500",
        "title": "", "contact_name": "", "contact_email": "", "forecast": "commit", "reason": "A second hall",
        "revision": deal.revision,
    }  # fmt: skip
    assert client.post(reverse("portal:deal-edit", args=[deal.reference]), data).status_code == 302
    change = AmountChange.objects.get()
    assert (change.value_before, change.value_after, change.close_after) == (1000, 1500, close)
    assert change.person.email == cast.people["brightpath_sales"].email
    text = read(client, deal.get_absolute_url())
    for words in ("A second hall", "€1,000", "€1,500", "Commit"):
        assert words in text
    assert "A second hall" in read(browse("northwind_executive"), deal.get_desk_url())
    with pytest.raises(IntegrityError), transaction.atomic():
        AmountChange.objects.update(reason="other")
    with pytest.raises(IntegrityError), transaction.atomic():
        AmountChange.objects.all().delete()
    deal.refresh_from_db()
    assert deal.forecast == Forecast.COMMIT
    again = {**data, "revision": deal.revision, "reason": "nothing moved", "title": "Hall"}
    assert client.post(reverse("portal:deal-edit", args=[deal.reference]), again).status_code == 302
    assert AmountChange.objects.count() == 1


def test_forecast_follows_the_stage_until_one_says_other(cast, browse):
    deal = cast.register(value=Decimal(1000), lines=())
    client = browse("brightpath_sales")
    assert "Pipeline" in read(client, "/portal/deals/")
    Deal.objects.filter(pk=deal.pk).update(stage=Stage.NEGOTIATION)
    assert "Commit" in read(client, "/portal/deals/")
    Deal.objects.filter(pk=deal.pk).update(forecast=Forecast.OMITTED)
    text = read(client, "/portal/deals/")
    assert "Omitted" in text
    assert "Commit</span>" not in text
    export = b"".join(client.get("/portal/deals/?export=csv").streaming_content).decode()
    assert "Omitted" in export
    assert timezone.localdate().isoformat() in export


def test_standstill_is_marked_and_told_once_until_the_deal_moves(cast, browse):
    long_ago = timezone.now() - timedelta(days=40)
    Policy.objects.filter(program=cast.northwind.program).update(stages={"qualified": {"days": 35}})
    deal = cast.register()
    planned = cast.register(customer_name="Planned AG", customer_domain="planned.example")
    fresh = cast.register(customer_name="Fresh AG", customer_domain="fresh.example")
    Deal.objects.exclude(pk=fresh.pk).update(stage_since=long_ago)
    Deal.objects.filter(pk=planned.pk).update(next_step_on=timezone.localdate() + timedelta(days=3))
    Deal.objects.filter(pk=fresh.pk).update(stage_since=timezone.now() - timedelta(days=34))
    assert (mark_stalled(), mark_stalled()) == (1, 0)
    drain()
    drain()
    told = Notification.objects.filter(kind="deal.stalled")
    assert {each.person.email for each in told} == {
        cast.people[name].email for name in ("brightpath_sales", "brightpath_administrator")
    }
    client = browse("brightpath_sales")
    why = "40 days at “Qualified”, 35 are usual"
    for url in (BOARD, "/portal/deals/", deal.get_absolute_url()):
        assert read(client, url).count(why) >= 1
    assert why in read(browse("northwind_executive"), "/desk/deals/board/")
    deal.refresh_from_db()
    data = {"stage": "needs", "revision": deal.revision}
    assert client.post(reverse("portal:deal-stage", args=[deal.reference]), data).status_code == 302
    deal.refresh_from_db()
    assert (deal.stalled_at, deal.stall_limit) == (None, None)
    assert mark_stalled() == 0
    Deal.objects.filter(pk=deal.pk).update(stage_since=long_ago)
    assert mark_stalled() == 1
    assert Event.objects.filter(kind="deal.stalled", subject_id=deal.pk).count() == 2


def test_won_deal_keeps_its_order_and_is_renewed_from_its_page(cast, browse):
    deal = cast.register()
    robot = cast.northwind.robot
    client, today = browse("brightpath_sales"), timezone.localdate()
    won = {"value": "150000", "closed_on": today.isoformat(), "remark": "", f"ordered_{robot.pk}": "10"}
    early = client.post(reverse("portal:deal-win", args=[deal.reference]), {**won, "term_until": today.isoformat()})
    assert early.status_code == 422
    assert 'value="10"' in early.content.decode()
    until = today + timedelta(days=50)
    url = reverse("portal:deal-follow", args=[deal.reference])
    assert client.post(url, {"kind": "renewal"}).status_code == 409
    client.post(reverse("portal:deal-win", args=[deal.reference]), {**won, "term_until": until.isoformat()})
    deal.refresh_from_db()
    assert (deal.outcome, deal.term_until, deal.lines.get().ordered) == (Outcome.WON, until, 10)
    assert (remind_of_terms(), remind_of_terms()) == (1, 0)
    drain()
    assert Notification.objects.filter(kind="deal.term_ending").count() == 2
    begun = client.post(url, {"kind": "renewal"})
    assert client.post(url, {"kind": "renewal"})["Location"] == begun["Location"]
    draft = DealDraft.objects.get()
    assert draft.content["close_date"] == until.isoformat()
    assert draft.content["lines-0-quantity"] == "10"
    assert "begun, not registered yet" in read(client, deal.get_absolute_url())
    renewal = cast.register(submission=draft.submission, title="Renewal")
    assert renewal.reference in read(client, deal.get_absolute_url())
    assert deal.reference in read(client, renewal.get_absolute_url())
    assert renewal.reference in read(browse("northwind_executive"), deal.get_desk_url())
    client.post(reverse("portal:deal-reopen", args=[deal.reference]))
    deal.refresh_from_db()
    assert (deal.term_until, deal.lines.get().ordered) == (None, None)
