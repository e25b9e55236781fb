"""Portal home and team."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from dealreg.models import Deal
from dealreg.services import approve_deal, ask_for_information, save_draft, win_deal
from partners.models import Seat
from portal.charts import nice_top, stacked_bars, unit_for
from portal.partner.home import pipeline_of
from prm.kernel.actors import Reach, Role

HOME = "/portal/"


def read(client, url=HOME):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def needy(cast, count):
    """Deals of every kind that needs its owner, `count` of each."""
    approver, seller = cast.actor("northwind_approver"), cast.actor("brightpath_sales")
    for number in range(count):
        name = {"customer_name": f"Kunde {number} AG", "customer_domain": f"kunde-{number}.example"}
        asked = cast.register(**name)
        ask_for_information(actor=approver, deal=asked, fields=["title"], message="Which?")
        other = {"customer_name": f"Firma {number} SE", "customer_domain": f"firma-{number}.example"}
        approve_deal(actor=approver, deal=cast.register(**other), days=9)
        late = cast.register(customer_name=f"Haus {number} KG", customer_domain=f"haus-{number}.example")
        Deal.objects.filter(pk=late.pk).update(close_date=timezone.localdate() - timedelta(days=3))
        save_draft(actor=seller, submission=uuid.uuid4(), content={"customer_name": f"Entwurf {number}"})


@pytest.mark.parametrize("count", [1, 12])
def test_home_costs_the_same_whatever_waits(cast, browse, django_assert_num_queries, count):
    needy(cast, count)
    client = browse("brightpath_sales")
    with django_assert_num_queries(11):
        read(client)


def test_home_says_what_needs_the_reader_in_its_title(cast, browse):
    client = browse("brightpath_sales")
    assert "<h1>Nothing needs you now</h1>" in read(client)
    needy(cast, 1)
    text = read(client)
    assert "<h1>4 things need you, one of them a question</h1>" in text
    order = [
        text.index(words)
        for words in (
            "question about Kunde 0",
            "protection of Firma 0",
            "Haus 0 KG should",
            "registration of Entwurf 0",
        )
    ]
    assert order == sorted(order)


def test_home_shows_sellers_their_own_and_administrators_everyones(cast, browse):
    needy(cast, 1)
    assert "question about Kunde 0" in read(browse("brightpath_administrator"))
    assert "Entwurf" not in read(browse("brightpath_administrator"))
    for persona in ("brightpath_marketing", "kappel_sales"):
        text = read(browse(persona))
        assert "Nothing needs you now" in text
    assert "Kunde 0" not in read(browse("kappel_sales"))


def test_home_shows_tier_and_what_it_brings_per_vendor(cast, browse):
    text = read(browse("brightpath_sales"))
    for shown in (
        "Northwind Robotics",
        "Silver",
        "120 days of protection and 18% discount",
        "Halden Cloud",
        "90 days of protection",
    ):
        assert shown in text
    client = browse("brightpath_sales")
    client.post(reverse("vendor-switch"), {"vendor": cast.northwind.vendor.pk})
    assert "90 days of protection and" not in read(client)


def test_pipeline_adds_up_over_months_and_currencies(cast):
    today = timezone.localdate()
    approve_deal(
        actor=cast.actor("northwind_approver"), deal=cast.register(close_date=today, value=Decimal(1000), lines=())
    )
    for number, (days, currency) in enumerate([(40, "EUR"), (400, "EUR"), (10, "USD")]):
        cast.register(
            customer_name=f"K{number} AG",
            customer_domain=f"k{number}.example",
            lines=(),
            value=Decimal(500),
            currency=currency,
            close_date=today + timedelta(days=days),
        )
    won = cast.register(customer_name="Done AG", customer_domain="done.example", lines=(), value=Decimal(9999))
    win_deal(actor=cast.actor("brightpath_sales"), deal=won, value=Decimal(9999), closed_on=today)
    pipeline = pipeline_of(cast.actor("brightpath_sales"), None, today)
    assert (pipeline.currency, pipeline.deals) == ("EUR", 3)
    assert (pipeline.total.total, pipeline.total.protected, pipeline.total.undecided) == (2000, 1000, 1000)
    assert pipeline.rows[-1].label == "Later"
    assert pipeline.others == ["$500 in 1 deal"]
    assert pipeline_of(cast.actor("kappel_sales"), None, date(2026, 1, 1)) is None


@pytest.mark.parametrize(
    ("peak", "top"), [(0, 1), (1, 1), (7, 10), (224, 250), (1101, 2000), (4_000_000, 5_000_000), (2500.5, 5000)]
)
def test_scale_ends_on_a_round_number(peak, top):
    assert nice_top(peak) == top


def test_bars_stand_on_the_axis_and_never_leave_the_plot():
    chart = stacked_bars([("Dec", (Decimal(184_000), Decimal(40_000), Decimal(0))), ("Jan", (Decimal(0),) * 3)], "EUR")
    high, empty = chart.bars
    assert [part.tone for part in high.parts] == ["c1", "c2"]
    assert (high.figure, empty.figure, empty.parts) == ("224", "", ())
    assert all(20 <= float(part.y) <= 170 for part in high.parts)
    assert chart.rules[-1].label == "€250k"
    assert unit_for(99) == 1


def test_team_lists_everyone_at_the_same_cost(cast, browse, django_assert_num_queries):
    client = browse("brightpath_administrator")
    with django_assert_num_queries(6):  # session, person, unread, seats, invitations, who asks to join
        text = read(client, reverse("portal:team"))
    for shown in ("Brightpath Sales", "sales@brightpath.example", "never", "Own records"):
        assert shown in text
    assert "Kappel" not in text
    assert reverse("portal:seat", args=[cast.seats["brightpath_sales"].pk]) in text
    assert reverse("portal:seat", args=[cast.seats["brightpath_sales"].pk]) not in read(
        browse("brightpath_sales"), reverse("portal:team")
    )


def test_administrator_changes_a_seat(cast, browse):
    seat = cast.seats["brightpath_marketing"]
    client, url = browse("brightpath_administrator"), reverse("portal:seat", args=[seat.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"role": "sales", "reach": "own", "is_active": "on"}).status_code == 302
    seat.refresh_from_db()
    assert (seat.role, seat.reach, seat.is_active) == (Role.SALES, Reach.OWN, True)
    assert client.post(url, {"role": "approver", "reach": "own"}).status_code == 422
    client.post(url, {"role": "sales", "reach": "own"})
    seat.refresh_from_db()
    assert not seat.is_active


def test_last_administrator_stays(cast, browse):
    seat = cast.seats["brightpath_administrator"]
    answer = browse("brightpath_administrator").post(
        reverse("portal:seat", args=[seat.pk]), {"role": "sales", "reach": "all", "is_active": "on"}
    )
    assert answer.status_code == 422
    assert "Someone must stay administrator" in answer.content.decode()
    assert Seat.objects.get(pk=seat.pk).role == Role.ADMINISTRATOR


@pytest.mark.parametrize(
    ("persona", "status"),
    [("brightpath_sales", 403), ("kappel_administrator", 404), ("northwind_manager", 403), ("nobody", 403)],
)
def test_seat_is_its_administrators_alone(cast, browse, persona, status):
    url = reverse("portal:seat", args=[cast.seats["brightpath_marketing"].pk])
    client = browse(persona)
    assert client.get(url).status_code == status
    assert client.post(url, {"role": "sales", "reach": "all"}).status_code == status
    assert Seat.objects.get(pk=cast.seats["brightpath_marketing"].pk).role == Role.MARKETING


@pytest.mark.parametrize("persona", ["northwind_approver", "operator", "nobody"])
def test_portal_is_for_partners(cast, browse, persona):
    for name in ("home", "deal-list", "deal-register", "team"):
        assert browse(persona).get(reverse(f"portal:{name}")).status_code == 403


def test_strangers_are_sent_to_sign_in(cast, client):
    for name in ("home", "deal-list", "deal-register", "team"):
        assert client.get(reverse(f"portal:{name}")).status_code == 302
