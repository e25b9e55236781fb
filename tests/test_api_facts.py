"""Facts over the API: batches with an outcome for each row, once; lists in sight; the work list."""

from __future__ import annotations

import pytest

from accounts.models import SalesLine
from standing.models import Credential, Holding, WaitingFact
from tests.api_client import Api, token_of
from tests.facts import total


@pytest.fixture
def api(cast):
    """Return a function that gives a persona's client."""
    return lambda persona, **more: Api(token_of(cast, persona, **more))


def line(number, **changes):
    fields = {"kind": "order", "partner": "kappel", "day": "2026-03-31", "amount": "100.00", "currency": "EUR"}
    return {"external_id": number, **fields, **changes}


def batch(*rows, **more):
    return {"source": "erp", "rows": list(rows), **more}


def test_batch_answers_for_each_row_and_leaves_the_good_ones_alone(cast, api):
    answer = api("northwind_manager").post(
        "facts/sales-lines/",
        batch(
            line("1"), line("2", amount="x"), line("3", partner="nobody"), line("4"), line("4"), line("5", colour="red")
        ),
    )
    rows = answer.json()["rows"]
    assert [row["result"] for row in rows] == ["booked", "refused", "waiting", "refused", "refused", "refused"]
    assert rows[2]["problems"] == ["partner"]
    assert "amount" in rows[1]["message"]
    assert "colour" in rows[5]["message"]
    assert answer.json()["counts"] == {"booked": 1, "refused": 4, "waiting": 1}
    assert SalesLine.objects.count() == 1


def test_same_batch_again_changes_nothing(cast, api):
    manager = api("northwind_manager")
    for expected in ("booked", "unchanged"):
        answer = manager.post("facts/sales-lines/", batch(line("1")))
        assert answer.json()["counts"] == {expected: 1}
    first, again = (manager.post("facts/sales-lines/", batch(line("2")), 200, Idempotency_Key="k") for _ in range(2))
    assert first.json() == again.json()
    assert total("sales.order", cast.northwind.vendor) == 200


def test_partner_reads_its_own_lines_and_nobody_elses(cast, api):
    api("northwind_manager").post("facts/sales-lines/", batch(line("1"), line("2", partner="brightpath")))
    (own,) = api("kappel_sales").get("facts/sales-lines/").json()["results"]
    assert (own["external_id"], own["partner"]["slug"]) == ("1", "kappel")
    assert api("kappel_sales").get(f"facts/sales-lines/{own['id']}/").json() == own
    api("brightpath_sales").get(f"facts/sales-lines/{own['id']}/", 404)
    assert api("halden_manager").get("facts/sales-lines/").json()["results"] == []
    api("brightpath_marketing").get("facts/sales-lines/", 403)
    api("kappel_sales").get("facts/usage/", 403)


def test_list_shows_what_holds_and_on_request_its_history(cast, api):
    manager = api("northwind_manager")
    manager.post("facts/sales-lines/", batch(line("1")))
    manager.post("facts/sales-lines/", batch(line("1", amount="90.00")))
    assert [row["amount"] for row in manager.get("facts/sales-lines/").json()["results"]] == ["90.00"]
    history = manager.get("facts/sales-lines/", history="true").json()["results"]
    assert sorted((row["n"], row["amount"]) for row in history) == [(-1, "-100.00"), (1, "100.00"), (1, "90.00")]


def test_only_a_manager_with_the_scope_records(cast, api):
    for persona in ("northwind_approver", "kappel_sales"):
        api(persona).post("facts/sales-lines/", batch(line("1")), 403)
    api("northwind_manager", scopes=("facts:read",)).post("facts/sales-lines/", batch(line("1")), 403)
    assert not SalesLine.objects.exists()
    assert not WaitingFact.objects.exists()


def test_certificates_usage_and_answers_are_recorded(cast, api):
    manager = api("northwind_manager")
    Credential.objects.create(vendor=cast.northwind.vendor, name="Safety", slug="safety")
    earned = {"external_id": "1", "credential": "safety", "holder_name": "Tess", "earned_on": "2026-03-01"}
    answer = manager.post("facts/certificates/", batch({**earned, "holder_email": "technical@brightpath.example"}))
    assert answer.json()["counts"] == {"booked": 1}
    (seen,) = api("brightpath_technical").get("facts/certificates/").json()["results"]
    assert (seen["credential"], seen["holder_name"]) == ("safety", "Tess")
    assert Holding.objects.get().partner == cast.brightpath
    score = {"external_id": "1", "partner": "kappel", "day": "2026-03-01", "score": "11"}
    assert manager.post("facts/satisfaction/", batch(score)).json()["counts"] == {"refused": 1}
    reading = {"external_id": "1", "partner": "kappel", "day": "2026-03-01", "value": "11", "metric": "none"}
    assert manager.post("facts/usage/", batch(reading)).json()["rows"][0]["problems"] == ["metric"]


def test_row_of_the_work_list_is_helped_and_set_aside(cast, api):
    manager = api("northwind_manager")
    manager.post("facts/sales-lines/", batch(line("1", partner="ACME"), line("2", sku="NO-1")))
    second, first = manager.get("facts/waiting/", state="open").json()["results"]
    assert (first["partner"], first["problems"], second["problems"]) == ("ACME", ["partner"], ["product"])
    enrollment = cast.enrollments["kappel_northwind"].pk
    done = manager.post(f"facts/waiting/{first['id']}/help/", {"enrollment": enrollment}).json()
    assert done["state"] == "booked"
    aside = manager.post(f"facts/waiting/{second['id']}/ignore/", {"reason": "A test row"}).json()
    assert aside["state"] == "ignored"
    manager.post(f"facts/waiting/{second['id']}/ignore/", {"reason": "Again"}, 409)
    api("halden_manager").get(f"facts/waiting/{first['id']}/", 404)
    api("kappel_sales").get("facts/waiting/", 403)
