"""Moves what belongs to one account to another, whichever apps it lies in, and back.

Every model of ours that has an `account_id` takes part; nothing here names one. What the other account has already (a
registration may be like both) can't move, as unique rules say, and stays where it is. The absorbed account stays as
another name of the kept one: its domain and its name with country are still taken, and lead to the kept one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from accounts.models import Account, AccountMerge, MatchKey

NOT_MOVABLE = {"23505", "23P01"}
"""What the database says where the other account has such a row already: a unique or an exclusion rule."""
TAKEN_OVER = ("city", "street", "postcode", "phone", "registry_number", "vat_number", "external_id", "owner_name")
"""What the kept account takes over where it knows nothing itself."""

MOVE_KEYS = """
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT vendor_id, key, %(kept)s FROM accounts_matchkey WHERE account_id = %(absorbed)s ORDER BY key
ON CONFLICT DO NOTHING RETURNING key
"""
GIVE_KEYS = """
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT %(vendor)s, key, %(absorbed)s FROM unnest(%(keys)s::text[]) AS key ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Moved:
    """What a move did, by the model's label: which rows went, and how many stayed."""

    rows: dict[str, list[int]] = field(default_factory=dict)
    stayed: dict[str, int] = field(default_factory=dict)

    def in_words(self) -> list[tuple[str, int]]:
        """Return the names of what moves, with how many."""
        return [(str(apps.get_model(label)._meta.verbose_name_plural), len(ids)) for label, ids in self.rows.items()]


@lru_cache(maxsize=1)
def models_of_accounts() -> tuple[type[Model], ...]:
    """Return every model with an account's id, match keys aside."""
    return tuple(
        model
        for label in settings.OUR_APPS
        for model in apps.get_app_config(label).get_models()
        if model is not MatchKey and any(column.attname == "account_id" for column in model._meta.concrete_fields)
    )


def move_rows(kept: Account, absorbed: Account) -> Moved:
    """Move all that can move, in the running transaction, which holds both accounts locked."""
    moved = Moved()
    for model in models_of_accounts():
        ids = list(model._base_manager.filter(account_id=absorbed.pk).order_by("pk").values_list("pk", flat=True))
        went = _moved(model, ids, kept.pk)
        if went:
            moved.rows[model._meta.label_lower] = went
        if len(went) < len(ids):
            moved.stayed[model._meta.label_lower] = len(ids) - len(went)
    return moved


def _moved(model: type[Model], ids: list[int], account_id: int) -> list[int]:
    """Update rows, halving the lot where one of them can't move; returns those that could."""
    if not ids:
        return []
    try:
        with transaction.atomic():
            model._base_manager.filter(pk__in=ids).update(account_id=account_id)
    except IntegrityError as refused:
        if getattr(refused.__cause__, "pgcode", "") not in NOT_MOVABLE:
            raise
        if len(ids) == 1:
            return []
        half = len(ids) // 2
        return [*_moved(model, ids[:half], account_id), *_moved(model, ids[half:], account_id)]
    return ids


def preview_of(kept: Account, absorbed: Account) -> Moved:
    """Try a move out and take it back; exact, and nothing is left of it."""
    with transaction.atomic():
        moved = move_rows(kept, absorbed)
        transaction.set_rollback(True)
    return moved


def absorb(merge: AccountMerge) -> None:
    """Move rows, keys and other names over, and note on the merge what went; in the running transaction."""
    kept, absorbed = merge.kept, merge.absorbed
    merge.moved = move_rows(kept, absorbed).rows
    keys = MatchKey.objects.filter(account=absorbed)
    merge.keys = list(keys.order_by("key").values_list("key", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(MOVE_KEYS, {"kept": kept.pk, "absorbed": absorbed.pk})
        merge.added = [key for (key,) in cursor.fetchall()]
    keys.delete()
    merge.filled = [name for name in TAKEN_OVER if not getattr(kept, name) and getattr(absorbed, name)]
    for name in merge.filled:
        setattr(kept, name, getattr(absorbed, name))
    kept.save(update_fields=merge.filled or None)
    others = Account.objects.filter(merged_into=absorbed)
    merge.moved[f"{Account._meta.label_lower}.merged_into"] = list(others.order_by("pk").values_list("pk", flat=True))
    others.update(merged_into=kept)
    absorbed.merged_into = kept
    absorbed.save(update_fields=["merged_into"])


def give_back(merge: AccountMerge) -> None:
    """Move back what a merge moved and what is still there; what came since stays. In the running transaction."""
    kept, absorbed = merge.kept, merge.absorbed
    for label, ids in merge.moved.items():
        if label.endswith(".merged_into"):
            Account.objects.filter(pk__in=ids, merged_into=kept).update(merged_into=absorbed)
        else:
            model: Any = apps.get_model(label)
            model._base_manager.filter(pk__in=ids, account_id=kept.pk).update(account_id=absorbed.pk)
    MatchKey.objects.filter(account=kept, key__in=merge.added).delete()
    with connection.cursor() as cursor:
        cursor.execute(GIVE_KEYS, {"vendor": merge.vendor_id, "absorbed": absorbed.pk, "keys": merge.keys})
    for name in merge.filled:
        if getattr(kept, name) == getattr(absorbed, name):
            setattr(kept, name, "")
    kept.save(update_fields=merge.filled or None)
    absorbed.merged_into = None
    absorbed.save(update_fields=["merged_into"])
