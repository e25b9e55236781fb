"""Match keys of accounts that are there: made again after the code that makes them has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction

from accounts.candidate_keys import match_keys
from accounts.identities import IDENTITY_COLUMNS, Identity
from accounts.models import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

AT_ONCE = 2000

ADD = """
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) ORDER BY 1, 2, 3 ON CONFLICT DO NOTHING
"""


def rebuild_keys(after: int = 0) -> Iterator[tuple[int, int]]:
    """Add the keys that accounts lack, of all vendors, in order of id; yields the last id and how many were added.

    Each batch is a transaction, so that it can be stopped and begun again `after` an id. Keys that are no longer made
    stay: they come from other spellings in lists, and find nothing wrong, only more.
    """
    while True:
        with transaction.atomic():
            rows = list(
                Account.objects.filter(pk__gt=after)
                .order_by("pk")
                .values_list("pk", "vendor_id", *IDENTITY_COLUMNS)[:AT_ONCE]
            )
            if not rows:
                return
            keys = [(vendor, key, pk) for pk, vendor, *written in rows for key in match_keys(Identity(*written))]
            with connection.cursor() as cursor:
                cursor.execute(ADD, [list(column) for column in zip(*keys, strict=True)] or [[], [], []])
                added = cursor.rowcount
        after = rows[-1][0]
        yield after, added
