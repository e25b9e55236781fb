"""The control of `bench.one_winner`: the statements that the product sends, replayed bare.

One first and one later registration with their approvals are recorded as the product runs them: SQL text and values.
The replay sends the same text with psycopg2, from as many threads behind the same barriers, with the same commits; of
the values it exchanges only those that belong to one registration (customer and its match keys, reference, tenant's
and row's ids). It fetches what the product fetches and makes nothing of it: no models, no rules, no matching, no bell.
What the race decides, it decides as the product does: who finds no account creates it, who gets no protection rolls
its approval back.
"""

from __future__ import annotations

import contextlib
import statistics
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg2
import psycopg2.extras
from django.db import connection

from accounts.candidate_keys import match_keys, sure_keys
from accounts.naming import normalise_name
from bench.one_winner import Field, Race, make_field, race, registration, run_at_once
from dealreg.models import Deal
from dealreg.services import approve_deal, register_deal
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import RuleViolation

# Rows are numbered from far apart, so that a number in a statement tells what it is the number of.
FAR_APART = {
    "dealreg_deal": 11_000_000_000,
    "accounts_account": 12_000_000_000,
    "partners_partner": 13_000_000_000,
    "partners_enrollment": 14_000_000_000,
    "people_person": 15_000_000_000,
    "partners_seat": 16_000_000_000,
}
FIND, CREATE, CLAIM = "SELECT a.id, a.name", "INSERT INTO accounts_account", "INSERT INTO dealreg_protection"


def number_far_apart() -> None:
    """Let the next rows have numbers that no other table has."""
    with connection.cursor() as cursor:
        for table, start in FAR_APART.items():
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, nextval(pg_get_serial_sequence(%s, 'id'))))",
                [table, start, table],
            )


@dataclass(frozen=True)
class Said:
    """A statement that the product sent, with its values; those of one registration are `Own`."""

    sql: str
    values: Any


@dataclass(frozen=True)
class Own:
    """Stands for a value that each registration has of its own."""

    name: str


@dataclass(frozen=True)
class Script:
    """The statements of one registration and of its approval."""

    register: list[Said]
    approve: list[Said]


def record_script(taking_part: Field, seller: int, account: int) -> Script:
    """Register and approve once through the services, noting every statement."""
    register: list[tuple[str, Any]] = []
    approve: list[tuple[str, Any]] = []
    with connection.execute_wrapper(_note_in(register)):
        deal = register_deal(actor=taking_part.sellers[seller], registration=registration(taking_part, seller, account))
    with connection.execute_wrapper(_note_in(approve)), contextlib.suppress(RuleViolation):
        approve_deal(actor=taking_part.approver, deal=deal, overtake_reason="a race")
    own = {**own_values(taking_part, seller, account), **_given_by_database(deal)}
    return Script([_with_own(said, own) for said in register], [_with_own(said, own) for said in approve])


