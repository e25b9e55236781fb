"""Webhook steps: signed calls under one id, what the receiver may answer, at once or later."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from activity import relay
from activity.enums import DeliveryState
from activity.models import Delivery, Event
from onboarding.calling import check_settings
from onboarding.enums import JourneyState, StepState
from onboarding.models import StepSecret
from onboarding.services import open_step_secret, retry_step
from prm.kernel.errors import Forbidden
from tests.onboarding.journeys import started, states, step, step_of
from tests.onboarding.receiver import receiving

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(settings):
    settings.DEMO = True
    with receiving() as running:
        yield running


@pytest.fixture
def hooked(cast, receiver):
    """Start a journey with a webhook step; returns it and the step's secret."""
    journey = started(cast, step("crm", "webhook", settings={"address": receiver.address}))
    manager = cast.actor("northwind_manager")
    secret = open_step_secret(actor=manager, template=journey.version.template, slug="crm")
    return journey, secret


def signed(secret: str, said: dict, key: str = "an-answer", at=None) -> dict:
    """Return what a client posts for an answer."""
    body, at = json.dumps(said), at or timezone.now()
    return {
        "data": body,
        "content_type": "application/json",
        "headers": {
            "webhook-id": key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret).sign(key, at, body),
        },
    }


def post(journey, given: dict):
    return Client().post(f"/api/v1/journey-steps/{step_of(journey, 'crm').key}/answer/", **given)


def test_the_call_is_signed_and_names_step_journey_and_partner(hooked, receiver):
    journey, secret = hooked
    relay.drain()
    ((headers, body),) = receiver.calls
    told = Webhook(secret).verify(body, headers)
    called = step_of(journey, "crm")
    assert headers["webhook-id"] == str(called.key) == told["data"]["step"]["key"]
    assert told["data"]["partner"]["name"] == "Brightpath"
    assert told["data"]["answer_url"].endswith(f"/api/v1/journey-steps/{called.key}/answer/")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)
    journey.refresh_from_db()
    assert (called.state, journey.state) == (StepState.DONE, JourneyState.FINISHED)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((500, b"oops"), "The receiver answered 500."),
        ((200, b"fine"), "The receiver answered 200, but neither “done” nor “waiting”."),
        ((200, {"status": "perhaps"}), "The receiver answered 200, but neither “done” nor “waiting”."),
        ((302, b""), "The receiver could not be reached: it redirects elsewhere"),
    ],
)
def test_another_answer_is_tried_again_under_the_same_id_then_shown_and_tried_again_by_hand(
    cast, hooked, receiver, answer, error
):
    journey, _secret = hooked
    receiver.answer = answer
    event = step_of(journey, "crm").event_id
    for _ in range(relay.ATTEMPTS):
        Delivery.objects.filter(event_id=event).update(due_at=timezone.now())
        relay.drain()
    failed = step_of(journey, "crm")
    assert (failed.state, failed.error) == (StepState.FAILED, error)
    assert Delivery.objects.get(event_id=event).state == DeliveryState.DEAD
    assert {headers["webhook-id"] for headers, _body in receiver.calls} == {str(failed.key)}
    assert len(receiver.calls) == relay.ATTEMPTS
    receiver.answer = (200, {"status": "done"})
    retry_step(actor=cast.actor("northwind_manager"), step=failed)
    relay.drain()
    assert states(journey) == {"crm": StepState.DONE}


def test_a_receiver_that_says_it_failed_is_believed_at_once(hooked, receiver):
    journey, _secret = hooked
    receiver.answer = (200, {"status": "failed", "message": "No such customer"})
    relay.drain()
    assert step_of(journey, "crm").error == "No such customer"
    assert len(receiver.calls) == 1


def test_a_later_answer_ends_the_step_once(hooked, receiver):
    journey, secret = hooked
    receiver.answer = (200, {"status": "waiting"})
    relay.drain()
    waiting = step_of(journey, "crm")
    assert (waiting.state, waiting.result["answer"]) == (StepState.RUNNING, "waiting")
    given = signed(secret, {"step": str(waiting.key), "status": "done"})
    assert post(journey, given).json() == {"step": str(waiting.key), "state": "done"}
    events = Event.objects.count()
    assert post(journey, given).status_code == 200
    assert Event.objects.count() == events
    journey.refresh_from_db()
    assert journey.state == JourneyState.FINISHED


