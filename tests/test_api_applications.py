"""Applications over the API: listed, read, decided once; nobody else's, and nothing before the address is proven."""

from __future__ import annotations

import pytest

from activity.models import Event
from onboarding.models import Application, ApplicationMessage
from partners.models import Partner
from tests.api_client import Api, token_of
from tests.onboarding.applying import apply, open_form

DECIDER = "northwind_approver"


@pytest.fixture
def api(cast):
    """Return a function that gives a persona's client."""
    return lambda persona, **more: Api(token_of(cast, persona, **more))


@pytest.fixture
def row(cast):
    """An application to Northwind; another one, to Halden, is nobody's here."""
    apply(open_form(cast.halden), name="Halden’s secret")
    return apply(open_form(cast.northwind))


def address(row: Application, step: str = "") -> str:
    """Return an application's address."""
    return f"applications/{row.reference}/" + (f"{step}/" if step else "")


def test_list_and_read(api, row):
    everybody = ("northwind_manager", "northwind_approver", "northwind_finance", "northwind_executive")
    for persona in everybody:
        (found,) = api(persona).get("applications/", 200, state="submitted", company="Castellan").json()["results"]
        assert found["reference"] == row.reference
        names = {each["name"] for each in found["available_transitions"]}
        assert names == ({"approve", "decline", "ask", "waitlist"} if persona in everybody[:2] else set())
    answer = api(DECIDER).get(address(row))
    assert answer["ETag"] == f'"{row.revision}"'
    assert api(DECIDER).get("applications/", 200, overdue="true").json()["results"] == []


def test_others_see_nothing_and_change_nothing(api, row):
    before = Event.objects.count(), Partner.objects.count()
    api("halden_manager").get(address(row), 404)
    api("halden_manager").post(address(row, "approve"), {}, 404)
    api("brightpath_administrator").get("applications/", 403)
    api("northwind_finance").post(address(row, "approve"), {}, 403)
    api(DECIDER, scopes=("onboarding:read",)).post(address(row, "approve"), {}, 403)
    api(DECIDER, scopes=("deals:read",)).get("applications/", 403)
    assert (Event.objects.exclude(kind="token.made").count(), Partner.objects.count()) == before


def test_what_is_unproven_is_not_there(api, row):
    Application.objects.filter(pk=row.pk).update(state="unconfirmed", submitted_at=None, due_at=None)
    api(DECIDER).get(address(row), 404)
    assert api(DECIDER).get("applications/").json()["results"] == []


def test_ask_note_and_decline_with_reasons(api, row):
    client = api(DECIDER)
    client.post(address(row, "decline"), {"message": "No."}, 422)
    client.post(address(row, "ask"), {"message": ""}, 422)
    client.post(address(row, "ask"), {"message": "Where?", "colour": "red"}, 422)
    asked = client.post(address(row, "ask"), {"message": "Where?"}).json()
    assert asked["state"] == "asked"
    assert client.post(address(row, "messages"), {"text": "Hm."}, 201).json()["is_internal"] is True
    said = client.get(address(row, "messages")).json()["results"]
    assert [each["text"] for each in said] == ["Hm.", "Where?"]
    declined = client.post(address(row, "decline"), {"reason": "region", "message": "Not there."}).json()
    assert (declined["state"], declined["decline_reason"]) == ("declined", "region")
    assert ApplicationMessage.objects.count() == 2


def test_approving_twice_under_one_key_enrols_once_and_late_is_told(api, row):
    first, again = (
        api(DECIDER).post(address(row, "approve"), {"message": "Welcome."}, 200, Idempotency_Key="k") for _ in range(2)
    )
    assert first.json() == again.json()
    assert first.json()["partner"]["name"] == "Castellan Automation"
    assert Partner.objects.filter(name="Castellan Automation").count() == 1
    late = api("northwind_manager").post(address(row, "decline"), {"reason": "other", "message": "No."}, 409).json()
    assert "Northwind Approver was faster" in late["detail"]
    assert late["current"]["state"] == "approved"


def test_the_list_costs_the_same_for_one_and_for_thirty(cast, api, django_assert_num_queries):
    form = open_form(cast.northwind)
    client = api(DECIDER)
    client.get("applications/")  # notes that the token was used, once
    for number in range(30):
        if number in {1, 29}:
            with django_assert_num_queries(3):
                client.get("applications/")
        apply(form)
