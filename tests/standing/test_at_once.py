"""Several workers at one program, in real transactions: nothing is booked or awarded twice, nobody sees an error."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connections
from django.utils import timezone

from activity.models import Event
from standing.ledger import book_points
from standing.models import PointEntry, Standing, TierSpan
from standing.services import award, keep_enrollment, keep_program

WORKERS = 6


def at_once(work: Callable[[int], object]) -> list[BaseException]:
    """Let several threads begin at the same moment, each with a connection of its own; return what they raised."""
    barrier, errors = Barrier(WORKERS), []

    def run(number: int) -> None:
        try:
            barrier.wait(30)
            work(number)
        except BaseException as error:  # noqa: BLE001  (told to the test)
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(number,)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


@pytest.fixture
def unbooked(cast, scheme_of, win):
    """A deal that was won before there was a scheme, so that nothing is booked yet."""
    Standing.objects.all().delete()
    win(120_000)
    win(230_000)
    scheme_of()
    assert not PointEntry.objects.exists()
    return cast


@pytest.mark.django_db(transaction=True)
def test_workers_at_one_program_book_and_award_once(unbooked):
    enrollment = unbooked.enrollments["brightpath_northwind"]

    def look(number: int) -> None:
        if number % 2:
            keep_program(unbooked.northwind.program)
        else:
            keep_enrollment(type(enrollment).objects.get(pk=enrollment.pk))

    assert at_once(look) == []
    entries = list(PointEntry.objects.values_list("rule", "key", "points"))
    assert len(entries) == len(set(entries)) == 4
    assert Standing.objects.get(enrollment=enrollment).tier.name == "Gold"
    assert Event.objects.filter(kind="tier.raised", enrollment_id=enrollment.pk).count() == 1
    assert TierSpan.objects.filter(enrollment=enrollment).count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_the_ledger_itself_refuses_a_second_award(unbooked, monkeypatch):
    """The naive control: with the locks gone, workers do collide, and the unique constraint stands behind them."""
    monkeypatch.setattr("standing.ledger._wait", lambda *_: None)
    program = unbooked.northwind.program
    errors = at_once(lambda _number: book_points(program.pk, "", until=timezone.localdate()))
    assert all("points_awarded_once" in str(error) for error in errors)
    assert PointEntry.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_tier_is_raised_once_however_many_award_it(unbooked):
    enrollment = unbooked.enrollments["brightpath_northwind"]
    keep_program(unbooked.northwind.program)
    Standing.objects.all().delete()
    TierSpan.objects.all().delete()
    assert at_once(lambda _number: award(enrollment.pk, timezone.localdate())) == []
    assert TierSpan.objects.filter(enrollment=enrollment, until=None).count() == 1