def test_an_answer_sent_again_after_a_retry_is_not_taken_twice(cast, hooked, receiver):
    journey, secret = hooked
    receiver.answer = (200, {"status": "waiting"})
    relay.drain()
    key = str(step_of(journey, "crm").key)
    given = signed(secret, {"step": key, "status": "failed", "message": "No such customer"})
    assert post(journey, given).json()["state"] == "failed"
    events = Event.objects.count()
    assert post(journey, given).json()["state"] == "failed"
    assert Event.objects.count() == events
    retry_step(actor=cast.actor("northwind_manager"), step=step_of(journey, "crm"))
    relay.drain()
    assert post(journey, given).json()["state"] == "running"
    assert post(journey, signed(secret, {"step": key, "status": "done"}, key="another")).json()["state"] == "done"


def test_an_answer_that_is_not_signed_for_this_step_changes_nothing(cast, hooked, receiver):
    journey, secret = hooked
    receiver.answer = (200, {"status": "waiting"})
    relay.drain()
    key = str(step_of(journey, "crm").key)
    events = Event.objects.count()
    done = {"step": key, "status": "done"}
    assert post(journey, {"data": json.dumps(done), "content_type": "application/json"}).status_code == 403
    other = open_step_secret(actor=cast.actor("northwind_manager"), template=journey.version.template, slug="else")
    events += 1
    assert post(journey, signed(other, done)).status_code == 403
    old = signed(secret, done, at=timezone.now() - timedelta(minutes=6))
    assert post(journey, old).status_code == 403
    changed = signed(secret, done) | {"data": json.dumps(done | {"message": "x"})}
    assert post(journey, changed).status_code == 403
    assert post(journey, signed(secret, {"step": "another", "status": "done"})).status_code == 422
    assert post(journey, signed(secret, {"step": key, "status": "perhaps"})).status_code == 422
    assert states(journey) == {"crm": StepState.RUNNING}
    assert Event.objects.count() == events
    unknown = Client().post(f"/api/v1/journey-steps/{journey.key}/answer/", **signed(secret, done))
    assert unknown.status_code == 404


def test_an_answer_that_comes_before_the_call_returns_counts(hooked, receiver, monkeypatch):
    journey, secret = hooked
    receiver.answer = (200, {"status": "waiting"})
    key = str(step_of(journey, "crm").key)
    assert post(journey, signed(secret, {"step": key, "status": "done"})).status_code == 200
    relay.drain()
    assert states(journey) == {"crm": StepState.DONE}


def test_without_a_secret_nothing_is_called_and_the_step_says_so(cast, receiver):
    journey = started(cast, step("crm", "webhook", settings={"address": receiver.address}))
    relay.drain()
    assert "no secret yet" in step_of(journey, "crm").error
    assert receiver.calls == []


def test_machines_inside_are_not_called(cast, hooked, receiver, settings):
    journey, _secret = hooked
    settings.DEMO = False
    assert check_settings({"address": receiver.address}) != {}
    relay.drain()
    assert receiver.calls == []
    assert states(journey) == {"crm": StepState.RUNNING}


def test_secrets_are_the_managers_are_sealed_and_can_be_renewed(cast, hooked):
    journey, secret = hooked
    template = journey.version.template
    assert secret not in StepSecret.objects.get().sealed
    assert open_step_secret(actor=cast.actor("northwind_manager"), template=template, slug="crm") == secret
    renewed = open_step_secret(actor=cast.actor("northwind_manager"), template=template, slug="crm", renew=True)
    assert renewed != secret
    with pytest.raises(Forbidden):
        open_step_secret(actor=cast.actor("northwind_approver"), template=template, slug="crm")
    with pytest.raises(Http404):
        open_step_secret(actor=cast.actor("halden_manager"), template=template, slug="crm")


def test_the_console_makes_shows_and_renews_a_steps_secret_for_managers_only(cast, browse, receiver):
    journey = started(cast, step("crm", "webhook", settings={"address": receiver.address}))
    page = reverse("console:journey-secrets", args=[journey.version_id])
    manager = browse("northwind_manager")
    assert "None yet" in manager.get(page).content.decode()
    made = manager.post(page, {"slug": "crm", "do": "show"}).content.decode()
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", made)
    assert secret not in manager.get(page).content.decode()
    assert secret in manager.post(page, {"slug": "crm", "do": "show"}).content.decode()
    assert secret not in manager.post(page, {"slug": "crm", "do": "renew"}).content.decode()
    assert manager.post(page, {"slug": "other", "do": "show"}).status_code == 422
    assert browse("northwind_approver").get(page).status_code == 403
    assert browse("halden_manager").get(page).status_code == 404
