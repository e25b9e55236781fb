"""Registry and VAT numbers, address and phone: kept, checked, compared, and sure to find the customer again."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AccountLink
from accounts.identities import Identity
from accounts.keying import rebuild_keys
from accounts.models import Account, MatchKey
from accounts.registers import registry_key
from accounts.resolving import create_account, find_candidates, resolve_customer
from dealreg.models import Conflict, Deal
from tests.accounts.test_importing import load  # noqa: F401  (a fixture)
from tests.portal.test_partner_register import URL, filled

VAT, SLIP = "DE 136 695 976", "DE136695977"


def test_list_brings_address_phone_and_numbers_and_a_second_one_adds_to_them(load):  # noqa: F811
    load("name,country,street,zip,phone,vat id\nCastellan Foods GmbH,DE,Hafenstr. 12,28195,0421 555011,DE136695976\n")
    load("name,country,company number\nCASTELLAN FOODS,DE,HRB 20417\n")
    account = Account.objects.get()
    assert (account.street, account.postcode, account.phone) == ("Hafenstr. 12", "28195", "0421 555011")
    assert (account.vat_number, account.registry_number) == ("DE136695976", "HRB 20417")
    keys = set(MatchKey.objects.filter(account=account).values_list("key", flat=True))
    assert {"v:DE136695976", "r:DEHRB20417", "p:421555011", "h:12/28195"} <= keys


def test_same_number_or_domain_is_found_among_thousands_that_are_alike(cast):
    vendor = cast.northwind.vendor.pk
    crowd = [Identity(f"Nordhafen Logistik {number}", "DE", city="Kiel") for number in range(250)]
    for one in crowd:
        create_account(vendor, one)
    sure = [
        Identity("Vesper Beteiligung", "DE", registry_number="HRB 998877"),
        Identity("Quist Holding", "DE", vat="136695976"),
        Identity("Ilsung Trade", "DE", domain="ilsung.example"),
    ]
    made = [create_account(vendor, one) for one in sure]
    asked = [
        Identity("Nordhafen Logistik", "", registry_number="HRB998877"),
        Identity("Nordhafen Logistik", "DE", vat=VAT),
        Identity("Nordhafen Logistik", "DE", domain="shop.ilsung.example"),
    ]
    found = [resolve_customer(vendor, one) for one in asked]
    assert [one.account_id for one in found] == made
    assert {one.link for one in found} == {AccountLink.EXACT}


def test_slip_in_a_number_makes_nobody_the_same(cast):
    vendor = cast.northwind.vendor.pk
    create_account(vendor, Identity("Vesper Beteiligung", "DE", vat=SLIP))
    assert find_candidates(vendor, Identity("Anything Else", "DE", vat=SLIP)) == []
    assert (registry_key("552100554", "FR"), registry_key("552100555", "FR")) == ("FR552100554", "")
    assert registry_key("HRB 20417", "DE") == "DEHRB20417"


def test_keys_are_backfilled_from_the_columns(cast):
    account = Account.objects.get(pk=create_account(cast.northwind.vendor.pk, Identity("Vesper", "DE", vat=VAT)))
    MatchKey.objects.filter(account=account).delete()
    assert sum(added for _last, added in rebuild_keys()) > 2
    assert MatchKey.objects.filter(account=account, key="v:DE136695976").exists()


def test_form_refuses_a_slip_in_the_vat_number_and_keeps_what_was_typed(cast, browse):
    answer = browse("brightpath_sales").post(URL, filled(cast, customer_vat_number=SLIP, customer_street="Kaistr. 4"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "VAT number can’t be right" in page
    assert 'value="Kaistr. 4"' in page
    assert '<details class="fold" open' in page
    assert not Deal.objects.exists()


@pytest.mark.parametrize("field", ["customer_vat_number", "customer_registry_number"])
def test_other_name_with_the_same_number_is_the_same_customer_side_by_side(cast, browse, field):
    known = Identity("Vesper Beteiligung", "DE", address="Kaistr. 4", registry_number="HRB 998877", vat=VAT)
    account = create_account(cast.northwind.vendor.pk, known, origin="customer")
    number = VAT if field == "customer_vat_number" else "HRB 998877"
    sent = filled(cast, customer_name="Castellan Foods GmbH", customer_street="Kaistraße 4", **{field: number})
    assert browse("brightpath_sales").post(URL, sent).status_code == 302
    deal = Deal.objects.get()
    assert (deal.account_id, deal.account_link, getattr(deal, field)) == (account, AccountLink.EXACT, number)
    assert "number is the same" in Conflict.objects.get(deal=deal).why
    page = browse("northwind_approver").get(reverse("desk:deal-detail", args=[deal.reference])).content.decode()
    assert f"<mark>{number}</mark>" in page
    assert deal.submitted_at <= timezone.now()
