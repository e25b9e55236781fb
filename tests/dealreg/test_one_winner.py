"""Of many partners that register the same customers at once, one is protected for each, and nobody sees an error."""

from __future__ import annotations

import pytest

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
