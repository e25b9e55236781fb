"""One winner: many partners register each of many accounts at the same moment, and every approval is tried at once."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from bench.faults.writers import customer
from dealreg.models import Deal, Policy, Protection
from dealreg.registrations import LineInput, Registration
from dealreg.services import approve_deal, register_deal
from partners.models import Enrollment, Seat
from partners.seats import actor_of, people_with_seats
from prm.kernel.actors import Actor, Role, Via
from prm.kernel.errors import Conflict, RuleViolation
from tests.cast import make_partner, make_person, make_side


@dataclass
class Field:
    """Who takes part."""

    sellers: list[Actor]
    enrollments: list[Enrollment]
    approver: Actor
    product: int


@dataclass
class Race:
    """How a race went: `owners` accounts with exactly one protection, and every error that a caller saw."""

    registrations: int = 0
    owners: int = 0
    refused: int = 0
    seconds: float = 0.0
    errors: list[str] = field(default_factory=list)


def make_field(partners: int) -> Field:
    """Make a vendor with a catalogue, an approver, and partners with a seller each."""
    name = uuid.uuid4().hex[:6]
    letters = "".join(chr(ord("A") + int(digit, 16)) for digit in name[:3])
    side = make_side(f"Winner {name}", f"winner-{name}", f"W{letters}")
    Policy.objects.filter(vendor=side.vendor).update(hourly_registrations=1_000_000)
    approver = make_person(f"approver@{name}.example", "Approver")
    Seat.objects.create(person=approver, vendor=side.vendor, role=Role.APPROVER)
    sellers, enrollments = [], []
    for number in range(partners):
        partner = make_partner(f"Partner {name} {number}", f"p-{name}-{number}")
        enrollments.append(Enrollment.objects.create(vendor=side.vendor, program=side.program, partner=partner))
        seller = make_person(f"seller{number}@{name}.example", f"Seller {number}")
        Seat.objects.create(person=seller, partner=partner, role=Role.SALES)
        sellers.append(_actor(seller.pk))
    return Field(sellers, enrollments, _actor(approver.pk), side.robot.pk)


def _actor(person_id: int) -> Actor:
    return actor_of(people_with_seats().get(pk=person_id), None, via=Via.SESSION)[0]


def registration(taking_part: Field, seller: int, account: int) -> Registration:
    """Return what a seller registers for an account; everyone writes the customer alike."""
    name = customer(account)
    return Registration(
        enrollment_id=taking_part.enrollments[seller].pk,
        customer_name=name,
        customer_country="DE",
        customer_domain=f"{name.split()[0].lower()}{account}.example",
        contact_name="Ines Rothmann",
        lines=(LineInput(taking_part.product, 12),),
        close_date=timezone.localdate() + timedelta(days=60),
    )


def race(taking_part: Field, accounts: int) -> Race:
    """Let every seller register every account at once, and every registration be approved at once."""
    result = Race()

    def turn(seller: int, account: int) -> tuple[str, ...]:
        deal = register_deal(actor=taking_part.sellers[seller], registration=registration(taking_part, seller, account))
        try:
            approve_deal(actor=taking_part.approver, deal=deal, overtake_reason="a race")
        except RuleViolation as refusal:
            if isinstance(refusal, Conflict) or refusal.code != "protected_already":
                raise
            return ("registered", "refused")
        return ("registered",)

    result.seconds = run_at_once(len(taking_part.sellers), accounts, turn, result)
    vendor = taking_part.enrollments[0].vendor_id
    live = list(Protection.objects.filter(vendor_id=vendor).live().values_list("account_id", flat=True))
    result.owners = len(set(live)) if len(live) == len(set(live)) else -1
    assert result.errors or Deal.objects.filter(vendor_id=vendor).count() == result.registrations
    return result


def run_at_once(
    workers: int,
    rounds: int,
    turn: Callable[[int, int], Iterable[str]],
    result: Race,
    close: Callable[[], None] | None = None,
) -> float:
    """Run `turn(worker, round)` in threads that begin each round together; return the seconds it took."""
    barrier, lock = threading.Barrier(workers), threading.Lock()

    def work(number: int) -> None:
        try:
            for each in range(rounds):
                barrier.wait(120)
                try:
                    said = tuple(turn(number, each))
                except Exception as error:  # noqa: BLE001  (counted: a caller must see none)
                    with lock:
                        result.errors.append(f"{type(error).__name__}: {error}"[:300])
                else:
                    with lock:
                        result.registrations += "registered" in said
                        result.refused += "refused" in said
        finally:
            (close or connections.close_all)()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - begun
