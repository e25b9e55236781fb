"""A vendor's own accounts that look alike: candidates by equality on match keys, set-based, then scored in batches.

Keys are read in their own order, so that those of one text stand together and nothing is sorted. A key with many
holders says little and costs their square: first all keys are counted by how many hold them, then the greatest number
is taken with which the work stays bounded (`PER_ACCOUNT` pairs for each account). Above it only domains and company
numbers count, each holder with the next. Each step commits with its checkpoint, and is taken up from there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.identities import IDENTITY_COLUMNS, Identity
from accounts.matching import Band, Bands, compare
from accounts.models import Account, AccountPair
from accounts.thresholds import thresholds_of

if TYPE_CHECKING:
    from jobs.models import Job
    from jobs.work import Work

SLICE = 400_000
"""Keys that are read at once."""
BATCH = 10_000
"""Pairs that are scored at once."""
PER_ACCOUNT = 3
"""So many pairs are compared for each account, on average and at most."""
MOST_HOLDERS = 40

UPTO = """
SELECT key FROM accounts_matchkey WHERE vendor_id = %(vendor)s AND key > %(after)s ORDER BY key OFFSET %(slice)s LIMIT 1
"""
WITHIN = "vendor_id = %(vendor)s AND key > %(after)s AND (%(upto)s::text IS NULL OR key <= %(upto)s)"
COUNT = f"""
SELECT holders, count(*) FROM (
  SELECT count(*) AS holders FROM accounts_matchkey WHERE {WITHIN} GROUP BY key HAVING count(*) > 1
) AS held GROUP BY holders
"""  # noqa: S608  (only constants are put in)
PAIR = f"""
INSERT INTO accounts_candidatepair (job_id, low_id, high_id)
SELECT %(job)s, ids[i], ids[j] FROM (
  SELECT array_agg(account_id ORDER BY account_id) AS ids FROM accounts_matchkey
  WHERE {WITHIN} GROUP BY key HAVING count(*) BETWEEN 2 AND %(most)s
) AS held, generate_series(1, cardinality(ids) - 1) AS i, generate_series(i + 1, cardinality(ids)) AS j
UNION
SELECT %(job)s, account_id, following FROM (
  SELECT account_id, lead(account_id) OVER (PARTITION BY key ORDER BY account_id) AS following FROM accounts_matchkey
  WHERE {WITHIN} AND left(key, 2) IN ('d:', 'r:', 'v:')
) AS sure WHERE following IS NOT NULL
ON CONFLICT DO NOTHING
"""  # noqa: S608  (only constants are put in)
# In the order of the primary key, so that neither a nested loop's randomness nor a sort decides how long it takes.
NEXT = f"""
SELECT c.low_id, c.high_id, {", ".join(f"one.{column}" for column in IDENTITY_COLUMNS)},
  {", ".join(f"other.{column}" for column in IDENTITY_COLUMNS)}
FROM (
  SELECT low_id, high_id FROM accounts_candidatepair
  WHERE job_id = %(job)s AND (low_id, high_id) > (%(low)s, %(high)s) ORDER BY low_id, high_id LIMIT %(batch)s
) AS c
JOIN accounts_account one ON one.id = c.low_id JOIN accounts_account other ON other.id = c.high_id
ORDER BY c.low_id, c.high_id
"""  # noqa: S608  (only columns' names are put in)
LAST = """
SELECT low_id, high_id, count(*) OVER () FROM (
  SELECT low_id, high_id FROM accounts_candidatepair
  WHERE job_id = %(job)s AND (low_id, high_id) > (%(low)s, %(high)s) ORDER BY low_id, high_id LIMIT %(batch)s
) AS c ORDER BY low_id DESC, high_id DESC LIMIT 1
"""
KEEP = """
INSERT INTO accounts_accountpair AS known (vendor_id, low_id, high_id, score, band, verdict, found_at, found_by_id)
SELECT %(vendor)s, *, 'open', now(), %(job)s
FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[], %(scores)s::int[], %(bands)s::text[])
ON CONFLICT (low_id, high_id) DO UPDATE SET score = excluded.score, band = excluded.band, found_by_id = %(job)s
WHERE known.verdict = 'open'
"""
FORGET = """
DELETE FROM accounts_candidatepair WHERE job_id = %(job)s AND (low_id, high_id) <= (%(low)s, %(high)s)
"""


def holders_at_most(held: Mapping[int, int], accounts: int) -> int:
    """Return how many accounts may share a key for it to count: as many as the work for all allows, two at least.

    held: how many keys have so many holders.
    """
    budget, most = PER_ACCOUNT * accounts, 2
    for holders in range(2, MOST_HOLDERS + 1):
        budget -= held.get(holders, 0) * holders * (holders - 1) // 2
        if budget < 0:
            break
        most = holders
    return most


def check_accounts(work: Work) -> None:
    """Find the pairs among the accounts of the job's vendor that its thresholds call the same or for review."""
    steps = {"count": _count_some, "pair": _pair_some, "score": _score_some}
    while (step := work.checkpoint.setdefault("step", "count")) != "done":
        steps[step](work)


