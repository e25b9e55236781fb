"""Bad input: each gets a problem document with a stable code, and nothing is changed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from activity.models import Event
from dealreg.models import Comment, Deal
from tests.api_client import Api, registration, token_of


@pytest.fixture
def seller(cast):
    return Api(token_of(cast, "brightpath_sales"))


def codes(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"value": "1e30"}, "value"),
        ({"value": 1e30}, "value"),
        ({"value": "12,oo"}, "value"),
        ({"value": "12,500"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "NaN"}, "value"),
        ({"value": "9" * 2000}, "value"),
        ({"value": {"amount": 3}}, "value"),
        ({"close_date": "1970-01-01"}, "close_date"),
        ({"close_date": "2999-01-01"}, "close_date"),
        ({"close_date": "tomorrow"}, "close_date"),
        ({"close_date": None}, "close_date"),
        ({"customer_name": "   "}, "customer_name"),
        ({"customer_name": "?!"}, "customer_name"),
        ({"customer_name": "x" * 201}, "customer_name"),
        ({"customer_name": "A\x00B"}, "customer_name"),
        ({"customer_name": "A\ud800B"}, "customer_name"),
        ({"customer_name": ["list"]}, "customer_name"),
        ({"customer_country": "XX"}, "customer_country"),
        ({"customer_country": "Germany"}, "customer_country"),
        ({"customer_domain": "<b>castellan</b>"}, "customer_domain"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"currency": "DOGE"}, "currency"),
        ({"stage": "won"}, "stage"),
        ({"enrollment": 0}, "enrollment"),
        ({"enrollment": "abc"}, "enrollment"),
        ({"enrollment": 10**30}, "enrollment"),
        ({"enrollment": 999_999_999}, "enrollment"),
        ({"lines": "PC-40"}, "lines"),
        ({"lines": [{"product": 1}]}, "lines.0.quantity"),
        ({"lines": [{"product": 999_999_999, "quantity": 1}]}, "lines"),
        ({"lines": [{"product": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [], "value": None}, "value"),
        ({"status": "approved"}, "status"),
        ({"vendor_id": 1}, "vendor_id"),
    ],
)
def test_field_that_is_off_is_named(cast, seller, change, field):
    answer = seller.post("deals/", registration(cast, **change), 422)
    assert field in {name for name, _code in codes(answer)}
    assert Deal.objects.count() == 0
    assert not Event.objects.filter(kind__startswith="deal.").exists()


def test_every_missing_field_is_named_at_once(seller):
    needed = {"enrollment", "customer_name", "customer_country", "close_date"}
    assert codes(seller.post("deals/", {}, 422)) == {(field, "required") for field in needed}


def test_product_twice_and_products_of_another_vendor_are_refused(cast, seller):
    robot = cast.northwind.robot.pk
    twice = [{"product": robot, "quantity": 1}, {"product": robot, "quantity": 2}]
    assert codes(seller.post("deals/", registration(cast, lines=twice), 422)) == {("lines", "product_twice")}
    other = [{"product": cast.halden.robot.pk, "quantity": 1}]
    assert codes(seller.post("deals/", registration(cast, lines=other), 422)) == {("lines", "unknown_product")}


def test_html_stays_text(cast, seller):
    hostile = "<script>alert(1)</script>"
    fields = ("customer_name", "customer_city", "contact_name", "title", "notes")
    made = seller.post("deals/", registration(cast, **dict.fromkeys(fields, hostile)), 201)
    assert all(made.json()[field] == hostile for field in fields)
    assert made["Content-Type"] == "application/json"
    assert made["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("body", ["", "{", "[1,", '{"value": NaN}', "\xff", "[" * 100_000, '"' + "x" * 30])
def test_body_that_is_not_json_is_400(seller, body):
    answer = seller.client.post("/api/v1/deals/", body, content_type="application/json", headers=seller.headers)
    assert (answer.status_code, answer.json()["code"]) in {(400, "parse_error"), (422, "invalid")}
    assert (answer.status_code == 422) == (body == "")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [[], "text", 3, None, True])
def test_body_that_is_no_object_is_422(seller, body):
    answer = seller.client.post(
        "/api/v1/deals/", json.dumps(body), content_type="application/json", headers=seller.headers
    )
    assert answer.status_code == 422


def test_body_of_30_megabytes_is_413(cast, seller):
    answer = seller.post("deals/", registration(cast, notes="x" * 30_000_000), 413)
    assert answer.json()["code"] == "too_large"


def test_other_media_types_are_415_and_406(cast, seller):
    answer = seller.client.post("/api/v1/deals/", registration(cast), headers=seller.headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    answer = seller.client.get("/api/v1/deals/", headers={**seller.headers, "Accept": "application/xml"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_other_methods_are_405_with_those_that_are_allowed(seller, method):
    answer = getattr(seller.client, method)("/api/v1/deals/", headers=seller.headers)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer["Allow"] == "GET, POST, HEAD"


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v2/deals/",
        "/api/v1/nothing/",
        "/api/v1/deals",
        "/api/v1/deals/NW-1/",
        "/api/v1/accounts/0/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_address_that_does_not_exist_is_a_problem_too(seller, path, method):
    answer = getattr(seller.client, method)(path, headers=seller.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer["Content-Type"] == "application/problem+json"
    assert ("slash" in answer.json()["detail"]) == (not path.endswith("/"))


@pytest.mark.parametrize(
    "path",
    [
        "deals/?stauts=won",
        "deals/?status=sold",
        "deals/?submitted_after=yesterday",
        "deals/?program=1e400",
        "deals/?program=abc",
        "deals/?customer=%00",
        "deals/?cursor=nonsense",
        "deals/?cursor=cD1hYmM=",
        "events/?cursor=cD0x",
        "events/?cursor=cD0lMDA=",
        "programs/?page=2",
    ],
)
def test_parameter_that_means_nothing_is_refused(seller, path):
    answer = seller.client.get(f"/api/v1/{path}", headers=seller.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.content
    assert answer.json()["errors"][0]["field"] == path.split("?")[1].split("=")[0]


def test_comment_has_text_and_an_end(cast, seller):
    path = f"deals/{cast.register().reference}/comments/"
    for text in ("", "   ", "x" * 5001, None):
        assert "text" in {field for field, _code in codes(seller.post(path, {"text": text}, 422))}
    assert Comment.objects.count() == 0


def test_transition_that_lacks_facts_names_them(cast, seller):
    reference = cast.register().reference
    approver = Api(token_of(cast, "northwind_approver"))
    assert codes(approver.post(f"deals/{reference}/decline/", {}, 422)) == {
        ("reason", "required"),
        ("message", "required"),
    }
    assert codes(approver.post(f"deals/{reference}/ask/", {"fields": [], "message": "?"}, 422)) == {
        ("fields", "min_length")
    }
    assert "days" in {field for field, _ in codes(approver.post(f"deals/{reference}/approve/", {"days": 731}, 422))}
    tomorrow = (timezone.localdate() + timedelta(days=2)).isoformat()
    win = {"value": "1", "closed_on": tomorrow}
    assert codes(seller.post(f"deals/{reference}/win/", win, 422)) == {("closed_on", "closed_in_future")}
    assert Deal.objects.get().revision == 0


def test_database_that_is_away_is_503(seller, monkeypatch):
    def away(*_args):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("activity.throttling.SeatThrottle.allow_request", away)
    answer = seller.get("me/", 503)
    assert (answer.json()["code"], answer["Retry-After"]) == ("unavailable", "5")


def test_failure_of_ours_is_a_problem_without_details(cast, seller, monkeypatch):
    monkeypatch.setattr("dealreg.api.deals.register_deal", lambda **_: 1 / 0)
    seller.client.raise_request_exception = False
    answer = seller.client.post(
        "/api/v1/deals/", json.dumps(registration(cast)), content_type="application/json", headers=seller.headers
    )
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "division" not in answer.content.decode()
