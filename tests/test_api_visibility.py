"""What each side sees through the API, and what it never does; how much a request costs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from activity.models import Event
from dealreg.api.filters import VENDOR_ONLY
from dealreg.models import Deal
from dealreg.services import approve_deal, ask_for_information, confirm_customer, decline_deal, take_deal
from prm.kernel.opaque import unveil, veil
from tests.api_client import Api, token_of


@pytest.fixture
def api(cast):
    made = {}

    def of(persona):
        if persona not in made:
            made[persona] = Api(token_of(cast, persona))
        return made[persona]

    return of


def references(answer):
    return {row["reference"] for row in answer.json()["results"]}


@pytest.fixture
def deals(cast):
    """One deal of each partner with each vendor, the second in line for the first's customer."""
    return {
        "brightpath_northwind": cast.register(),
        "kappel_northwind": cast.register(
            "kappel_sales", "kappel_northwind", customer_domain="", customer_name="CASTELLAN FOODS"
        ),
        "brightpath_halden": cast.register("brightpath_sales", "brightpath_halden"),
        "isle_halden": cast.register("isle_sales", "isle_halden", customer_name="Other AG", customer_domain=""),
    }


def test_each_seat_lists_its_own_deals(deals, api):
    expected = {
        "brightpath_sales": {"brightpath_northwind", "brightpath_halden"},
        "kappel_administrator": {"kappel_northwind"},
        "isle_sales": {"isle_halden"},
        "northwind_executive": {"brightpath_northwind", "kappel_northwind"},
        "halden_approver": {"brightpath_halden", "isle_halden"},
        "brightpath_technical": set(),
    }
    for persona, names in expected.items():
        assert references(api(persona).get("deals/")) == {deals[name].reference for name in names}, persona


def test_records_out_of_sight_are_404_whatever_is_asked(cast, deals, api):
    foreign = deals["kappel_northwind"].reference
    deal_events = Event.objects.filter(kind__startswith="deal.")
    before = deal_events.count()
    for persona in ("brightpath_administrator", "halden_manager", "isle_sales"):
        caller = api(persona)
        for tail in ("", "events/", "comments/", "files/"):
            assert caller.get(f"deals/{foreign}/{tail}", 404).json()["code"] == "not_found"
        caller.patch(f"deals/{foreign}/", {"stage": "proposal"}, 404, If_Match="*")
        for name in ("take", "approve", "decline", "ask", "answer", "withdraw", "win", "lose", "reopen", "comments"):
            caller.post(f"deals/{foreign}/{name}/", {"text": "x"}, 404)
    api("halden_approver").get(f"deals/{foreign}/conflicts/", 404)
    assert deal_events.count() == before
    for path in (
        f"products/{cast.northwind.robot.pk}/",
        f"programs/{cast.northwind.program.pk}/",
        f"enrollments/{cast.enrollments['kappel_northwind'].pk}/",
        "partners/kappel/",
    ):
        api("halden_manager").get(path, 404)
        api("northwind_manager").get(path)


def test_vendor_does_not_learn_where_else_its_partner_works(cast, deals, api):
    for path in ("partners/", "enrollments/", "programs/", "products/", "events/", "deals/", "me/"):
        assert "halden" not in api("northwind_manager").get(path).content.decode().casefold(), path
    assert api("halden_manager").get("partners/", name="Kappel").json()["results"] == []
    assert len(api("northwind_manager").get("partners/", name="Kappel").json()["results"]) == 1


SECRET = ("account", "score", "assignee", "overt", "conflict", "Kappel", "kappel", "escalat")


def test_partner_never_reads_what_is_the_vendors(cast, deals, api):
    approver = cast.actor("northwind_approver")
    mine, rival = deals["brightpath_northwind"], deals["kappel_northwind"]
    confirm_customer(actor=approver, deal=mine, account=Account.objects.get(pk=mine.account_id))
    take_deal(actor=approver, deal=mine)
    ask_for_information(actor=approver, deal=mine, fields=["customer_domain"], message="Which site?")
    seller, desk = api("brightpath_sales"), api("northwind_approver")
    seller.post(f"deals/{mine.reference}/answer/", {"answers": {"customer_domain": "castellan.example"}})
    desk.post(f"deals/{mine.reference}/comments/", {"text": "Kappel is second.", "audience": "vendor"}, 201)
    approve_deal(actor=approver, deal=Deal.objects.get(pk=mine.pk), message="Yes.", overtake_reason="Kappel can wait.")
    decline_deal(actor=approver, deal=rival, reason="protected", message="Taken.")
    seen_by_vendor = desk.get(f"deals/{mine.reference}/events/").content.decode()
    assert "deal.customer_confirmed" in seen_by_vendor
    assert "account_id" in seen_by_vendor
    for path in (
        "deals/",
        "events/",
        f"deals/{mine.reference}/",
        f"deals/{mine.reference}/events/",
        f"deals/{mine.reference}/comments/",
    ):
        text = seller.get(path).content.decode()
        for word in SECRET:
            assert word not in text, (path, word)
    for path in (f"deals/{mine.reference}/conflicts/", "accounts/", f"accounts/{mine.account_id}/"):
        assert seller.get(path, 403).json()["code"] == "not_allowed"
    for name in VENDOR_ONLY:
        assert seller.get("deals/", 422, **{name: "1"}).json()["errors"][0]["code"] == "unknown_parameter"


