"""Lists of customers become accounts, in SQL: rows are told apart over the whole list, then merged chunk by chunk.

The rows are taken out of the staging table into one of their own with columns, for the length of a transaction, so that
the planner has figures about them. Callers give the transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.enums import AccountOrigin
from accounts.models import Account
from imports.changes import note_changing, note_made
from imports.staging import name_twins

if TYPE_CHECKING:
    from imports.models import Import

OPEN = """
DROP TABLE IF EXISTS pg_temp.listed_customer;
CREATE TEMPORARY TABLE listed_customer ON COMMIT DROP AS
SELECT s.line, r.*, NULL::bigint AS account_id, NULL::int AS twin, false AS fresh, false AS changes
FROM imports_stagedrow s, jsonb_to_record(s.data) AS r(name text, normalised text, country text, domain text, city text,
  street text, postcode text, phone text, registry_number text, vat_number text, external_id text, owner_name text,
  last_activity text, further jsonb, keys text[])
WHERE s.run_id = %(run)s AND s.line > %(at)s AND s.line <= %(upto)s AND s.reason = '';
ANALYZE pg_temp.listed_customer;
"""

# By joins, so that the planner may hash a long list; `<> ''` lets it use the partial index over domains.
FIND = """
UPDATE listed_customer s SET account_id = coalesce(d.merged_into_id, d.id, n.merged_into_id, n.id)
FROM listed_customer t
LEFT JOIN accounts_account d ON d.vendor_id = %(vendor)s AND d.domain = t.domain AND d.domain <> ''
LEFT JOIN accounts_account n
  ON n.vendor_id = %(vendor)s AND n.normalised_name = t.normalised AND n.country = t.country
WHERE t.line = s.line AND s.account_id IS NULL
"""

# Of rows for the same customer the first counts; the others name it.
TWINS = """
UPDATE listed_customer s SET twin = t.twin FROM (
  SELECT line, least(
    CASE WHEN domain <> '' THEN min(line) OVER (PARTITION BY domain) ELSE line END,
    CASE WHEN account_id IS NOT NULL THEN min(line) OVER (PARTITION BY account_id) ELSE line END,
    min(line) OVER (PARTITION BY normalised, country)) AS twin
  FROM listed_customer
) t WHERE t.line = s.line AND t.twin < s.line
"""

# Whether a row would change its account.
CHANGES = """
UPDATE listed_customer s SET changes = true FROM accounts_account a
WHERE a.id = s.account_id AND NOT s.fresh AND (
  a.origin <> %(origin)s OR s.city NOT IN ('', a.city) OR s.street NOT IN ('', a.street)
  OR s.postcode NOT IN ('', a.postcode) OR s.phone NOT IN ('', a.phone)
  OR s.registry_number NOT IN ('', a.registry_number) OR s.vat_number NOT IN ('', a.vat_number)
  OR s.external_id NOT IN ('', a.external_id)
  OR s.owner_name NOT IN ('', a.owner_name) OR NOT a.further @> s.further
  OR nullif(s.last_activity, '')::date > coalesce(a.last_activity_on, '-infinity')
  OR (a.domain = '' AND s.domain <> '' AND NOT EXISTS (
    SELECT FROM accounts_account o WHERE o.vendor_id = a.vendor_id AND o.domain = s.domain AND o.domain <> '')))
"""

MARK = """
UPDATE imports_stagedrow s SET object_id = t.account_id, twin = t.twin,
  effect = CASE WHEN t.fresh OR t.account_id IS NULL THEN 'new' WHEN t.changes THEN 'changed' ELSE 'unchanged' END
FROM listed_customer t WHERE s.run_id = %(run)s AND s.line = t.line
"""

UPDATE = """
UPDATE accounts_account a SET
  origin = %(origin)s, city = coalesce(nullif(s.city, ''), a.city),
  street = coalesce(nullif(s.street, ''), a.street), postcode = coalesce(nullif(s.postcode, ''), a.postcode),
  phone = coalesce(nullif(s.phone, ''), a.phone),
  registry_number = coalesce(nullif(s.registry_number, ''), a.registry_number),
  vat_number = coalesce(nullif(s.vat_number, ''), a.vat_number),
  external_id = coalesce(nullif(s.external_id, ''), a.external_id),
  owner_name = coalesce(nullif(s.owner_name, ''), a.owner_name), further = a.further || s.further,
  last_activity_on = greatest(nullif(s.last_activity, '')::date, a.last_activity_on),
  domain = CASE WHEN a.domain = '' AND NOT EXISTS (
    SELECT FROM accounts_account o WHERE o.vendor_id = a.vendor_id AND o.domain = s.domain AND o.domain <> ''
  ) THEN s.domain ELSE a.domain END
