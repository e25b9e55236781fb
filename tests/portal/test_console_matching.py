"""Thresholds of matching in the console: tried on what people decided, saved, and followed by registrations."""

from __future__ import annotations

from django.urls import reverse

from accounts.enums import AccountLink
from accounts.identities import Identity
from accounts.matching import Band
from accounts.models import MatchThresholds
from accounts.resolving import find_candidates
from activity.models import Event
from dealreg.services import confirm_customer, separate_customer
from dealreg.simulating import decided_pairs

PAGE = reverse("console:matching")
ALIKE = ("Castellan Holding", "Kastelan Foods")


def decide(cast):
    """Confirm one look-alike of a customer, and set another apart."""
    cast.register()
    found = [
        cast.register("kappel_sales", "kappel_northwind", customer_name=name, customer_domain="", customer_country="GB")
        for name in ALIKE
    ]
    assert {deal.account_link for deal in found} == {AccountLink.LIKELY}
    actor = cast.actor("northwind_approver")
    confirm_customer(actor=actor, deal=found[0], account=found[0].account)
    separate_customer(actor=actor, deal=found[1], reason="Another town.")


def test_thresholds_are_tried_on_decisions_then_saved_and_followed(cast, browse):
    decide(cast)
    client = browse("northwind_manager")
    pairs = decided_pairs(cast.actor("northwind_manager"))
    assert {pair.is_one for pair in pairs} == {True, False}
    assert decided_pairs(cast.actor("halden_manager")) == []

    values = {"same_from": "100", "review_from": "90", "revision": "0"}
    tried = client.post(PAGE, values | {"try": "yes"})
    assert tried.status_code == 302
    text = client.get(tried.url).content.decode()
    assert "What would change" in text
    assert all(name in text for name in ALIKE)
    assert not MatchThresholds.objects.exists()

    customer = Identity("Castellan Holding", "FR")
    assert [found.match.band for found in find_candidates(cast.northwind.vendor.pk, customer)][:1] == [Band.REVIEW]
    assert client.post(PAGE, values).status_code == 302
    assert Event.objects.get(kind="matching.changed").data == {"same_from": 100, "review_from": 90}
    assert find_candidates(cast.northwind.vendor.pk, customer) == []
    assert "standard 95 and 30" in client.get(PAGE).content.decode()


def test_thresholds_out_of_order_or_stale_change_nothing(cast, browse):
    client = browse("northwind_manager")
    for given, status in (
        ({"same_from": "40", "review_from": "60", "revision": "0"}, 422),
        ({"same_from": "900", "review_from": "", "revision": "0"}, 422),
        ({"same_from": "90", "review_from": "40", "revision": "7"}, 409),
    ):
        response = client.post(PAGE, given)
        assert response.status_code == status, given
        if status == 422:
            assert f'value="{given["same_from"]}"' in response.content.decode()
    assert not MatchThresholds.objects.filter(revision__gt=0).exists()
    assert not Event.objects.filter(kind="matching.changed").exists()
    assert "Nobody has decided yet" in client.get(PAGE).content.decode()
