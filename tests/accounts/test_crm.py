"""The vendor's CRM: opportunities by list and by connection, from recorded answers; faults, rights, schedule."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.crm.services import (
    ConnectionFacts,
    change_connection,
    connect_crm,
    fetch_due,
    remove_connection,
    start_fetch,
    switch_connection,
)
from accounts.models import Account, CrmConnection, Opportunity
from activity.models import Event
from imports.enums import Outcome
from imports.registry import KINDS
from imports.services import import_rows
from jobs import queue
from jobs.models import Job
from prm.kernel.errors import Forbidden, RuleViolation
from tests.accounts.crm import replaying
from tests.api_client import Api, token_of


@pytest.fixture(autouse=True)
def demo(settings):
    """Plain http to this very machine is taken in demo mode only."""
    settings.DEMO = True


def rows_in(cast, rows, kind="opportunities", persona="northwind_manager"):
    return import_rows(actor=cast.actor(persona), kind=KINDS[kind], rows=rows)


@pytest.fixture
def castellan(cast) -> Account:
    rows_in(cast, [{"name": "Castellan Foods GmbH", "country": "DE", "external_id": "001xx0001"}], kind="accounts")
    return Account.objects.get(vendor=cast.northwind.vendor, external_id="001xx0001")


def facts(**changes) -> ConnectionFacts:
    given = {"address": "https://acme.my.salesforce.com", "client_id": "key", "secret": "hush", "every_hours": 24}
    return ConnectionFacts(**{**given, **changes})


def connected(cast, server, system="salesforce") -> CrmConnection:
    manager = cast.actor("northwind_manager")
    made = connect_crm(actor=manager, system=system, facts=facts(address=server.address))
    return switch_connection(actor=manager, connection=made, is_active=True)


def test_a_list_brings_opportunities_and_the_same_list_changes_nothing(cast, castellan):
    row = {"external_id": "006-1", "name": "Line 4", "account_id": "001xx0001", "value": "120000", "currency": "EUR"}
    assert [each.outcome for each in rows_in(cast, [row])] == [Outcome.NEW]
    made = Opportunity.objects.get()
    assert (made.account_id, made.value, made.is_open, made.source) == (castellan.pk, Decimal(120000), True, "file")
    long_ago = timezone.now() - timedelta(days=90)
    Opportunity.objects.update(seen_at=long_ago)
    assert [each.outcome for each in rows_in(cast, [row])] == [Outcome.UNCHANGED]
    assert Opportunity.objects.get().seen_at > long_ago + timedelta(days=89)
    assert [each.outcome for each in rows_in(cast, [{**row, "closed": True}])] == [Outcome.CHANGED]
    assert not Opportunity.objects.open().exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"account_id": "unknown"}, "None of your accounts"),
        ({"account_id": ""}, "doesn’t say whose it is"),
        ({"value": "5", "currency": ""}, "needs its currency"),
        ({"value": "-5", "currency": "EUR"}, "not negative"),
        ({"close_date": "someday"}, "is no day"),
        ({"name": ""}, "“Name” is missing"),
    ],
)
def test_bad_rows_are_refused_in_words(cast, castellan, changes, words):
    row = {"external_id": "006-1", "name": "Line 4", "account_id": "001xx0001", **changes}
    (outcome,) = rows_in(cast, [row])
    assert outcome.outcome == Outcome.REFUSED
    assert words in outcome.reason
    assert not Opportunity.objects.exists()


def test_salesforce_is_read_page_by_page_and_again_from_where_it_was(cast):
    with replaying("salesforce") as server:
        connection = connected(cast, server)
        assert fetch_due() == 1
        queue.work_off()
        job = Job.objects.latest("pk")
        assert (job.state, job.figures) == ("done", {"created": 4, "refused": 2})
        castellan = Account.objects.get(external_id="001xx0001")
        assert (castellan.domain, castellan.owner_name, castellan.origin) == (
            "castellan.example",
            "Priya Rao",
            "customer",
        )
        line = Opportunity.objects.get(external_id="006xx0001")
        assert (line.account_id, line.value, line.currency) == (castellan.pk, Decimal(120000), "EUR")
        assert (line.close_date, line.last_activity_on, line.is_open) == (date(2027, 1, 31), date(2026, 11, 20), True)
        assert not Opportunity.objects.get(external_id="006xx0002").is_open
        assert {path for _method, path, _query, _key in server.asked} >= {"/services/data/v61.0/query/01gxx0000-200"}
        assert fetch_due() == 0
        connection.refresh_from_db()
        assert connection.since is not None
        server.asked.clear()
        start_fetch(actor=cast.actor("northwind_manager"), connection=connection)
        queue.work_off()
        assert Job.objects.latest("pk").figures == {"refused": 2}
        asked = [query["q"][0] for _method, _path, query, _key in server.asked if "q" in query]
        assert all(f"SystemModstamp >= {connection.since:%Y-%m-%dT%H:%M:%SZ}" in each for each in asked)


def test_hubspot_is_read_with_owners_and_companies(cast):
    with replaying("hubspot") as server:
        connected(cast, server, system="hubspot")
        fetch_due()
        queue.work_off()
    assert Job.objects.latest("pk").figures == {"created": 4}
    names = dict(Account.objects.values_list("name", "owner_name"))
    assert names == {"Castellan Foods GmbH": "Priya Rao", "orbit.example": "tom@vendor.example"}
    line = Opportunity.objects.get(external_id="5001")
    assert (line.account.name, line.stage, line.source) == ("Castellan Foods GmbH", "contractsent", "hubspot")


def test_a_refused_key_is_shown_and_told_once_and_nothing_is_written(cast):
    with replaying("salesforce") as server:
        connection = connected(cast, server)
        server.broken = 401
        for _time in range(2):
            start_fetch(actor=cast.actor("northwind_manager"), connection=connection)
            queue.work_off()
    connection.refresh_from_db()
    assert "refuses our key (401)" in connection.fault
    assert Job.objects.latest("pk").state == "failed"
    assert Event.objects.filter(kind="crm.failed").count() == 1
    assert not Account.objects.exclude(origin="registration").exists()


def test_a_system_that_is_down_is_waited_for(cast):
    with replaying("salesforce") as server:
        connection = connected(cast, server)
        server.broken = 503
        start_fetch(actor=cast.actor("northwind_manager"), connection=connection)
        queue.work_off()
        job = Job.objects.latest("pk")
        assert job.state == "queued"
        assert "Waiting for Salesforce" in job.note
        server.broken = 0
        Job.objects.update(due_at=timezone.now())
        queue.work_off()
    assert Job.objects.latest("pk").state == "done"


def test_who_switched_it_on_has_left(cast):
    with replaying("salesforce") as server:
        connection = connected(cast, server)
        CrmConnection.objects.update(seat=None)
        assert fetch_due() == 0
        assert server.asked == []
    connection.refresh_from_db()
    assert "has left" in connection.fault


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"address": ""}, "address"),
        ({"address": "http://acme.my.salesforce.com"}, "address"),
        ({"client_id": ""}, "client_id"),
        ({"secret": ""}, "secret"),
        ({"every_hours": 0}, "every_hours"),
    ],
)
def test_bad_settings_are_refused(cast, changes, field):
    with pytest.raises(RuleViolation) as refusal:
        connect_crm(actor=cast.actor("northwind_manager"), system="salesforce", facts=facts(**changes))
    assert refusal.value.field == field
    assert not CrmConnection.objects.exists()
    assert not Event.objects.filter(kind__startswith="crm.").exists()


def test_only_partner_managers_connect_and_another_address_begins_anew(cast):
    with pytest.raises(Forbidden):
        connect_crm(actor=cast.actor("northwind_approver"), system="salesforce", facts=facts())
    manager = cast.actor("northwind_manager")
    made = connect_crm(actor=manager, system="salesforce", facts=facts())
    assert "hush" not in made.secret
    with pytest.raises(RuleViolation, match="connected already"):
        connect_crm(actor=manager, system="salesforce", facts=facts())
    CrmConnection.objects.update(since=timezone.now())
    kept = change_connection(actor=manager, connection=made, facts=facts(secret=None, every_hours=6))
    assert (kept.since is not None, kept.secret) == (True, made.secret)
    moved = change_connection(actor=manager, connection=made, facts=facts(address="https://new.my.salesforce.com"))
    assert moved.since is None
    remove_connection(actor=manager, connection=moved)
    assert not CrmConnection.objects.exists()


def test_rows_come_by_the_api_once_per_key(cast, castellan):
    body = {"rows": [{"external_id": "006-1", "name": "Line 4", "account_id": "001xx0001"}, {"external_id": "006-2"}]}
    client = Api(token_of(cast, "northwind_manager"))
    names = [each["name"] for each in client.get("lists/").json()["results"]]
    assert {"accounts", "opportunities"} <= set(names)
    first = client.post("lists/opportunities/rows/", body, **{"Idempotency-Key": "one"})
    assert first.status_code == 200
    assert first.json()["counts"] == {"new": 1, "refused": 1}
    assert client.post("lists/opportunities/rows/", body, **{"Idempotency-Key": "one"}).json() == first.json()
    assert Opportunity.objects.count() == 1
    for persona in ("northwind_approver", "brightpath_sales"):
        assert Api(token_of(cast, persona)).post("lists/opportunities/rows/", body, 403)
    assert Opportunity.objects.count() == 1
