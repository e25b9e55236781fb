"""Accounts that look alike: a pair of each vendor, of which one side has a marker in its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from accounts.models import Account, AccountMerge, AccountPair
from tests.cast import Cast


def fill_accounts(world: Any, mark: Callable[[str], str]) -> None:
    """Make the twin of an account for each vendor, and let the pair wait."""
    cast: Cast = world.cast
    for side in (cast.northwind, cast.halden):
        letter = side.vendor.slug[0]
        low = Account.objects.filter(vendor=side.vendor).order_by("pk")[0]
        twin = Account.objects.create(vendor=side.vendor, name=mark(f"{letter}_twin"), normalised_name=f"{letter} twin")
        pair = AccountPair.objects.create(vendor=side.vendor, low=low, high=twin, score=80, band="review")
        former = Account.objects.create(
            vendor=side.vendor, name=mark(f"{letter}_twin"), normalised_name=f"{letter} former", merged_into=low
        )
        manager = cast.people[f"{side.vendor.slug}_manager"]
        merge = AccountMerge.objects.create(vendor=side.vendor, kept=low, absorbed=former, merged_by=manager)
        world.rows.setdefault("account_pair", {})[letter] = {"pk": pair.pk}
        world.rows.setdefault("account_merge", {})[letter] = {"key": merge.key}
        world.rows.setdefault("account_parts", {})[letter] = {"pk": low.pk}