def _note_in(said: list[tuple[str, Any]]) -> Callable[..., Any]:
    def listen(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        said.append((sql, values))
        return execute(sql, values, many, context)

    return listen


def own_values(taking_part: Field, seller: int, account: int) -> dict[str, Any]:
    """Return what is known of a registration before it is sent."""
    actor, enrollment = taking_part.sellers[seller], taking_part.enrollments[seller]
    given = registration(taking_part, seller, account)
    return {
        "person": actor.person_id,
        "seat": actor.seat_id,
        "partner": enrollment.partner_id,
        "enrollment": enrollment.pk,
        "customer": given.customer_name,
        "normalised": normalise_name(given.customer_name),
        "domain": registrable_domain(given.customer_domain),
        "keys": sorted(match_keys(given.customer)),
        "sure": sure_keys(given.customer),
    }


def _given_by_database(deal: Deal) -> dict[str, Any]:
    return {"deal": deal.pk, "account": deal.account_id, "reference": deal.reference, "submission": deal.submission}


def _with_own(said: tuple[str, Any], own: dict[str, Any]) -> Said:
    def replaced(value: Any) -> Any:
        return next((Own(name) for name, mine in own.items() if type(mine) is type(value) and mine == value), value)

    sql, values = said
    if isinstance(values, dict):
        return Said(sql, {name: replaced(value) for name, value in values.items()})
    return Said(sql, [replaced(value) for value in values or ()])


class Bare:
    """Replays a first and a later registration; made once, then used by many threads."""

    def __init__(self, taking_part: Field, accounts: int, offset: int) -> None:
        self._first = record_script(taking_part, 0, offset)
        self._later = record_script(taking_part, 1, offset)
        sellers = range(len(taking_part.sellers))
        self._own = {
            (seller, account): own_values(taking_part, seller, offset + 1 + account)
            for seller in sellers
            for account in range(accounts)
        }
        self._parameters = connection.get_connection_params()
        self._parameters.pop("cursor_factory", None)
        self._local = threading.local()

    def turn(self, seller: int, account: int) -> tuple[str, ...]:
        """Register and try to approve."""
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg2.connect(**self._parameters)
            psycopg2.extras.register_uuid(conn_or_curs=self._local.connection)
        own = {**self._own[seller, account], "reference": f"B-{uuid.uuid4().hex[:12]}", "submission": uuid.uuid4()}
        with self._local.connection.cursor() as cursor:
            self._register(cursor, own)
            self._local.connection.commit()
            won = self._approve(cursor, own)
            (self._local.connection.commit if won else self._local.connection.rollback)()
        return ("registered",) if won else ("registered", "refused")

    def close(self) -> None:
        """Close the thread's connection."""
        self._local.connection.close()

    def _register(self, cursor: Any, own: dict[str, Any]) -> None:
        script = self._resolve(cursor, own)
        for said in script:
            rows = self._send(cursor, said, own)
            if said.sql.startswith('INSERT INTO "dealreg_deal" '):
                own["deal"] = rows[0][0]

    def _resolve(self, cursor: Any, own: dict[str, Any]) -> list[Said]:
        """Send the statements up to where the account is known; return those that follow."""
        at = next(place for place, said in enumerate(self._first.register) if FIND in said.sql)
        create = self._first.register[at + 1]
        assert CREATE in create.sql
        for said in self._first.register[:at]:
            self._send(cursor, said, own)
        while True:
            found = self._send(cursor, self._first.register[at], own)
            if found:
                own["account"] = found[0][0]
                return self._later.register[at + 1 :]
            made = self._send(cursor, create, own)
            if made:
                own["account"] = made[0][0]
                return self._first.register[at + 2 :]

    def _approve(self, cursor: Any, own: dict[str, Any]) -> bool:
        for said in self._later.approve:
            self._send(cursor, said, own)
            if CLAIM in said.sql and cursor.rowcount:
                return True
        return False

    def _send(self, cursor: Any, said: Said, own: dict[str, Any]) -> list[tuple[Any, ...]]:
        if isinstance(said.values, dict):
            values: Any = {name: _mine(value, own) for name, value in said.values.items()}
        else:
            values = [_mine(value, own) for value in said.values]
        cursor.execute(said.sql, values)
        return list(cursor.fetchall()) if cursor.description else []


def _mine(value: Any, own: dict[str, Any]) -> Any:
    return own[value.name] if isinstance(value, Own) else value


def bare_race(taking_part: Field, accounts: int, offset: int) -> Race:
    """Run the control on accounts of its own."""
    bare, result = Bare(taking_part, accounts, offset), Race()
    result.seconds = run_at_once(len(taking_part.sellers), accounts, bare.turn, result, bare.close)
    result.owners = result.registrations - result.refused
    return result


MOST_RATIO = 4.0


def measure_winner(partners: int, accounts: int) -> tuple[dict[str, Any], bool]:
    """Race the services against their bare statements, in turn, three times; return figures and whether all held."""
    number_far_apart()
    races: list[tuple[Race, Race]] = []
    share = max(1, accounts // 4)
    for size in (share, share, accounts):
        services = race(make_field(partners), size)
        races.append((services, bare_race(make_field(partners), size, 10_000_000)))
        ratio = services.seconds / races[-1][1].seconds
        print(
            f"  {partners} partners, {size} accounts: {services.seconds:.1f} s, bare {races[-1][1].seconds:.1f} s, {ratio:.2f} ×"
        )
    full, bare = races[-1]
    ratio = statistics.median(one.seconds / other.seconds for one, other in races)
    errors = [error for one, other in races for error in (*one.errors, *other.errors)]
    held = full.owners == accounts and bare.owners == accounts and not errors and ratio <= MOST_RATIO
    print(
        f"  {'ok  ' if held else 'MISS'} {full.registrations} registrations of {accounts} accounts: {full.owners} owners, "
        f"{full.refused} refused, {len(errors)} errors seen; {ratio:.2f} × the bare statements (at most {MOST_RATIO:.0f})"
    )
    for error in errors[:5]:
        print(f"       {error}")
    figures = {
        "partners": partners,
        "accounts": accounts,
        "owners": full.owners,
        "refused": full.refused,
        "errors": errors[:20],
        "seconds": round(full.seconds, 1),
        "bare_seconds": round(bare.seconds, 1),
        "ratio": round(ratio, 2),
    }
    return figures, held
