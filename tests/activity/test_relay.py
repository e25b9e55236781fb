"""The relay: exactly once for database effects, at least once outside, dead letters that can be revived."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from activity import relay
from activity.enums import DeliveryState
from activity.models import Delivery, Event, Notification
from activity.registry import BY_EVENT, HANDLERS, Effect, Handler
from dealreg.events import NOTED
from prm.kernel.actors import system
from prm.kernel.recording import record


@pytest.fixture
def handled(monkeypatch):
    """Subscribe a function to `deal.noted`, which nobody else handles; returns what it saw."""

    def subscribe(run, effect=Effect.DATABASE, given_up=None):
        handler = Handler("tests.handler", "deal.noted", run, effect, given_up)
        monkeypatch.setitem(HANDLERS, handler.name, handler)
        monkeypatch.setitem(BY_EVENT, "deal.noted", [handler])

    return subscribe


def happen(cast) -> int:

    return record(NOTED, actor=system(cast.northwind.vendor.pk), subject=cast.northwind.program)


def test_event_and_deliveries_disappear_with_their_transaction(cast, handled):
    handled(lambda event: None)

    with transaction.atomic():
        happen(cast)
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert not Event.objects.filter(kind="deal.noted").exists()
    assert not Delivery.objects.exists()


def test_handler_runs_once_and_is_marked(cast, handled):
    seen = []
    handled(lambda event: seen.append(event.pk))
    pk = happen(cast)
    assert (relay.drain(), relay.drain()) == (1, 0)
    assert seen == [pk]
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_failing_handler_leaves_no_effect_waits_longer_each_time_and_ends_among_the_dead(cast, handled):
    person = cast.people["northwind_manager"]

    def fail(event):
        Notification.objects.create(event=event, person=person, seat_id=1, kind="half", path="/")
        raise RuntimeError("mail server on fire")

    handled(fail)
    happen(cast)
    waits = []
    for _ in range(relay.ATTEMPTS):
        Delivery.objects.update(due_at=timezone.now())
        assert relay.run_next()
        waits.append(Delivery.objects.get().due_at - timezone.now())
    dead = Delivery.objects.get()
    assert dead.state == DeliveryState.DEAD
    assert "mail server on fire" in dead.error
    assert not Notification.objects.exists()
    assert all(timedelta(seconds=4) < wait for wait in waits[:-1])
    assert waits[3] > waits[0]
    assert relay.revive(dead.pk) == 1
    handled(lambda event: None)
    assert relay.drain() == 1
    assert relay.revive(dead.pk) == 0


def test_outside_handler_runs_outside_a_transaction_under_a_lease(cast, handled, django_capture_on_commit_callbacks):
    due = []
    handled(lambda event: due.append(Delivery.objects.get().due_at), Effect.OUTSIDE)
    happen(cast)
    assert relay.run_next()
    assert due[0] > timezone.now() + timedelta(seconds=60)
    assert Delivery.objects.get().state == DeliveryState.DONE


def test_delivery_without_a_handler_is_dead_not_lost(cast, handled):
    handled(lambda event: None)
    happen(cast)
    Delivery.objects.update(handler="gone.handler")
    relay.drain()
    assert "gone.handler" in Delivery.objects.dead().get().error


@pytest.mark.django_db(transaction=True)
def test_eight_workers_share_the_queue_and_nothing_runs_twice(cast, handled):
    seen, barrier = [], threading.Barrier(8)
    handled(lambda event: seen.append(event.pk))
    expected = {happen(cast) for _ in range(40)}

    def work():
        try:
            barrier.wait()
            relay.drain()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(seen) == sorted(expected)


def give_up_on_everything(cast, handled, effect, given_up):
    def fail(event):
        raise RuntimeError("mail server on fire")

    handled(fail, effect, given_up)
    happen(cast)
    for _ in range(relay.ATTEMPTS):
        Delivery.objects.update(due_at=timezone.now())
        assert relay.run_next()


@pytest.mark.parametrize("effect", list(Effect))
def test_handler_is_told_once_with_the_error_when_its_delivery_is_given_up(cast, handled, effect):
    told = []
    give_up_on_everything(cast, handled, effect, lambda event, error: told.append((event.kind, error)))
    ((kind, error),) = told
    assert kind == "deal.noted"
    assert "mail server on fire" in error
    assert Delivery.objects.get().state == DeliveryState.DEAD


def test_handler_that_fails_at_being_told_leaves_the_dead_letter_and_nothing_half_done(cast, handled):
    person = cast.people["northwind_manager"]

    def given_up(event, error):
        Notification.objects.create(event=event, person=person, seat_id=1, kind="half", path="/")
        raise RuntimeError("nor can it be told")

    give_up_on_everything(cast, handled, Effect.DATABASE, given_up)
    assert Delivery.objects.get().state == DeliveryState.DEAD
    assert not Notification.objects.exists()
