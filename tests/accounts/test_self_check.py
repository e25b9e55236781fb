"""A vendor's own accounts that look alike: found by a job, decided by a person, remembered by matching."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts import selfchecking
from accounts.enums import PairVerdict
from accounts.identities import Identity
from accounts.matching import Bands
from accounts.models import Account, AccountPair, CandidatePair
from accounts.pairs import relate_accounts, set_accounts_apart, start_self_check
from accounts.resolving import create_account, find_candidates
from accounts.selfchecking import holders_at_most
from accounts.thresholds import set_thresholds
from jobs.enums import JobState
from jobs.models import Job
from jobs.queue import work_off
from prm.kernel.errors import Conflict

ALIKE = (
    Identity("Castellan Foods GmbH", "DE"),
    Identity("Kastellan Foods", "DE"),
    Identity("Orbit Logistics Ltd", "GB", registry_number="04217761"),
    Identity("Vesper Holding", "GB", registry_number="4217761"),
    Identity("Halvorsen Marine AS", "NO"),
)


@pytest.fixture
def known(cast):
    """Northwind's accounts by name, of which two pairs are alike, and a twin that is Halden's."""
    create_account(cast.halden.vendor.pk, ALIKE[0])
    made = [create_account(cast.northwind.vendor.pk, one) for one in ALIKE]
    return dict(zip([one.name for one in ALIKE], Account.objects.in_bulk(made).values(), strict=True))


def names():
    return {frozenset((pair.low.name, pair.high.name)) for pair in AccountPair.objects.select_related("low", "high")}


FOUND = {frozenset(("Castellan Foods GmbH", "Kastellan Foods")), frozenset(("Orbit Logistics Ltd", "Vesper Holding"))}


def test_alike_accounts_of_one_vendor_are_paired_also_after_a_kill(cast, known, monkeypatch):
    monkeypatch.setattr(selfchecking, "SLICE", 7)
    monkeypatch.setattr(selfchecking, "BATCH", 1)
    job = start_self_check(actor=cast.actor("northwind_manager"))
    keep, seen = selfchecking._keep, []

    def killed(*args):
        seen.append(args)
        if len(seen) == 2:
            raise KeyboardInterrupt
        keep(*args)

    monkeypatch.setattr(selfchecking, "_keep", killed)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    assert AccountPair.objects.count() <= 1
    Job.objects.update(lease_until="2020-01-01T00:00Z")
    work_off()
    job.refresh_from_db()
    assert (job.state, job.figures["alike"], job.figures["accounts"]) == (JobState.DONE, 2, 5)
    assert names() == FOUND
    assert not CandidatePair.objects.exists()


def test_decided_pair_is_neither_asked_nor_matched_again_and_a_second_check_finds_the_same(cast, known):
    manager = cast.actor("northwind_manager")
    start_self_check(actor=manager)
    work_off()
    apart = AccountPair.objects.get(low=known["Castellan Foods GmbH"])
    asked = Identity("Castellan Foods", "DE")
    assert len(find_candidates(cast.northwind.vendor.pk, asked)) == 2
    set_accounts_apart(actor=manager, pair=apart)
    assert [one.name for one in find_candidates(cast.northwind.vendor.pk, asked)] == ["Castellan Foods GmbH"]
    with pytest.raises(Conflict):
        relate_accounts(actor=manager, pair=apart, parent=None)
    start_self_check(actor=manager)
    work_off()
    assert names() == FOUND
    assert AccountPair.objects.open().count() == 1
    assert AccountPair.objects.get(pk=apart.pk).verdict == PairVerdict.DIFFERENT


def test_vendors_own_thresholds_decide_what_is_shown(cast, known):
    manager = cast.actor("northwind_manager")
    create_account(cast.northwind.vendor.pk, Identity("Halvorsen Shipping", "NO"))
    start_self_check(actor=manager)
    work_off()
    assert names() == {*FOUND, frozenset(("Halvorsen Marine AS", "Halvorsen Shipping"))}
    set_thresholds(actor=manager, bands=Bands(same_from=95, review_from=90), revision=0)
    start_self_check(actor=manager)
    work_off()
    assert names() == FOUND


def test_key_that_many_hold_is_bounded_and_a_number_that_many_hold_is_not(cast):
    assert holders_at_most({2: 10, 3: 10, 40: 5}, accounts=100) == 39
    assert holders_at_most({2: 1_000_000}, accounts=100) == 2
    vendor = cast.northwind.vendor.pk
    for number in range(60):
        create_account(vendor, Identity(f"Firm {number:03}x", "DE", registry_number="HRB 555777"))
    start_self_check(actor=cast.actor("northwind_manager"))
    work_off()
    assert AccountPair.objects.filter(band="same").count() >= 59


def test_manager_decides_on_the_pages_and_an_approver_and_the_other_vendor_see_none(
    cast, known, browse, django_assert_max_num_queries
):
    manager = browse("northwind_manager")
    listing = reverse("console:account-pairs")
    assert "Not checked yet" in manager.get(listing).content.decode()
    manager.post(reverse("console:account-pairs-check"))
    work_off()
    with django_assert_max_num_queries(12):
        page = manager.get(listing).content.decode()
    assert "Kastellan Foods" in page
    pair = AccountPair.objects.get(low=known["Castellan Foods GmbH"])
    with django_assert_max_num_queries(12):
        page = manager.get(pair.get_absolute_url()).content.decode()
    assert "Are these one customer?" in page
    assert "The country is the same" in page
    assert manager.post(pair.get_absolute_url(), {"relation": "elsewhere"}).status_code == 422
    assert manager.post(pair.get_absolute_url(), {"relation": "high"}).status_code == 302
    pair.refresh_from_db()
    assert (pair.verdict, pair.parent) == (PairVerdict.RELATED, pair.high)
    assert manager.post(pair.get_absolute_url(), {"apart": "yes"}).status_code == 409
    assert "Kastellan Foods belongs" not in manager.get(listing).content.decode()
    assert "Castellan Foods GmbH belongs to Kastellan Foods" in manager.get(pair.get_absolute_url()).content.decode()
    assert manager.post(pair.get_absolute_url(), {"again": "yes"}).status_code == 302
    assert AccountPair.objects.open().count() == 2
    assert browse("northwind_approver").get(listing).status_code == 403
    assert browse("halden_manager").get(pair.get_absolute_url()).status_code == 404
    assert browse("brightpath_administrator").get(listing).status_code == 403
