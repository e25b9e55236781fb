"""Merging and splitting accounts: what moves, that one protection stays per customer, and that it can be undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AccountOrigin, PairVerdict
from accounts.identities import Identity
from accounts.models import Account, AccountMerge, AccountPair, MatchKey, Opportunity
from accounts.pairs import propose_pair
from accounts.resolving import create_account, find_candidates, resolve_customer
from activity.models import Event
from dealreg.models import Deal, Protection
from dealreg.services import approve_deal
from dealreg.services.consolidation import merge_accounts, split_account, undo_account_merge
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

FOODS, HOLDING = "Castellan Foods GmbH", "Vesper Beteiligung AG"


@pytest.fixture
def two(cast):
    """Two accounts of Northwind with a protected deal each, of different partners: the kept one first."""
    deals = [
        cast.register("brightpath_sales", "brightpath_northwind", customer_name=FOODS, customer_domain="foods.example"),
        cast.register("kappel_sales", "kappel_northwind", customer_name=HOLDING, customer_domain="vesper.example"),
    ]
    for deal in deals:
        approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
        deal.refresh_from_db()
    Opportunity.objects.create(vendor=cast.northwind.vendor, account=deals[1].account, source="x", external_id="1")
    return deals


def live():
    return list(Protection.objects.live().order_by("pk").values_list("deal", "account"))


def test_overlap_needs_a_choice_and_the_chosen_one_stays_protected_and_undo_gives_all_back(cast, two):
    manager = cast.actor("northwind_manager")
    mine, theirs = two
    kept, absorbed, before = mine.account, theirs.account, live()
    for wrong in ((), (mine.pk + theirs.pk,)):
        with pytest.raises(RuleViolation) as refused:
            merge_accounts(actor=manager, kept=kept, absorbed=absorbed, given_up=wrong)
        assert refused.value.field == "given_up"
    assert live() == before
    assert not AccountMerge.objects.exists()
    keys = set(MatchKey.objects.filter(account=absorbed).values_list("key", flat=True))
    merge = merge_accounts(actor=manager, kept=kept, absorbed=absorbed, given_up=[mine.pk])
    assert live() == [(theirs.pk, kept.pk)]
    assert set(Deal.objects.values_list("account", "status")) == {(kept.pk, "expired"), (kept.pk, "approved")}
    assert Opportunity.objects.get().account_id == kept.pk
    told = Event.objects.get(kind="deal.released")
    assert HOLDING not in str(told.data)
    for asked in (Identity("Anything", "FR", domain="vesper.example"), Identity(HOLDING, "DE")):
        assert resolve_customer(cast.northwind.vendor.pk, asked).account_id == kept.pk
    with pytest.raises(Conflict):
        merge_accounts(actor=manager, kept=kept, absorbed=absorbed)
    _done, lost = undo_account_merge(actor=manager, merge=merge)
    assert (lost, live()) == (0, before)
    assert set(MatchKey.objects.filter(account=absorbed).values_list("key", flat=True)) == keys
    assert set(Deal.objects.values_list("account", "status")) == {(kept.pk, "approved"), (absorbed.pk, "approved")}
    assert AccountPair.objects.get().verdict == PairVerdict.OPEN
    with pytest.raises(Conflict):
        undo_account_merge(actor=manager, merge=merge)


def test_undo_leaves_what_came_since_and_is_refused_after_thirty_days(cast, two):
    manager = cast.actor("northwind_manager")
    mine, theirs = two
    merge = merge_accounts(actor=manager, kept=mine.account, absorbed=theirs.account, given_up=[theirs.pk])
    late = cast.register(
        "brightpath_sales", "brightpath_northwind", customer_name="X", customer_domain="vesper.example"
    )
    assert late.account_id == mine.account_id
    AccountMerge.objects.update(merged_at=timezone.now() - timedelta(days=31))
    with pytest.raises(RuleViolation):
        undo_account_merge(actor=manager, merge=merge)
    AccountMerge.objects.update(merged_at=timezone.now())
    Protection.objects.update(ends_at=timezone.now() - timedelta(days=1), starts_at=timezone.now() - timedelta(days=9))
    assert undo_account_merge(actor=manager, merge=merge)[1] == 1
    late.refresh_from_db()
    theirs.refresh_from_db()
    assert (late.account_id, theirs.account_id, theirs.status) == (mine.account_id, merge.absorbed_id, "expired")
    assert Protection.objects.filter(account=merge.absorbed, state="live").count() == 0


def test_split_takes_deals_with_their_protection_and_the_two_are_never_taken_for_one_another(cast, two):
    manager, vendor = cast.actor("northwind_manager"), cast.northwind.vendor.pk
    mine, theirs = two
    merge_accounts(actor=manager, kept=mine.account, absorbed=theirs.account, given_up=[mine.pk])
    theirs.refresh_from_db()
    taken = Identity(FOODS, str(mine.customer_country), "foods.example")
    with pytest.raises(RuleViolation) as refused:
        split_account(actor=manager, account=mine.account, deals=[theirs], customer=taken)
    assert refused.value.field == "name"
    asked = Identity("Castellan Foods Trading", "DE", "trading.example")
    made = split_account(actor=manager, account=mine.account, deals=[theirs], customer=asked)
    theirs.refresh_from_db()
    assert (theirs.account, live()) == (made, [(theirs.pk, made.pk)])
    found = find_candidates(vendor, Identity("Castellan Foods Trading", "DE", "trading.example"))
    assert [one.account_id for one in found] == [made.pk]


def test_only_managers_merge_and_only_what_they_see(cast, two):
    mine, theirs = two
    with pytest.raises(Forbidden):
        merge_accounts(actor=cast.actor("northwind_approver"), kept=mine.account, absorbed=theirs.account)
    other = Account.objects.get(pk=create_account(cast.halden.vendor.pk, Identity(FOODS, "DE")))
    with pytest.raises(Http404):
        merge_accounts(actor=cast.actor("northwind_manager"), kept=mine.account, absorbed=other)
    assert not AccountMerge.objects.exists()


def test_pages_show_what_would_move_ask_which_protection_goes_on_and_undo(
    cast, two, browse, django_assert_max_num_queries
):
    mine, theirs = two
    Account.objects.filter(pk=mine.account_id).update(origin=AccountOrigin.CUSTOMER)
    manager = browse("northwind_manager")
    parts = reverse("console:account-parts", args=[mine.account_id])
    with django_assert_max_num_queries(12):
        assert HOLDING in manager.get(parts, {"q": "vesper"}).content.decode()
    answer = manager.post(parts, {"other": theirs.account_id})
    pair = AccountPair.objects.get()
    assert answer.url == pair.get_absolute_url()
    url = reverse("console:account-merge", args=[pair.pk])
    page = manager.get(url).content.decode()
    assert f"Merge {HOLDING} into {FOODS}?" in page
    assert mine.reference in page
    assert theirs.reference in page
    assert manager.post(url, {"stays": "low"}).status_code == 422
    assert not AccountMerge.objects.exists()
    assert manager.post(url, {"stays": "low", "goes_on_0": mine.pk}).status_code == 302
    assert live() == [(mine.pk, mine.account_id)]
    assert f"{HOLDING} into {FOODS}" in manager.get(parts).content.decode()
    assert manager.post(url, {"stays": "low"}).status_code == 409
    key = AccountMerge.objects.get().key
    assert manager.post(reverse("console:account-merge-undo", args=[key])).status_code == 302
    assert len(live()) == 2
    assert manager.post(parts, {"name": "Z"}).status_code == 422
    split = {"deals": [mine.pk], "name": "Zephyr Foods", "country": "DE"}
    assert manager.post(parts, split).status_code == 302
    mine.refresh_from_db()
    assert mine.account.name == "Zephyr Foods"


def test_related_accounts_stay_two_and_stand_beside_the_registration(cast, two, browse):
    mine, theirs = two
    pair = propose_pair(actor=cast.actor("northwind_manager"), one=mine.account, other=theirs.account)
    parent = "high" if pair.high_id == theirs.account_id else "low"
    browse("northwind_manager").post(pair.get_absolute_url(), {"relation": parent})
    page = browse("northwind_approver").get(mine.get_desk_url()).content.decode()
    assert f"belongs to {HOLDING}" in page
    assert len(live()) == 2
