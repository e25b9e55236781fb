"""The operator's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from activity import heartbeat, tasks
from activity.models import Delivery
from activity.relay import retry_later
from activity.reports import health_at, told_by


@pytest.fixture(autouse=True)
def silence(db):
    """No worker was seen."""
    cache.delete(heartbeat.KEY)
    heartbeat._next_beat[0] = 0.0


@pytest.fixture
def dead(cast):
    """A delivery that failed with a message that quotes a customer."""
    cast.register()
    delivery = Delivery.objects.first()
    for _ in range(8):
        delivery.refresh_from_db()
        try:
            int("Castellan Foods GmbH")
        except ValueError as error:
            retry_later(delivery, error)
    delivery.refresh_from_db()
    assert delivery.state == "dead"
    return delivery


def test_operator_sees_what_gave_up_without_tenants_facts(browse, dead):
    assert "Castellan" in dead.error
    page = browse("operator").get("/system/").content.decode()
    assert dead.handler in page
    assert "ValueError" in page
    assert "test_public_system.py:" in page
    assert "Castellan" not in page


@pytest.mark.parametrize("persona", ["northwind_manager", "brightpath_administrator", "nobody"])
def test_page_is_the_operators_alone(browse, dead, persona):
    client = browse(persona)
    assert client.get("/system/").status_code == 403
    assert client.post(f"/system/deliveries/{dead.pk}/retry/").status_code == 403
    dead.refresh_from_db()
    assert dead.state == "dead"


def test_strangers_are_sent_to_sign_in(client):
    assert client.get("/system/")["Location"].startswith("/accounts/login/")


def test_retry_puts_it_into_the_queue_once(browse, dead):
    client = browse("operator")
    response = client.post(f"/system/deliveries/{dead.pk}/retry/")
    assert response["Location"] == "/system/"
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.error) == ("pending", 0, "")
    assert client.post(f"/system/deliveries/{dead.pk}/retry/").status_code == 409
    assert client.post("/system/deliveries/999999/retry/").status_code == 409


def test_worker_is_seen_once_the_relay_ran(browse):
    assert "No worker" in browse("operator").get("/system/").content.decode()
    tasks.relay()
    assert "No worker" not in browse("operator").get("/system/").content.decode()
    assert health_at(timezone.now() + timedelta(minutes=1)).worker_is_silent


def test_each_process_notes_its_time_rarely(django_assert_num_queries):
    heartbeat.beat()
    with django_assert_num_queries(0):
        heartbeat.beat()


def test_page_costs_few_queries(browse, dead, django_assert_max_num_queries):
    client = browse("operator")
    with django_assert_max_num_queries(9):
        client.get("/system/")


def traceback_of(path, last):
    return f'Traceback (most recent call last):\n  File "{path}", line 7, in tell\n    x\n{last}\n'


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("no handler is called x", ("no handler is called x", "")),
        ("Castellan " * 400, ("Error", "")),
        ("Traceback (most recent call last):\nKeyError: 'Castellan'", ("Error", "")),
        (
            "Traceback (most recent call last):\n  File \"<string>\", line 9, in <module>\nKeyError: 'Castellan'\n",
            ("KeyError", "<string>:9 <module>"),
        ),
        (
            traceback_of(
                "/srv/prm/dealreg/handlers.py",
                "django.db.utils.IntegrityError: duplicate key\nDETAIL:  (Castellan) exists.",
            ),
            ("django.db.utils.IntegrityError", "dealreg/handlers.py:7 tell"),
        ),
        (
            traceback_of("a/b.py", "prm.kernel.errors.Conflict: Castellan\nFakeError: Castellan"),
            ("prm.kernel.errors.Conflict", "a/b.py:7 tell"),
        ),
    ],
)
def test_message_of_a_traceback_is_left_out(error, told):
    assert told_by(error) == told
