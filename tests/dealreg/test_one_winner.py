"""Of many partners that register the same customers at once, one is protected for each, and nobody sees an error."""

from __future__ import annotations

import pytest

from bench.channels import race_by_every_door
from bench.one_winner import make_field, race
from dealreg.enums import Status
from dealreg.models import Deal

PARTNERS, ACCOUNTS = 8, 25


@pytest.mark.django_db(transaction=True)
def test_eight_partners_at_once_register_25_accounts_and_each_account_has_one_owner():
    result = race(make_field(PARTNERS), ACCOUNTS)
    assert result.errors == []
    assert result.registrations == PARTNERS * ACCOUNTS
    assert result.owners == ACCOUNTS
    assert result.refused == (PARTNERS - 1) * ACCOUNTS
    deals = Deal.objects.all()
    assert deals.filter(status=Status.APPROVED).count() == ACCOUNTS
    assert deals.values("account").distinct().count() == ACCOUNTS


@pytest.mark.django_db(transaction=True)
def test_page_api_and_list_at_once_leave_one_owner_for_each_account():
    sellers, accounts = 6, 6
    result = race_by_every_door(make_field(sellers), accounts)
    assert result.errors == []
    assert result.owners == accounts
    assert result.refused == (sellers - 1) * accounts
    assert Deal.objects.filter(status=Status.APPROVED).count() == accounts
    assert Deal.objects.values("account").distinct().count() == accounts
