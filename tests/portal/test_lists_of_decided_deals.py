"""Lists of deals cost the same whatever was decided: what a status shows is in the list's own query."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dealreg.services import approve_deal, decline_deal, lose_deal, win_deal

NAMES = [
    "Ahornwerk",
    "Birkenau",
    "Calderon",
    "Dunmore",
    "Eskilstuna",
    "Falkenried",
    "Granja",
    "Hollowdale",
    "Iskender",
    "Jarvenpaa",
    "Kowalczyk",
    "Lumiere",
    "Montalban",
    "Nordhavn",
    "Oberbruck",
    "Pemshaw",
    "Quinteros",
    "Rauhfels",
    "Sattlerei",
    "Tessaly",
]


def decide(cast, number):
    """Register and decide five deals in five ways."""
    approver, seller = cast.actor("northwind_approver"), cast.actor("brightpath_sales")
    today = cast.registration().close_date.replace(year=2026, month=1, day=2)
    for way in range(5):
        name = NAMES[number * 5 + way]
        deal = cast.register(customer_name=name, customer_domain=f"{name.lower()}.example")
        if way == 1:
            decline_deal(actor=approver, deal=deal, reason="other", message="No.")
        elif way > 1:
            approve_deal(actor=approver, deal=deal)
        if way == 3:
            win_deal(actor=seller, deal=deal, value=1000, closed_on=today)
        elif way == 4:
            lose_deal(actor=seller, deal=deal, reason="price", closed_on=today)


@pytest.mark.parametrize(
    ("persona", "route"),
    [
        ("brightpath_sales", "portal:deal-list"),
        ("northwind_approver", "desk:deal-list"),
        ("northwind_manager", "desk:queue"),
    ],
)
def test_list_of_decided_deals_costs_the_same_for_one_and_four_of_each(cast, browse, persona, route):
    client, costs = browse(persona), []
    for number in range(4):
        decide(cast, number)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse(route)).status_code == 200
        costs.append(len(seen))
    assert len(set(costs)) == 1, costs
    assert costs[0] <= 12
