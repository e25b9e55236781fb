"""Books facts from outside that belong to an enrollment: once each, corrected by counter-entries.

`standing.intake.take_in` calls this in its transaction, one batch of a vendor's at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.facts.locating import Customer, CustomerFinder
from accounts.models import Account, SalesLine, SatisfactionAnswer, UsageReading
from partners.finding import EnrollmentFinder, Found
from partners.models import Enrollment
from standing.enums import Problem
from standing.intake import Intake, Outcome, Result, Row, Unknown

if TYPE_CHECKING:
    from uuid import UUID

Fact = SalesLine | UsageReading | SatisfactionAnswer
SHARED = ("enrollment_id", "day", "customer_name", "customer_domain", "customer_country")
NOBODY = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRow(Row):
    """A row that may name the end customer: by the CRM's id, domain, or name and country."""

    customer_name: str = ""
    customer_domain: str = ""
    customer_country: str = ""
    customer_id: str = ""

    @property
    def customer(self) -> Customer:
        """Whom it names."""
        return Customer(self.customer_name, self.customer_domain, self.customer_country, self.customer_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """How one model is booked.

    prepare: looks a batch up, and returns a function from row and fact that fills the model's own fields and returns
    its problems. compared: own fields that tell whether a row says something new. negated: fields whose sign a
    counter-entry turns.
    """

    model: type[Any]
    prepare: Callable[[Intake, Sequence[Any]], Callable[[Any, Any], list[str]]]
    compared: tuple[str, ...]
    negated: tuple[str, ...] = ()


@dataclass(slots=True)
class Ledger:
    """What stands under each number, and what a batch adds."""

    booking: Booking
    live: dict[tuple[str, str], Any] = field(default_factory=dict)
    turns: dict[tuple[str, str], int] = field(default_factory=dict)
    ended: dict[tuple[str, str], UUID | None] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)

    @classmethod
    def of(cls, booking: Booking, vendor_id: int, **condition: Any) -> Ledger:
        """Read what stands of a vendor's under the numbers that a condition chooses."""
        made = cls(booking)
        for row in booking.model.objects.filter(vendor_id=vendor_id, **condition).order_by("turn", "-n"):
            key = (row.source, row.external_id)
            made.turns[key] = row.turn
            if row.n > 0:
                made.live[key] = row
            else:
                made.live.pop(key, None)
                made.ended[key] = row.run
        return made

    def take_back(self, key: tuple[str, str], run: UUID | None = None) -> Any:
        """Write the counter-entry of what stands under a number, as part of an import; returns what stood."""
        stood = self.live.pop(key)
        values = {one.attname: getattr(stood, one.attname) for one in stood._meta.concrete_fields}
        for name in ("id", "recorded_at"):
            del values[name]
        for name in self.booking.negated:
            values[name] = None if values[name] is None else -values[name]
        self.rows.append(self.booking.model(**{**values, "n": -1, "run": run}))
        return stood

    def enter(self, fact: Any) -> None:
        """Write a fact under its number."""
        key = (fact.source, fact.external_id)
        fact.turn = self.turns[key] = self.turns.get(key, 0) + 1
        self.live[key] = fact
        self.rows.append(fact)

    def write(self) -> None:
        """Put it all into the database."""
        self.booking.model.objects.bulk_create(self.rows, batch_size=1000)


def book(booking: Booking, intake: Intake, rows: Sequence[CustomerRow]) -> tuple[list[Outcome], Ledger]:
    """Enter a batch into the ledger, which the caller writes; as `standing.intake.FactKind.book`."""
    ledger = Ledger.of(booking, intake.vendor_id, external_id__in={row.external_id for row in rows})
    draft = _drafter(booking, intake, rows)
    return [_book_one(ledger, row, draft, intake.run) for row in rows], ledger


def _book_one(
    ledger: Ledger, row: CustomerRow, draft: Callable[[Any], tuple[Any, list[str]]], run: UUID | None
) -> Outcome:
    key = (row.source, row.external_id)
    before = ledger.live.get(key)
    if row.cancelled:
        if before is None:
            return Outcome(external_id=row.external_id, result=Result.UNCHANGED)
        ledger.take_back(key, run)
        return Outcome(external_id=row.external_id, result=Result.CANCELLED, enrollments=(before.enrollment_id,))
    fact, problems = draft(row)
    if problems:
        return Outcome(external_id=row.external_id, result=Result.WAITING, problems=tuple(problems))
    if before is None:
        ledger.enter(fact)
        return Outcome(external_id=row.external_id, result=Result.BOOKED, enrollments=(fact.enrollment_id,))
    if all(getattr(before, name) == getattr(fact, name) for name in (*SHARED, *ledger.booking.compared)):
        return Outcome(external_id=row.external_id, result=Result.UNCHANGED)
    ledger.take_back(key, run)
    ledger.enter(fact)
    touched = tuple(sorted({before.enrollment_id, fact.enrollment_id}))
    return Outcome(external_id=row.external_id, result=Result.CORRECTED, enrollments=touched)


