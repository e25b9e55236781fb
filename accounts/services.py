"""Writes to accounts: the import of a vendor's existing customers."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import AccountOrigin, ImportState
from accounts.events import ACCOUNTS_IMPORTED
from accounts.models import AccountImport
from accounts.permissions import IMPORT_ACCOUNTS
from accounts.reading import CustomerRow, RefusedRow
from prm.kernel.errors import Conflict, Forbidden
from prm.kernel.recording import record

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

CHUNK = 2000
MOST_ERRORS_KEPT = 1000

STAGE = """
CREATE TEMPORARY TABLE IF NOT EXISTS account_staging (
  line integer, name text, normalised text, country text, domain text, city text, external_id text, owner_name text,
  further jsonb, keys text[], account_id bigint, fresh boolean NOT NULL DEFAULT false, twin integer
) ON COMMIT DELETE ROWS
"""

# Of rows for the same customer the first counts; the others name it.
TWINS = """
UPDATE account_staging s SET twin = t.twin FROM (
  SELECT line, least(
    CASE WHEN domain <> '' THEN min(line) OVER (PARTITION BY domain) ELSE line END,
    min(line) OVER (PARTITION BY normalised, country)) AS twin
  FROM account_staging
) t WHERE t.line = s.line AND t.twin < s.line
"""

FIND = """
UPDATE account_staging s SET account_id = coalesce(
  (SELECT a.id FROM accounts_account a WHERE a.vendor_id = %(vendor)s AND s.domain <> '' AND a.domain = s.domain),
  (SELECT a.id FROM accounts_account a
   WHERE a.vendor_id = %(vendor)s AND a.normalised_name = s.normalised AND a.country = s.country))
WHERE s.twin IS NULL
"""

UPDATE = """
UPDATE accounts_account a SET
  origin = %(origin)s, city = coalesce(nullif(s.city, ''), a.city),
  external_id = coalesce(nullif(s.external_id, ''), a.external_id),
  owner_name = coalesce(nullif(s.owner_name, ''), a.owner_name), further = a.further || s.further,
  domain = CASE WHEN a.domain = '' AND NOT EXISTS (
    SELECT FROM accounts_account o WHERE o.vendor_id = a.vendor_id AND o.domain = s.domain
  ) THEN s.domain ELSE a.domain END
FROM (SELECT DISTINCT ON (account_id) * FROM account_staging WHERE account_id IS NOT NULL ORDER BY account_id, line) s
WHERE a.id = s.account_id AND (
  a.origin <> %(origin)s OR s.city NOT IN ('', a.city) OR s.external_id NOT IN ('', a.external_id)
  OR s.owner_name NOT IN ('', a.owner_name) OR NOT a.further @> s.further OR (a.domain = '' AND s.domain <> ''))
"""

INSERT = """
WITH made AS (
  INSERT INTO accounts_account
    (vendor_id, name, normalised_name, country, domain, city, external_id, owner_name, origin, further, created_at)
  SELECT %(vendor)s, name, normalised, country, domain, city, external_id, owner_name, %(origin)s, further, now()
  FROM account_staging WHERE account_id IS NULL AND twin IS NULL ORDER BY normalised, country
  ON CONFLICT DO NOTHING RETURNING id, normalised_name, country
)
UPDATE account_staging s SET account_id = made.id, fresh = true FROM made
WHERE made.normalised_name = s.normalised AND made.country = s.country AND s.twin IS NULL
"""

KEYS = """
INSERT INTO accounts_matchkey (vendor_id, key, account_id)
SELECT %(vendor)s, key, account_id FROM account_staging, unnest(keys) AS key WHERE account_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