def forget_candidates(job: Job) -> None:
    """Forget what a check that has ended would still have compared."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_candidatepair WHERE job_id = %s", [job.pk])


def _slice(cursor: Any, work: Work) -> dict[str, Any]:
    values = {"vendor": work.job.vendor_id, "after": work.checkpoint.get("after", ""), "slice": SLICE}
    cursor.execute(UPTO, values)
    found = cursor.fetchone()
    return values | {"upto": found[0] if found else None, "job": work.job.pk}


def _turn(work: Work, upto: str | None, following: str) -> None:
    work.checkpoint["after"] = upto or ""
    if upto is None:
        work.checkpoint["step"] = following


def _count_some(work: Work) -> None:
    work.total(None)
    with work.chunk(), connection.cursor() as cursor:
        values = _slice(cursor, work)
        cursor.execute(COUNT, values)
        held = Counter({int(holders): count for holders, count in work.checkpoint.get("held", {}).items()})
        held.update(dict(cursor.fetchall()))
        work.checkpoint["held"] = {str(holders): count for holders, count in held.items() if holders <= MOST_HOLDERS}
        _turn(work, values["upto"], "pair")
        if work.checkpoint["step"] == "pair":
            accounts = Account.objects.filter(vendor_id=work.job.vendor_id or 0).count()
            work.figures["accounts"] = accounts
            work.checkpoint["most"] = holders_at_most(held, accounts)


def _pair_some(work: Work) -> None:
    with work.chunk(), connection.cursor() as cursor:
        values = _slice(cursor, work) | {"most": work.checkpoint["most"]}
        cursor.execute(PAIR, values)
        work.checkpoint["pairs"] = work.checkpoint.get("pairs", 0) + cursor.rowcount
        _turn(work, values["upto"], "score")
        if work.checkpoint["step"] == "score":
            work.total(work.checkpoint["pairs"])


def _score_some(work: Work) -> None:
    low, high = work.checkpoint.get("at", (0, 0))
    values = {"vendor": work.job.vendor_id, "job": work.job.pk, "low": low, "high": high, "batch": BATCH}
    with work.chunk(), connection.cursor() as cursor:
        cursor.execute(LAST, values)
        last = cursor.fetchone()
        if last is None:
            work.checkpoint["step"] = "done"
            work.figures["alike"] = _finish(work)
            return
        cursor.execute(NEXT, values)
        _keep(cursor, values, cursor.fetchall(), thresholds_of(work.actor).bands)
        cursor.execute(FORGET, values | {"low": last[0], "high": last[1]})
        work.checkpoint["at"] = [last[0], last[1]]
        work.advance(last[2])


def _keep(cursor: Any, values: dict[str, Any], rows: list[Any], bands: Bands) -> None:
    """Score pairs and keep those that a person should see."""
    half = 2 + len(IDENTITY_COLUMNS)
    found = []
    for low, high, *written in rows:
        match = compare(Identity(*written[: half - 2]), Identity(*written[half - 2 :]), bands)
        if match.band is not Band.DIFFERENT:
            found.append((low, high, match.score, str(match.band)))
    if found:
        lows, highs, scores, names = (list(column) for column in zip(*found, strict=True))
        cursor.execute(KEEP, values | {"lows": lows, "highs": highs, "scores": scores, "bands": names})


def _finish(work: Work) -> int:
    """Forget what an earlier check found and this one didn't; returns how many pairs wait."""
    waiting = AccountPair.objects.filter(vendor_id=work.job.vendor_id or 0).open()
    waiting.exclude(found_by=work.job).delete()
    return waiting.count()
