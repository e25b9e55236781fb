"""Special prices: asked for, decided once by who may, shown to both sides, and refused where they can't be."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from dealreg.letters import letter_facts
from dealreg.models import PriceDecision, PriceRequest
from dealreg.services import ask_special_price, grant_special_price, withdraw_deal
from prm.kernel.errors import Conflict, RuleViolation
from tests.api_client import Api, token_of
from tests.dealreg.engaged import CLAUSES, engage

PRICES = {"clause": "2.1", "approver": "10.00", "manager": "40.00"}
UNTIL = timezone.localdate() + timedelta(days=30)


def asked(cast, deal, price="12000", persona="brightpath_sales"):
    prices = {cast.northwind.robot.pk: Decimal(price)}
    return ask_special_price(actor=cast.actor(persona), deal=deal, prices=prices, justification="A rival is cheaper.")


def test_partner_asks_on_its_page_and_the_desk_grants_in_part_within_its_limit(cast, browse):
    engage(cast.northwind.policy, {"prices": PRICES})
    assert "2.1" in CLAUSES
    deal = cast.register()
    partner, approver, manager = browse("brightpath_sales"), browse("northwind_approver"), browse("northwind_manager")
    ask, decide = (reverse(f"{side}:deal-price", args=[deal.reference]) for side in ("portal", "desk"))
    product = f"price_{cast.northwind.robot.pk}"
    assert "€13,500" in partner.get(ask).content.decode()
    form = {product: "10.000", "justification": "Rival at 9,900", "competitor": "Gripworks"}
    for wrong, message in (
        ({product: "13.500"}, "lies below the list price"),
        ({product: ""}, "at least one product"),
        ({"justification": ""}, "Say why."),
        ({product: "cheap"}, "is not an amount"),
    ):
        refused = partner.post(ask, {**form, **wrong})
        assert refused.status_code == 422
        assert message in refused.content.decode()
        assert "Gripworks" in refused.content.decode()
    assert not PriceRequest.objects.exists()
    assert partner.post(ask, form).status_code == 302
    assert partner.post(ask, form).status_code == 409
    drain()
    bell = Notification.objects.filter(kind="deal.price_asked")
    assert {note.person.email for note in bell} == {"approver@northwind.example"}
    assert "Decide" in approver.get(deal.get_desk_url()).content.decode()
    grant = {"decision": "grant", product: "11500", "valid_until": UNTIL.isoformat(), "message": "For twelve."}
    for wrong, message in (
        ({}, "you decide up to 10%"),
        ({product: "9000"}, "less than was asked for"),
        ({product: "13500"}, "lies below the list price"),
        ({product: "13000", "valid_until": "2020-01-01"}, "from today on"),
        ({"decision": "refuse", "message": ""}, "the partner reads it"),
    ):
        refused = approver.post(decide, {**grant, **wrong})
        assert refused.status_code == 422
        assert message in refused.content.decode()
    assert not PriceDecision.objects.exists()
    assert manager.post(decide, grant).status_code == 302
    assert manager.post(decide, grant).status_code == 409
    decision = PriceDecision.objects.get()
    assert (decision.outcome, decision.discount, decision.clause) == ("partly", Decimal("14.81"), "2.1")
    page = partner.get(deal.get_absolute_url()).content.decode()
    for shown in ("Granted in part", "€11,500", "up to 14.81% off the list", "For twelve.", "Gripworks"):
        assert shown in page
    assert [label for label, _value in letter_facts(deal)["rows"] if label == "Special price"] == ["Special price"]
    assert Event.objects.about(deal).filter(kind="deal.price_decided").count() == 1
    deal.refresh_from_db()
    assert deal.status == "submitted"


def test_requests_and_decisions_are_only_added_and_a_closed_deal_takes_none(cast):
    deal, approver = cast.register(), cast.actor("northwind_approver")
    request = asked(cast, deal)
    with pytest.raises(Conflict):
        asked(cast, deal)
    decision = grant_special_price(
        actor=approver, request=request, prices={cast.northwind.robot.pk: Decimal(12000)}, valid_until=UNTIL
    )
    assert decision.outcome == "granted"
    for row in (request, decision):
        with pytest.raises(DatabaseError, match="only"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(currency="USD") if row is request else row.delete()
    assert asked(cast, deal, "11000").pk != request.pk
    withdraw_deal(actor=cast.actor("brightpath_sales"), deal=deal)
    other = cast.register(customer_name="Otter Mills", customer_domain="")
    with pytest.raises(RuleViolation, match="on this deal"):
        ask_special_price(
            actor=cast.actor("brightpath_sales"),
            deal=other,
            prices={cast.northwind.sensor.pk: Decimal(1)},
            justification="Why not?",
        )
    with pytest.raises(RuleViolation, match="closed"):
        asked(cast, deal)


def test_api_asks_lists_grants_and_refuses(cast):
    partner, vendor = Api(token_of(cast, "brightpath_sales")), Api(token_of(cast, "northwind_approver"))
    rival = Api(token_of(cast, "kappel_sales"))
    deal, product = cast.register(), cast.northwind.robot.pk
    body = {"deal": deal.reference, "justification": "Rival", "lines": [{"product": product, "price": "12000.00"}]}
    partner.post("special-prices/", {**body, "lines": []}, 422)
    rival.post("special-prices/", body, 422)
    made = partner.post("special-prices/", body, 201).json()
    assert made["decision"] is None
    assert rival.get("special-prices/").json()["results"] == []
    rival.get(f"special-prices/{made['key']}/", 404)
    yes = {"lines": body["lines"], "valid_until": UNTIL.isoformat()}
    partner.post(f"special-prices/{made['key']}/grant/", yes, 403)
    granted = vendor.post(f"special-prices/{made['key']}/grant/", yes).json()
    assert granted["decision"]["outcome"] == "granted"
    vendor.post(f"special-prices/{made['key']}/refuse/", {"message": "No."}, 409)
    assert partner.get("special-prices/").json()["results"][0]["decision"]["granted"] == {str(product): "12000.00"}