FROM (
  SELECT DISTINCT ON (account_id) * FROM listed_customer WHERE changes ORDER BY account_id, line
) s WHERE a.id = s.account_id AND a.id = ANY(%(ids)s)
"""

# Numbers are given first, so that no join over names is needed: without figures about fresh rows the planner would
# compare each row with each.
NUMBER = """
UPDATE listed_customer SET account_id = nextval(pg_get_serial_sequence('accounts_account', 'id')), fresh = true
WHERE account_id IS NULL
"""
INSERT = """
INSERT INTO accounts_account
  (id, vendor_id, name, normalised_name, country, domain, city, street, postcode, phone, registry_number, vat_number,
   external_id, owner_name, last_activity_on, origin, further, created_at)
SELECT account_id, %(vendor)s, name, normalised, country, domain, city, street, postcode, phone, registry_number,
  vat_number, external_id, owner_name, nullif(last_activity, '')::date, %(origin)s, further, now()
FROM listed_customer WHERE fresh ORDER BY normalised, country
ON CONFLICT DO NOTHING RETURNING id
"""
FORGET_NUMBER = """
UPDATE listed_customer SET account_id = NULL, fresh = false WHERE fresh AND account_id <> ALL(%(ids)s)
"""

KEYS_OF_NEW = """
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT %(vendor)s, key, account_id FROM listed_customer, unnest(keys) AS key WHERE fresh
ORDER BY key, account_id ON CONFLICT DO NOTHING
"""
KEYS_OF_KNOWN = """
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT DISTINCT %(vendor)s::bigint, key, account_id FROM listed_customer, unnest(keys) AS key
WHERE account_id IS NOT NULL AND NOT fresh ON CONFLICT DO NOTHING RETURNING account_id, key
"""
NOTE_KEYS = """
UPDATE imports_rowchange c SET extra = jsonb_build_object('keys', coalesce(c.extra->'keys', '[]') || k.keys)
FROM (
  SELECT account_id, jsonb_agg(key) AS keys FROM unnest(%(ids)s::bigint[], %(keys)s::text[]) AS p(account_id, key)
  GROUP BY account_id
) k WHERE c.run_id = %(run)s AND c.model = 'accounts.account' AND c.object_id = k.account_id
"""
FORGET_KEYS = """
DELETE FROM accounts_matchkey k USING (
  SELECT object_id, jsonb_array_elements_text(coalesce(extra->'keys', '[]')) AS key FROM imports_rowchange
  WHERE run_id = %(run)s AND model = 'accounts.account' AND object_id = ANY(%(ids)s)
) c
WHERE k.vendor_id = %(vendor)s AND k.key = c.key AND k.account_id = c.object_id
"""
FORGET_ALL_KEYS = "DELETE FROM accounts_matchkey WHERE vendor_id = %(vendor)s AND account_id = ANY(%(ids)s)"


def compare(run: Import, at: int, upto: int) -> None:
    """Find the account of each staged row between two lines, and its twins; mark what an import would do."""
    values = _values(run, at=at, upto=upto)
    with connection.cursor() as cursor:
        for statement in (OPEN, FIND, TWINS, CHANGES, MARK):
            cursor.execute(statement, values)
    name_twins(run, _("The same customer as in line %(line)s.") % {"line": "{line}"})


def merge(run: Import, at: int, upto: int) -> None:
    """Make accounts of the staged rows between two lines, or add to them; note what changed, for undoing it."""
    values = _values(run, at=at, upto=upto)
    with connection.cursor() as cursor:
        for statement in (OPEN, FIND, CHANGES):
            cursor.execute(statement, values)
        _update(run, cursor, values)
        _insert(run, cursor, values)
        cursor.execute(FIND, values)  # what another transaction made between our look and our insert
        cursor.execute(KEYS_OF_NEW, values)
        cursor.execute(KEYS_OF_KNOWN, values)
        added = cursor.fetchall()
        note_changing(run, Account, {pk for pk, _key in added})
        cursor.execute(NOTE_KEYS, {**values, "ids": [pk for pk, _key in added], "keys": [key for _pk, key in added]})
        cursor.execute(MARK, values)


def _update(run: Import, cursor: Any, values: dict[str, Any]) -> None:
    cursor.execute("SELECT DISTINCT account_id FROM listed_customer WHERE changes")
    ids = [pk for (pk,) in cursor.fetchall()]
    note_changing(run, Account, ids)
    cursor.execute(UPDATE, {**values, "ids": ids})


def _insert(run: Import, cursor: Any, values: dict[str, Any]) -> None:
    cursor.execute(NUMBER, values)
    cursor.execute(INSERT, values)
    ids = [pk for (pk,) in cursor.fetchall()]
    note_made(run, Account, ids)
    cursor.execute(FORGET_NUMBER, {"ids": ids})


def forget_keys(run: Import, removed: Sequence[int], restored: Sequence[int]) -> None:
    """Delete all match keys of accounts that go, and of others those that the import added."""
    values = _values(run, ids=list(restored))
    with connection.cursor() as cursor:
        cursor.execute(FORGET_KEYS, values)
        cursor.execute(FORGET_ALL_KEYS, {**values, "ids": list(removed)})


def _values(run: Import, **further: Any) -> dict[str, Any]:
    return {"run": run.pk, "vendor": run.vendor_id, "origin": str(AccountOrigin.CUSTOMER), **further}