def _drafter(
    booking: Booking, intake: Intake, rows: Sequence[CustomerRow]
) -> Callable[[CustomerRow], tuple[Any, list[str]]]:
    vendor = intake.vendor_id
    wanted = [pk for row in rows if (pk := row.chosen.get("enrollment"))]
    chosen = Enrollment.objects.filter(vendor_id=vendor).in_bulk(wanted)
    partners = EnrollmentFinder(vendor, (row.partner for row in rows))
    customers = _Customers(intake, rows)
    fill = booking.prepare(intake, rows)

    def draft(row: CustomerRow) -> tuple[Any, list[str]]:
        named = chosen.get(row.chosen.get("enrollment") or 0)
        found = Found(named) if named else partners.find(row.partner, row.program)
        fact = booking.model(
            vendor_id=vendor,
            source=row.source,
            external_id=row.external_id,
            customer_name=row.customer_name.strip()[:200],
            customer_domain=row.customer_domain.strip()[:200],
            customer_country=row.customer_country.strip().upper()[:2],
            run=intake.run,
        )
        problems: list[str] = []
        if found.enrollment is None:
            problems.append(Problem.PARTNER_AMBIGUOUS if found.is_ambiguous else Problem.PARTNER)
        else:
            fact.enrollment_id, fact.partner_id = found.enrollment.pk, found.enrollment.partner_id
        problems += fill(row, fact)
        fact.account_id, lacks = customers.find(row, may_create=not problems)
        return fact, [*problems, *lacks]

    return draft


class _Customers:
    """The accounts of a batch's customers, made where the intake says so."""

    def __init__(self, intake: Intake, rows: Sequence[CustomerRow]) -> None:
        self._unknown = intake.unknown
        self._finder = CustomerFinder(intake.vendor_id, (row.customer for row in rows))
        wanted = [pk for row in rows if isinstance(pk := row.chosen.get("account"), int)]
        found = Account.objects.filter(vendor_id=intake.vendor_id, pk__in=wanted)
        self._chosen = set(found.values_list("pk", flat=True)) if wanted else set()

    def find(self, row: CustomerRow, *, may_create: bool) -> tuple[int | None, list[str]]:
        """Return the account's id and what is missing."""
        chosen = row.chosen.get("account")
        if chosen in self._chosen:
            return chosen, []
        if chosen == NOBODY or not row.customer.is_named:
            return None, []
        account = self._finder.find(row.customer)
        if account is None and may_create and Unknown.CREATE in {chosen, self._unknown}:
            account = self._finder.create(row.customer)
        if account is None and self._unknown != Unknown.LEAVE:
            return None, [Problem.ACCOUNT]
        return account, []


def undo(booking: Booking, intake: Intake) -> tuple[int, Ledger]:
    """Take back what an import brought; what it had corrected stands again. The caller writes the ledger."""
    numbers = booking.model.objects.filter(vendor_id=intake.vendor_id, run=intake.run).values_list("external_id")
    ledger = Ledger.of(booking, intake.vendor_id, external_id__in=numbers.distinct())
    brought = [key for key, row in ledger.live.items() if row.run == intake.run]
    cancelled = [key for key, run in ledger.ended.items() if key not in ledger.live and run == intake.run]
    before = _before(booking, intake, [*brought, *cancelled])
    for key in brought:
        ledger.take_back(key)
    for row in before.values():
        ledger.enter(row)
    return len(brought) + len(cancelled), ledger


def _before(booking: Booking, intake: Intake, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Any]:
    """Return what stood under each number before the import, ready to be entered again."""
    wanted = set(keys)
    found: dict[tuple[str, str], Any] = {}
    rows = booking.model.objects.filter(
        vendor_id=intake.vendor_id, external_id__in={number for _source, number in wanted}, n=1
    )
    for row in rows.exclude(run=intake.run).order_by("turn"):
        if (row.source, row.external_id) in wanted:
            found[row.source, row.external_id] = row
    for row in found.values():
        row.pk, row._state.adding = None, True
        row.recorded_at = booking.model._meta.get_field("recorded_at").get_default()
    return found


def rates_of(vendor_id: int, wanted: Iterable[tuple[str, Any]]) -> dict[tuple[str, Any], tuple[Decimal, Any]]:
    """Return rate and its day for each currency and day of which one is known. One query."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            RATES, {"vendor": vendor_id, "codes": [code for code, _ in pairs], "days": [d for _, d in pairs]}
        )
        return {(code, day): (rate, rated_on) for code, day, rate, rated_on in cursor.fetchall()}


RATES = """
SELECT w.code, w.day, r.rate, r.rated_on FROM unnest(%(codes)s::text[], %(days)s::date[]) AS w(code, day)
CROSS JOIN LATERAL partners_rate(%(vendor)s, w.code, w.day) r
"""
