"""Prospects and time to value over the API: the same services, rights and refusals as the pages."""

from __future__ import annotations

import pytest

from onboarding.models import Prospect
from tests.api_client import Api, token_of
from tests.cast import Cast
from tests.onboarding.recruits import open_form, prospect, publish

pytestmark = pytest.mark.django_db


def test_a_prospect_is_added_changed_invited_and_dropped(cast: Cast) -> None:
    publish(cast)
    open_form(cast)
    api = Api(token_of(cast, "northwind_manager"))
    body = {
        "program": "partners",
        "name": "Nordlys",
        "website": "nordlys.example",
        "contact_email": "lars@nordlys.example",
    }
    made = api.post("prospects/", body, 201, Idempotency_Key="one")
    again = api.post("prospects/", body, 201, Idempotency_Key="one")
    assert made.json()["id"] == again.json()["id"]
    assert Prospect.objects.count() == 1
    assert (made.json()["score"], made.json()["reasons"][0]["sentence"]) == (10, "Not stated.")
    one = f"prospects/{made.json()['id']}/"
    changed = api.patch(one, {"type": "msp"}, If_Match=made.headers["ETag"])
    assert changed.json()["score"] == 70
    api.patch(one, {"type": "reseller"}, 412, If_Match=made.headers["ETag"])
    assert api.post(f"{one}invite/", {"words": "Hello"}).json()["state"] == "invited"
    assert api.post(f"{one}drop/").json()["state"] == "dropped"
    api.post(f"{one}contact/", None, 409)
    assert [each["name"] for each in api.get("prospects/", state="dropped").json()["results"]] == ["Nordlys"]


def test_a_second_one_with_the_domain_is_refused_at_its_field(cast: Cast) -> None:
    prospect(cast, website="nordlys.example")
    api = Api(token_of(cast, "northwind_manager"))
    problem = api.post("prospects/", {"program": "partners", "name": "Twin", "website": "nordlys.example"}, 422).json()
    assert problem["code"] == "on_the_list"
    assert Prospect.objects.count() == 1


def test_partners_and_other_vendors_see_none(cast: Cast) -> None:
    prospect(cast)
    assert Api(token_of(cast, "halden_manager")).get("prospects/").json()["results"] == []
    Api(token_of(cast, "brightpath_administrator")).get("prospects/", 403)
    Api(token_of(cast, "brightpath_administrator")).get("time-to-value/", 403)


def test_time_to_value_is_told_as_a_whole_and_by_program(cast: Cast) -> None:
    api = Api(token_of(cast, "northwind_executive"))
    (whole,) = api.get("time-to-value/").json()
    assert whole["reached"]["applied"] == 3
    assert whole["days"]["approved"] == {
        "partners": 0,
        "lower_quartile": None,
        "median": None,
        "upper_quartile": None,
    }
    (program,) = api.get("time-to-value/", by="program").json()
    assert program["key"] == "partners"
    api.get("time-to-value/", 422, by="horoscope")
    api.get("time-to-value/", 422, program="elsewhere")
