"""Idempotency keys: a request that is sent again has one effect, and gets one answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activity.idempotency import StoredAnswers
from activity.models import Event, IdempotencyRecord
from dealreg.api import deals
from dealreg.models import Comment, Deal
from partners.enums import EnrollmentStatus
from tests.api_client import Api, registration, token_of
from tests.cast import make_cast

KEY = {"Idempotency_Key": "5f0c9a52-1"}


@pytest.fixture
def seller(cast):
    return Api(token_of(cast, "brightpath_sales"))


def test_replay_gets_the_same_answer_and_has_no_effect(cast, seller):
    body = registration(cast)
    first = seller.post("deals/", body, 201, **KEY)
    again = seller.post("deals/", body, 201, **KEY)
    assert again.json() == first.json()
    assert (again["Idempotency-Replayed"], again["Location"], again["ETag"]) == (
        "true",
        first["Location"],
        first["ETag"],
    )
    assert "Idempotency-Replayed" not in first
    assert Deal.objects.count() == Event.objects.filter(kind="deal.submitted").count() == 1


def test_replay_answers_as_it_was_even_when_the_deal_moved_on(cast, seller):
    body = registration(cast)
    first = seller.post("deals/", body, 201, **KEY).json()
    seller.post(f"deals/{first['reference']}/withdraw/")
    assert seller.post("deals/", body, 201, **KEY).json() == first


def test_replay_shows_nothing_to_a_partner_that_left(cast, seller):
    body = registration(cast)
    seller.post("deals/", body, 201, **KEY)
    cast.enrollments["brightpath_northwind"].status = EnrollmentStatus.RETIRED
    cast.enrollments["brightpath_northwind"].save()
    assert seller.post("deals/", body, 422, **KEY).json()["errors"][0]["code"] == "unknown_enrollment"


def test_same_key_with_another_body_or_address_is_refused(cast, seller):
    seller.post("deals/", registration(cast), 201, **KEY)
    other = seller.post("deals/", registration(cast, title="Another"), 422, **KEY)
    assert other.json()["code"] == "idempotency_key_reused"
    reference = Deal.objects.get().reference
    assert seller.post(f"deals/{reference}/withdraw/", {}, 422, **KEY).json()["code"] == "idempotency_key_reused"
    assert Deal.objects.get().status == "submitted"


def test_refused_request_stores_nothing_so_that_it_can_be_mended(cast, seller):
    seller.post("deals/", registration(cast, value="1e30"), 422, **KEY)
    seller.post("deals/", registration(cast, close_date="1970-01-01"), 422, **KEY)
    seller.post("deals/", registration(cast, lines=[{"product": 999_999, "quantity": 1}]), 422, **KEY)
    assert not IdempotencyRecord.objects.exists()
    seller.post("deals/", registration(cast), 201, **KEY)


def test_key_belongs_to_its_seat(cast, seller):
    seller.post("deals/", registration(cast), 201, **KEY)
    rival = Api(token_of(cast, "kappel_sales"))
    rival.post("deals/", registration(cast, "kappel_northwind"), 201, **KEY)
    assert Deal.objects.count() == 2


def test_key_of_two_tokens_of_one_seat_is_one(cast, seller):
    first = seller.post("deals/", registration(cast), 201, **KEY).json()
    second = Api(token_of(cast, "brightpath_sales")).post("deals/", registration(cast), 201, **KEY).json()
    assert first == second


def test_key_without_end_is_refused(cast, seller):
    answer = seller.post("deals/", registration(cast), 422, Idempotency_Key="x" * 101)
    assert answer.json()["code"] == "idempotency_key_too_long"


def test_every_post_takes_a_key(cast, seller):
    approver = Api(token_of(cast, "northwind_approver"))
    reference = cast.register().reference
    steps = [
        (seller, "comments", {"text": "Once."}, 201),
        (approver, "take", {}, 200),
        (approver, "ask", {"fields": ["title"], "message": "Which?"}, 200),
        (seller, "answer", {"answers": {"title": "Kassel"}}, 200),
        (approver, "approve", {}, 200),
        (seller, "lose", {"reason": "price", "closed_on": "2026-01-01"}, 200),
        (seller, "reopen", {}, 200),
        (seller, "win", {"value": "5", "closed_on": "2026-01-01"}, 200),
    ]
    for api, name, body, status in steps:
        key = {"Idempotency_Key": f"step-{name}"}
        first, again = (api.post(f"deals/{reference}/{name}/", body, status, **key) for _ in range(2))
        assert first.json() == again.json()
        assert again["Idempotency-Replayed"] == "true"
    assert Comment.objects.count() == 1
    assert Event.objects.filter(kind__startswith="deal.").count() == 1 + len(steps)


@pytest.mark.django_db(transaction=True)
def test_key_in_flight_is_a_conflict_and_one_of_many_wins():
    cast = make_cast()
    token, body = token_of(cast, "brightpath_sales"), registration(cast)
    barrier = threading.Barrier(8)

    def send(_number: int) -> tuple[int, str]:
        try:
            barrier.wait()
            api = Api(token)
            api.headers["Idempotency-Key"] = "at-once"
            answer = api.client.post("/api/v1/deals/", body, content_type="application/json", headers=api.headers)
            found = answer.json()
            return answer.status_code, found.get("reference") or found["code"]
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(8)))
    made = {text for status, text in answers if status == 201}
    assert {status for status, _ in answers} <= {201, 409}, answers
    assert {text for status, text in answers if status == 409} <= {"in_flight"}
    assert made == {Deal.objects.get().reference}


@pytest.mark.django_db(transaction=True)
def test_request_with_a_key_that_another_transaction_holds_is_told_to_wait(monkeypatch):
    cast = make_cast()
    token, body = token_of(cast, "brightpath_sales"), registration(cast)
    inside, leave = threading.Event(), threading.Event()
    register = deals.register_deal

    def slowly(**arguments):
        made = register(**arguments)
        inside.set()
        assert leave.wait(20)
        return made

    monkeypatch.setattr(deals, "register_deal", slowly)

    def first() -> int:
        try:
            return Api(token).post("deals/", body, 201, **KEY).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(first)
        try:
            assert inside.wait(20)
            assert Api(token).post("deals/", body, 409, **KEY).json()["code"] == "in_flight"
        finally:
            leave.set()
        assert slow.result(20) == 201
    assert Api(token).post("deals/", body, 201, **KEY)["Idempotency-Replayed"] == "true"
    assert Deal.objects.count() == 1


def test_an_answer_stored_between_look_and_lock_undoes_the_second_request(cast, seller, monkeypatch):
    seller.post("deals/", registration(cast), 201, **KEY)
    # As if another request had committed after this one's look at the table, and before its lock.
    monkeypatch.setattr(StoredAnswers, "claim", lambda *_: None)
    assert seller.post("deals/", registration(cast), 409, **KEY).json()["code"] == "in_flight"
    assert Deal.objects.count() == Event.objects.filter(kind="deal.submitted").count() == 1
    assert IdempotencyRecord.objects.count() == 1


def test_registering_and_approving_take_at_most_twelve_queries_each(cast, seller):
    approver = Api(token_of(cast, "northwind_approver"))
    first = seller.post("deals/", registration(cast), 201).json()["reference"]
    approver.post(f"deals/{first}/take/")  # notes that the tokens are used, which is written every five minutes
    for turn, key in ((0, {}), (1, {}), (2, {"Idempotency_Key": "two"}), (3, {"Idempotency_Key": "three"})):
        new = registration(cast, customer_name=f"Orbit {turn} Foods", customer_domain=f"orbit-{turn}.example")
        with CaptureQueriesContext(connection) as sent:
            reference = seller.post("deals/", new, 201, **key).json()["reference"]
        assert len(statements(sent)) <= 12, statements(sent)
        with CaptureQueriesContext(connection) as sent:
            approver.post(f"deals/{reference}/approve/", {}, **key)
        assert len(statements(sent)) <= 12, statements(sent)


def statements(sent):
    """Return what was sent, without what only begins and ends transactions."""
    return [each["sql"] for each in sent if not each["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]
