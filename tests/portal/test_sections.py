"""The portal by the kind of partner: what it is called, what the form asks, what part it takes for granted."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from dealreg.models import Deal
from partners.enums import PartnerType
from partners.models import Partner
from portal.navigation import menu
from portal.sections import SECTIONS_OF, Sections

HOME, REGISTER = reverse("portal:home"), reverse("portal:deal-register")


def become(kind):
    Partner.objects.filter(slug="brightpath").update(type=kind)


def chosen_part(page):
    return re.search(r'name="part" value="(\w+)"[^>]* checked', page)[1]


def test_every_kind_has_a_portal():
    assert set(SECTIONS_OF) == set(PartnerType)


@pytest.mark.parametrize(
    ("kind", "words", "part", "asks_products"),
    [
        (PartnerType.RESELLER, "Register a deal", "sell", True),
        (PartnerType.REFERRAL, "Refer a customer", "refer", False),
        (PartnerType.INFLUENCER, "Refer a customer", "refer", False),
        (PartnerType.SERVICES, "Register a deal", "install", True),
    ],
)
def test_portal_speaks_the_partners_language(cast, browse, kind, words, part, asks_products):
    become(kind)
    client = browse("brightpath_sales")
    home, form = (client.get(url).content.decode() for url in (HOME, REGISTER))
    assert words in home
    assert ("Referrals" in home) is (words == "Refer a customer")
    assert f"<h1>{words}</h1>" in form
    assert chosen_part(form) == part
    assert ("lines-0-product" in form) is asks_products


def test_referral_is_registered_without_products(cast, browse):
    become(PartnerType.REFERRAL)
    registration = cast.registration()
    data = {
        "submission": "00000000-0000-4000-8000-000000000009",
        "enrollment": registration.enrollment_id,
        "customer_name": registration.customer_name,
        "customer_country": "DE",
        "close_date": registration.close_date.isoformat(),
        "value": "5000",
        "currency": "EUR",
        "stage": "qualified",
        "part": "refer",
        "lines-TOTAL_FORMS": "3",
        "lines-INITIAL_FORMS": "0",
    }
    assert browse("brightpath_sales").post(REGISTER, data).status_code == 302
    assert Deal.objects.get().part == "refer"


def test_hidden_entry_is_no_place_in_the_menu():
    seen = [
        item["url"]
        for group in menu("portal", "/", sections=Sections(hidden=frozenset({"portal:deal-list"})))
        for item in group["items"]
    ]
    assert reverse("portal:deal-list") not in seen
    assert HOME in seen