@dataclass(slots=True)
class Progress:
    """How far an import is, in rows."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0


def import_accounts(
    *,
    actor: Actor,
    file_name: str,
    rows: Iterable[CustomerRow | RefusedRow],
    report: Callable[[Progress], None] = lambda _: None,
    refuse: Callable[[RefusedRow], None] = lambda _: None,
) -> AccountImport:
    """Load a vendor's existing customers; returns the run with its figures and up to 1,000 refused rows.

    Each 2,000 rows commit on their own: stopped half-way, the same file again carries on where it ended, since what
    is there is updated or left as it is. `report` is called after each chunk, `refuse` for each refused row.
    Records `account.imported`.

    Raises:
        Forbidden: the actor doesn't import accounts. Conflict: another import of this vendor is running.
    """
    if not actor.may(IMPORT_ACCOUNTS) or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Your role doesn't import accounts."))
    vendor_id = actor.vendor_id
    with _only_one(vendor_id):
        run = AccountImport.objects.create(vendor_id=vendor_id, file_name=file_name[-200:])
        progress = Progress()
        kept: list[dict[str, object]] = []
        try:
            for refused in _load(vendor_id, rows, progress, report):
                refuse(refused)
                if len(kept) < MOST_ERRORS_KEPT:
                    kept.append({"line": refused.line, "text": refused.text, "reason": refused.reason})
        except BaseException:
            _end(run, ImportState.FAILED, progress, kept)
            raise
        with transaction.atomic():
            _end(run, ImportState.DONE, progress, kept)
            facts = {"file": run.file_name, "created": run.created, "updated": run.updated, "refused": run.refused}
            record(ACCOUNTS_IMPORTED, actor=actor, subject=run, data=facts)
    return run


class _only_one:  # noqa: N801  (reads as a statement)
    """Holds the vendor's import lock for the length of a block."""

    def __init__(self, vendor_id: int) -> None:
        self.key = (0x61636374, vendor_id)  # "acct"

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", self.key)
            (held,) = cursor.fetchone()
        if not held:
            raise Conflict("import_running", _("Another import of this vendor is running. Wait for its end."))

    def __exit__(self, *_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", self.key)


def _load(
    vendor_id: int, rows: Iterable[CustomerRow | RefusedRow], progress: Progress, report: Callable[[Progress], None]
) -> Iterator[RefusedRow]:
    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        refused = [row for row in chunk if isinstance(row, RefusedRow)]
        good = [row for row in chunk if isinstance(row, CustomerRow)]
        with transaction.atomic():
            twins = _merge(vendor_id, good, progress)
        refused += twins
        progress.rows += len(chunk)
        progress.refused += len(refused)
        report(progress)
        yield from sorted(refused, key=lambda row: row.line)


def _merge(vendor_id: int, rows: list[CustomerRow], progress: Progress) -> list[RefusedRow]:
    values: dict[str, Any] = {"vendor": vendor_id, "origin": AccountOrigin.CUSTOMER}
    with connection.cursor() as cursor:
        cursor.execute(STAGE)
        cursor.execute("TRUNCATE account_staging")
        cursor.copy_expert(
            "COPY account_staging"
            " (line, name, normalised, country, domain, city, external_id, owner_name, further, keys)"
            " FROM STDIN WITH (FORMAT csv, FORCE_NOT_NULL (country, domain, city, external_id, owner_name))",
            _as_csv(rows),
        )
        cursor.execute("ANALYZE account_staging")  # without figures the planner joins row by row: 12 times slower
        cursor.execute(TWINS)
        cursor.execute(FIND, values)
        cursor.execute(UPDATE, values)
        updated = cursor.rowcount
        cursor.execute(INSERT, values)
        cursor.execute(KEYS, values)
        cursor.execute("SELECT line, name, twin FROM account_staging WHERE twin IS NOT NULL")
        twins = [
            RefusedRow(line, name, _("The same customer as in line %(line)d.") % {"line": twin})
            for line, name, twin in cursor.fetchall()
        ]
        cursor.execute("SELECT count(*) FROM account_staging WHERE fresh")
        (created,) = cursor.fetchone()
    progress.created += created
    progress.updated += updated
    progress.unchanged += len(rows) - len(twins) - created - updated
    return twins


def _as_csv(rows: list[CustomerRow]) -> io.StringIO:
    lines = io.StringIO()
    writer = csv.writer(lines)
    for row in rows:
        keys = "{" + ",".join('"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"' for key in row.keys) + "}"
        writer.writerow(
            [
                row.line,
                row.name,
                row.normalised,
                row.country,
                row.domain,
                row.city,
                row.external_id,
                row.owner_name,
                json.dumps(row.further),
                keys,
            ]
        )
    lines.seek(0)
    return lines


def _end(run: AccountImport, state: ImportState, progress: Progress, kept: list[dict[str, object]]) -> None:
    run.state, run.errors, run.ended_at = state, kept, timezone.now()
    run.rows, run.created, run.updated = progress.rows, progress.created, progress.updated
    run.unchanged, run.refused = progress.unchanged, progress.refused
    run.save()