def test_ids_that_partners_hold_do_not_count_others_rows(cast, deals, api):
    seller = api("brightpath_sales")
    for page in (seller.get("events/", limit=1).json(), seller.get("deals/", limit=1).json()):
        assert page["next"]
    ids = [row["id"] for row in seller.get("events/").json()["results"]]
    pks = {unveil(found, "event") for found in ids}
    assert pks <= set(Event.objects.values_list("pk", flat=True))
    assert all(not found.isdigit() for found in ids)
    with pytest.raises(ValueError):
        unveil("short", "event")
    assert all(unveil(veil(number, "x"), "x") == number for number in (0, 1, 2**31, 2**63 - 1))


def test_seat_that_reaches_its_own_records_sees_no_colleagues_events(cast, deals, api):
    assert api("brightpath_technical").get("events/").json()["results"] == []
    assert api("brightpath_technical").get(f"deals/{deals['brightpath_northwind'].reference}/", 404)


def test_lists_are_paged_by_cursor_without_gaps_or_doubles(cast, api):
    made = [cast.register(customer_name=f"Customer {number} AG", customer_domain="").reference for number in range(7)]
    same = timezone.now() - timedelta(days=1)
    Deal.objects.filter(reference__in=made[2:5]).update(submitted_at=same)
    found, path = [], "deals/?limit=2"
    while path:
        page = api("brightpath_sales").get(path).json()
        found += [row["reference"] for row in page["results"]]
        path = page["next"]
    assert sorted(found) == sorted(made)
    assert len(api("brightpath_sales").get("events/", limit=3).json()["results"]) == 3


def test_filters_narrow_the_list(cast, deals, api):
    seller, desk = api("brightpath_sales"), api("northwind_approver")
    mine, rival = deals["brightpath_northwind"], deals["kappel_northwind"]
    approve_deal(actor=cast.actor("northwind_approver"), deal=mine)
    checks = [
        (seller, {"vendor": "northwind"}, {mine}),
        (seller, {"status": "approved"}, {mine}),
        (seller, {"customer": "castellan"}, {mine, deals["brightpath_halden"]}),
        (seller, {"protected": "true"}, {mine}),
        (seller, {"protected": "false"}, {deals["brightpath_halden"]}),
        (seller, {"program": cast.northwind.program.pk}, {mine}),
        (seller, {"submitted_after": "2999-01-01T00:00:00Z"}, set()),
        (seller, {"close_before": "2000-01-01"}, set()),
        (desk, {"partner": "kappel"}, {rival}),
        (desk, {"account": mine.account_id}, {mine, rival}),
        (desk, {"overdue": "true"}, set()),
        (desk, {"overdue": "false", "outcome": "open"}, {mine, rival}),
    ]
    for caller, query, expected in checks:
        assert references(caller.get("deals/", **query)) == {deal.reference for deal in expected}, query
    both = desk.client.get("/api/v1/deals/?status=approved&status=in_review", headers=desk.headers)
    assert references(both) == {mine.reference, rival.reference}
    assert [row["sku"] for row in seller.get("products/", family="robots", vendor="halden").json()["results"]] == [
        "PC-40"
    ]
    assert seller.get("products/", sku="CS-1").json()["results"][0]["prices"][0]["amount"] == "2000.00"


def cost(call):
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)


def test_requests_cost_at_most_twelve_queries_however_long_the_list(cast, api):
    seller, desk = api("brightpath_sales"), api("northwind_approver")
    reference = cast.register().reference
    paths = ["deals/", "programs/", "products/", "partners/", "enrollments/", "events/", "me/", f"deals/{reference}/"]
    paths += [f"deals/{reference}/{tail}/" for tail in ("events", "comments", "files")]
    more = ["accounts/", f"deals/{reference}/conflicts/"]
    for caller in (seller, desk):
        caller.get("me/")
    few = {(caller, path): cost(lambda c=caller, p=path: c.get(p)) for caller in (seller, desk) for path in paths}
    few |= {(desk, path): cost(lambda p=path: desk.get(p)) for path in more}
    for number in range(30):
        cast.register(customer_name=f"Customer {number} AG", customer_domain="")
    many = {(caller, path): cost(lambda c=caller, p=path: c.get(p)) for caller, path in few}
    assert max(many.values()) <= 12, {path: count for (_, path), count in many.items()}
    assert {path for (_, path), count in many.items() if count > few[_, path]} == set()
