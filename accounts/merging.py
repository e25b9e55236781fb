"""Lists become accounts, in SQL: rows are staged, told apart, then merged chunk by chunk; and all of it can be undone.

Every statement works on one import's staged rows or changes. Callers give the transaction.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.enums import AccountOrigin
from accounts.models import Account, AccountChange, MatchKey
from accounts.reading import CustomerRow, RefusedRow

if TYPE_CHECKING:
    from accounts.models import AccountImport

CHUNK = 2000

COLUMNS = "run_id, line, name, normalised, country, domain, city, external_id, owner_name, further, keys, cells, reason"
COPY = (
    f"COPY accounts_stagedrow ({COLUMNS}, fresh) FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL"
    " (name, normalised, country, domain, city, external_id, owner_name, reason))"
)

IMAGE = """jsonb_build_object('name', a.name, 'normalised_name', a.normalised_name, 'country', a.country,
  'domain', a.domain, 'city', a.city, 'external_id', a.external_id, 'owner_name', a.owner_name, 'origin', a.origin,
  'further', a.further)"""

# The rows of a chunk that may become accounts.
GOOD = "s.run_id = %(run)s AND s.line > %(at)s AND s.line <= %(upto)s AND s.reason = ''"

# By joins, so that the planner may hash a long list; `<> ''` lets it use the partial index over domains.
FIND = f"""
UPDATE accounts_stagedrow s SET account_id = coalesce(d.id, n.id)
FROM accounts_stagedrow t
LEFT JOIN accounts_account d ON d.vendor_id = %(vendor)s AND d.domain = t.domain AND d.domain <> ''
LEFT JOIN accounts_account n
  ON n.vendor_id = %(vendor)s AND n.normalised_name = t.normalised AND n.country = t.country
WHERE t.run_id = %(run)s AND t.line > %(at)s AND t.line <= %(upto)s AND t.line = s.line AND {GOOD}
"""  # noqa: S608  (all of it is ours)
FIND_MISSING = f"{FIND} AND s.account_id IS NULL"

# Of rows for the same customer the first counts; the others name it.
TWINS = """
UPDATE accounts_stagedrow s SET twin = t.twin FROM (
  SELECT line, least(
    CASE WHEN domain <> '' THEN min(line) OVER (PARTITION BY domain) ELSE line END,
    CASE WHEN account_id IS NOT NULL THEN min(line) OVER (PARTITION BY account_id) ELSE line END,
    min(line) OVER (PARTITION BY normalised, country)) AS twin
  FROM accounts_stagedrow WHERE run_id = %(run)s AND reason = ''
) t WHERE s.run_id = %(run)s AND t.line = s.line AND t.twin < s.line
"""

CHANGED = """(
  a.origin <> %(origin)s OR s.city NOT IN ('', a.city) OR s.external_id NOT IN ('', a.external_id)
  OR s.owner_name NOT IN ('', a.owner_name) OR NOT a.further @> s.further
  OR (a.domain = '' AND s.domain <> '' AND NOT EXISTS (
    SELECT FROM accounts_account o WHERE o.vendor_id = a.vendor_id AND o.domain = s.domain AND o.domain <> '')))"""

EXPECT = f"""
SELECT count(*) FILTER (WHERE a.id IS NULL), count(*) FILTER (WHERE a.id IS NOT NULL AND {CHANGED}), count(*)
FROM accounts_stagedrow s LEFT JOIN accounts_account a ON a.id = s.account_id
WHERE s.run_id = %(run)s AND s.reason = ''
"""  # noqa: S608

ONE_EACH = f"""(
  SELECT DISTINCT ON (s.account_id) s.* FROM accounts_stagedrow s WHERE {GOOD} AND s.account_id IS NOT NULL
  ORDER BY s.account_id, s.line
)"""  # noqa: S608

REMEMBER = f"""
WITH touched AS (
  SELECT a.* FROM accounts_account a JOIN {ONE_EACH} s ON s.account_id = a.id WHERE {CHANGED}
  ORDER BY a.id FOR UPDATE OF a
)
INSERT INTO accounts_accountchange (run_id, account_id, before, keys)
SELECT %(run)s, a.id, {IMAGE}, '{{}}' FROM touched a ON CONFLICT (run_id, account_id) DO NOTHING
"""  # noqa: S608

UPDATE = f"""
UPDATE accounts_account a SET
  origin = %(origin)s, city = coalesce(nullif(s.city, ''), a.city),
  external_id = coalesce(nullif(s.external_id, ''), a.external_id),
  owner_name = coalesce(nullif(s.owner_name, ''), a.owner_name), further = a.further || s.further,
  domain = CASE WHEN a.domain = '' AND NOT EXISTS (
    SELECT FROM accounts_account o WHERE o.vendor_id = a.vendor_id AND o.domain = s.domain AND o.domain <> ''
  ) THEN s.domain ELSE a.domain END
FROM {ONE_EACH} s WHERE a.id = s.account_id AND {CHANGED}
"""  # noqa: S608

# Numbers are given first, so that no join over names is needed: without figures about fresh rows the planner would
# compare each row with each.
NUMBER = f"""
UPDATE accounts_stagedrow s SET account_id = nextval(pg_get_serial_sequence('accounts_account', 'id')), fresh = true
WHERE {GOOD} AND s.account_id IS NULL
"""  # noqa: S608
INSERT = f"""
WITH made AS (
  INSERT INTO accounts_account
    (id, vendor_id, name, normalised_name, country, domain, city, external_id, owner_name, origin, further, created_at)
  SELECT account_id, %(vendor)s, name, normalised, country, domain, city, external_id, owner_name, %(origin)s, further,
    now()
  FROM accounts_stagedrow s WHERE {GOOD} AND s.fresh ORDER BY normalised, country
  ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO accounts_accountchange (run_id, account_id, keys) SELECT %(run)s, id, '{{}}' FROM made
"""  # noqa: S608
FORGET_NUMBER = f"""
UPDATE accounts_stagedrow s SET account_id = NULL, fresh = false
WHERE {GOOD} AND s.fresh AND NOT EXISTS (SELECT FROM accounts_account a WHERE a.id = s.account_id)
"""  # noqa: S608

KEYS_OF_NEW = f"""
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT %(vendor)s, key, s.account_id FROM accounts_stagedrow s, unnest(s.keys) AS key
WHERE {GOOD} AND s.fresh ON CONFLICT DO NOTHING
"""  # noqa: S608

KEYS_OF_KNOWN = f"""
WITH added AS (
  INSERT INTO accounts_matchkey (vendor_id, key, account_id)
  SELECT DISTINCT %(vendor)s::bigint, key, s.account_id FROM accounts_stagedrow s, unnest(s.keys) AS key
  WHERE {GOOD} AND s.account_id IS NOT NULL AND NOT s.fresh
  ON CONFLICT DO NOTHING RETURNING account_id, key
), per_account AS (SELECT account_id, array_agg(key) AS keys FROM added GROUP BY account_id)
INSERT INTO accounts_accountchange (run_id, account_id, before, keys)
SELECT %(run)s, a.id, {IMAGE}, p.keys FROM per_account p JOIN accounts_account a ON a.id = p.account_id
ON CONFLICT (run_id, account_id) DO UPDATE SET keys = accounts_accountchange.keys || excluded.keys
"""  # noqa: S608

AFTER = f"""
UPDATE accounts_accountchange c SET after = {IMAGE} FROM accounts_account a, accounts_stagedrow s
WHERE {GOOD} AND c.run_id = %(run)s AND c.account_id = s.account_id AND a.id = s.account_id
"""  # noqa: S608


@dataclass(slots=True)
class Merged:
    """What became of a chunk's rows."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0


def stage(run: AccountImport, rows: Sequence[CustomerRow | RefusedRow]) -> None:
    """Write rows of the list into the staging table, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, _as_csv(run.pk, rows))


def _as_csv(run_id: int, rows: Sequence[CustomerRow | RefusedRow]) -> io.StringIO:
    lines = io.StringIO()
    writer = csv.writer(lines)
    for row in rows:
        cells = json.dumps(list(row.cells))
        if isinstance(row, RefusedRow):
            text = row.text.replace("\x00", "")
            writer.writerow(
                [run_id, row.line, text, *[""] * 6, "{}", "{}", cells.replace("\\u0000", ""), row.reason, "f"]
            )
            continue
        keys = "{" + ",".join('"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in row.keys) + "}"
        own = [row.name, row.normalised, row.country, row.domain, row.city, row.external_id, row.owner_name]
        writer.writerow([run_id, row.line, *own, json.dumps(row.further), keys, cells, "", "f"])
    lines.seek(0)
    return lines


def tell_apart(run: AccountImport) -> dict[str, int]:
    """Find each staged row's account and its twins; return what an import would do: new, changed, unchanged, refused.

    Set-based over all of the import's rows; four statements.
    """
    values = _values(run, 0, 2**31 - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_stagedrow")  # without figures the planner joins row by row: 12 times slower
        cursor.execute(FIND, values)
        cursor.execute(TWINS, values)
        words = _("The same customer as in line %(line)s.") % {"line": "{line}"}
        cursor.execute(
            "UPDATE accounts_stagedrow SET reason = replace(%s, '{line}', twin::text)"
            " WHERE run_id = %s AND twin IS NOT NULL",
            [words, run.pk],
        )
        cursor.execute(EXPECT, values)
        new, changed, good = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM accounts_stagedrow WHERE run_id = %s", [run.pk])
        (every,) = cursor.fetchone()
    return {"new": new, "changed": changed, "unchanged": good - new - changed, "refused": every - good, "rows": every}


def next_line(run: AccountImport, at: int) -> int | None:
    """Return the last line of the chunk after line `at`; None when there is none."""
    lines = run.staged.filter(line__gt=at).order_by("line").values_list("line", flat=True)[:CHUNK]
    found = list(lines)
    return found[-1] if found else None


def merge(run: AccountImport, at: int, upto: int) -> Merged:
    """Make accounts of the staged rows after line `at` up to line `upto`; note what changed, for undoing it."""
    values = _values(run, at, upto)
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)
        cursor.execute(REMEMBER, values)
        cursor.execute(UPDATE, values)
        updated = cursor.rowcount
        cursor.execute(NUMBER, values)
        cursor.execute(INSERT, values)
        created = cursor.rowcount
        cursor.execute(FORGET_NUMBER, values)
        cursor.execute(FIND_MISSING, values)  # what another transaction made between our look and our insert
        cursor.execute(KEYS_OF_NEW, values)
        cursor.execute(KEYS_OF_KNOWN, values)
        cursor.execute(AFTER, values)
        cursor.execute(f"SELECT count(*) FROM accounts_stagedrow s WHERE {GOOD}", values)  # noqa: S608
        (good,) = cursor.fetchone()
    rows = run.staged.filter(line__gt=at, line__lte=upto).count()
    return Merged(rows=rows, created=created, updated=updated, unchanged=good - created - updated)


def _values(run: AccountImport, at: int, upto: int) -> dict[str, Any]:
    return {
        "run": run.pk,
        "vendor": run.vendor_id,
        "origin": str(AccountOrigin.CUSTOMER),
        "at": at,
        "upto": upto,
    }


# -- Undoing

CHANGES = f"""
SELECT c.account_id, a.name, c.before IS NULL, a.id IS NOT NULL AND {IMAGE} = c.after
FROM accounts_accountchange c LEFT JOIN accounts_account a ON a.id = c.account_id
WHERE c.run_id = %(run)s AND c.account_id > %(at)s ORDER BY c.account_id LIMIT %(limit)s
"""  # noqa: S608

RESTORE = """
UPDATE accounts_account a SET
  country = c.before->>'country', domain = c.before->>'domain', city = c.before->>'city',
  external_id = c.before->>'external_id', owner_name = c.before->>'owner_name', origin = c.before->>'origin',
  further = c.before->'further'
FROM accounts_accountchange c WHERE c.run_id = %(run)s AND c.account_id = a.id AND a.id = ANY(%(ids)s)
"""
FORGET_KEYS = """
DELETE FROM accounts_matchkey k USING (
  SELECT account_id, unnest(keys) AS key FROM accounts_accountchange
  WHERE run_id = %(run)s AND account_id = ANY(%(ids)s)
) c
WHERE k.vendor_id = %(vendor)s AND k.key = c.key AND k.account_id = c.account_id
"""


@dataclass(slots=True)
class Reverted:
    """What became of a chunk's changes. kept: account, name and reason of each that stays as it is."""

    upto: int
    removed: int
    restored: int
    kept: list[tuple[int, str, str]]


def revert(run: AccountImport, at: int) -> Reverted | None:
    """Undo a chunk of an import's changes, those of accounts after id `at`; None when there are none.

    An account goes back to what it was where it still is as the import left it. One that the import made goes, unless
    something refers to it by now, such as a deal.
    """
    values: dict[str, Any] = {"run": run.pk, "vendor": run.vendor_id, "at": at, "limit": CHUNK}
    with connection.cursor() as cursor:
        cursor.execute(CHANGES, values)
        ids = [row[0] for row in cursor.fetchall()]
        if not ids:
            return None
        # Locked first, looked at afterwards: what is decided here is still so at the commit.
        cursor.execute("SELECT id FROM accounts_account WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [ids])
        cursor.execute(CHANGES, values)
        rows = cursor.fetchall()
        used = _referred_to(cursor, [pk for pk, _name, made, same in rows if made and same])
        remove = [pk for pk, _name, made, same in rows if made and same and pk not in used]
        restore = [pk for pk, _name, made, same in rows if same and not made]
        if restore:
            cursor.execute(RESTORE, {**values, "ids": restore})
            cursor.execute(FORGET_KEYS, {**values, "ids": restore})
        cursor.execute(
            "DELETE FROM accounts_matchkey WHERE vendor_id = %s AND account_id = ANY(%s)", [run.vendor_id, remove]
        )
        cursor.execute("DELETE FROM accounts_account WHERE id = ANY(%s)", [remove])
    AccountChange.objects.filter(run=run, account_id__in=ids).delete()
    kept = [(pk, name or "", _why(same=same)) for pk, name, made, same in rows if not same or pk in used]
    return Reverted(ids[-1], len(remove), len(restore), kept)


def _why(*, same: bool) -> str:
    return _("Deals or other records refer to it by now.") if same else _("It was changed since, or is gone.")


def _referred_to(cursor: Any, ids: list[int]) -> set[int]:
    """Return those accounts that a row of another model refers to, whichever app has it."""
    found: set[int] = set()
    quoted = connection.ops.quote_name
    relations: tuple[Any, ...] = tuple(Account._meta.get_fields(include_hidden=True))
    for relation in relations:
        model = relation.related_model
        if not (relation.auto_created and not relation.concrete) or model is MatchKey or not ids:
            continue
        column = relation.field.column
        query = f"SELECT DISTINCT {quoted(column)} FROM {quoted(model._meta.db_table)} WHERE {quoted(column)} = ANY(%s)"  # noqa: S608
        cursor.execute(query, [ids])
        found |= {row[0] for row in cursor.fetchall()}
    return found
