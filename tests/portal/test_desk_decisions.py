"""Decisions at the desk: they happen and lead on; refusals change nothing and leave no event."""

from __future__ import annotations

import pytest
from django.urls import reverse

from activity.models import Event
from dealreg.enums import Status
from dealreg.models import Comment, Deal
from dealreg.services import approve_deal

ROUTES = ("approve", "decline", "ask", "take", "separate", "confirm")
GOOD = {
    "approve": {"message": "Good luck."},
    "decline": {"reason": "too_small", "message": "Below 20,000."},
    "ask": {"fields": ["title"], "message": "Which plant?"},
    "take": {},
    "separate": {"reason": "Another town."},
    "confirm": {},
}


def url(name, deal):
    return reverse(f"desk:deal-{name}", args=[deal.reference])


def likely(cast):
    """Return a registration whose customer only looks like an account."""
    cast.register()
    deal = cast.register(
        "kappel_sales",
        "kappel_northwind",
        customer_name="Castellan Food Ltd",
        customer_domain="",
        customer_country="GB",
    )
    assert deal.account_link == "likely"
    return deal


def state():
    """Return everything that a refusal must leave alone."""
    deals = list(Deal.objects.order_by("pk").values("status", "revision", "account_id", "assignee_id", "decided_at"))
    return deals, Event.objects.count(), Comment.objects.count()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("approve", Status.APPROVED),
        ("decline", Status.DECLINED),
        ("ask", Status.INFORMATION_REQUESTED),
        ("take", Status.IN_REVIEW),
    ],
)
@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_manager"])
def test_decision_happens_and_leads_back_to_the_deal(cast, browse, persona, name, status):
    deal = cast.register()
    response = browse(persona).post(url(name, deal), GOOD[name])
    assert response.status_code == 302
    assert response.url == deal.get_desk_url()
    deal.refresh_from_db()
    assert deal.status == status


def test_after_a_decision_the_queue_shows_the_next(cast, browse):
    first, second, third = (
        cast.register(customer_name=name, customer_domain=f"{name.lower()}.example", value=value)
        for name, value in (("Bratanix", 30), ("Oswicke", 20), ("Munfelum", 10))
    )
    client = browse("northwind_approver")
    response = client.post(url("approve", first), GOOD["approve"] | {"queue": "all"})
    assert response.url == f"{reverse('desk:queue')}?deal={second.reference}"
    shown = client.get(response.url).content.decode()
    assert "Bratanix is approved, and Brightpath is told." in shown
    response = client.post(url("decline", third), GOOD["decline"] | {"queue": "all"})
    assert response.url == f"{reverse('desk:queue')}?deal={second.reference}"
    response = client.post(url("approve", second), GOOD["approve"] | {"queue": "all"})
    assert response.url == reverse("desk:queue")


@pytest.mark.parametrize("name", ["approve", "decline", "ask"])
def test_form_is_a_page_without_scripts(cast, browse, name):
    deal = cast.register()
    response = browse("northwind_approver").get(url(name, deal) + "?queue=mine")
    text = response.content.decode()
    assert response.status_code == 200
    assert 'name="queue" value="mine"' in text
    assert 'name="message"' in text


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("approve", {"days": "900", "message": "Kept words"}, "Kept words"),
        ("decline", {"reason": "", "message": "Kept words"}, "Kept words"),
        ("decline", {"reason": "too_small", "message": ""}, "too_small"),
        ("decline", {"reason": "made_up", "message": "Kept words"}, "Kept words"),
        ("ask", {"message": "Kept words"}, "Kept words"),
        ("ask", {"fields": ["status"], "message": "Kept words"}, "Kept words"),
        ("separate", {"reason": ""}, ""),
        ("confirm", {"account": "0"}, ""),
    ],
)
def test_refused_form_keeps_what_was_typed_and_changes_nothing(cast, browse, name, sent, kept):
    deal = likely(cast)
    before = state()
    response = browse("northwind_approver").post(url(name, deal), sent)
    assert response.status_code == 422
    assert kept in response.content.decode()
    assert "needs another look" in response.content.decode()
    assert state() == before


def test_overtaking_an_earlier_one_asks_for_the_reason(cast, browse):
    first = cast.register()
    second = cast.register("kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    client = browse("northwind_approver")
    before = state()
    response = client.post(url("approve", second), {"message": "Kept words"})
    assert response.status_code == 422
    text = response.content.decode()
    assert 'name="overtake_reason"' in text
    assert first.reference in text
    assert "Kept words" in text
    assert state() == before
    response = client.post(url("approve", second), {"overtake_reason": "The customer chose them in writing."})
    assert response.status_code == 302
    second.refresh_from_db()
    assert second.status == Status.APPROVED


def test_protected_customer_refuses_the_second_and_names_the_holder(cast, browse):
    first = cast.register()
    second = cast.register("kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    approve_deal(actor=cast.actor("northwind_approver"), deal=first)
    before = state()
    response = browse("northwind_approver").post(url("approve", second), {})
    assert response.status_code == 422
    assert f"{first.reference} is protected" in response.content.decode()
    assert state() == before


@pytest.mark.parametrize("name", ROUTES)
def test_someone_faster_gives_the_fresh_row_and_a_way_back(cast, browse, name):
    deal = likely(cast)
    sent = GOOD[name] | ({"account": str(deal.account_id)} if name == "confirm" else {})
    browse("northwind_manager").post(url("decline", deal), GOOD["decline"])
    before = state()
    response = browse("northwind_approver").post(url(name, deal), sent | {"queue": "mine", "seen": "in_review"})
    assert response.status_code == 409
    text = response.content.decode()
    assert "In review" in text
    assert "Declined" in text
    assert "Northwind Manager" in text
    assert f"{reverse('desk:queue')}?view=mine" in text
    assert state() == before


def test_customer_is_set_apart_or_confirmed(cast, browse):
    deal = likely(cast)
    client = browse("northwind_approver")
    page = client.get(reverse("desk:queue"), {"deal": deal.reference}).content.decode()
    asked = client.get(url("confirm", deal), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in asked
    assert 'name="account"' in asked
    assert url("separate", deal) in page
    assert url("confirm", deal) in page
    assert "Side by side" in page
    account = deal.account_id
    response = client.post(url("confirm", deal), {"account": str(account), "queue": "all"})
    assert response.url == f"{reverse('desk:queue')}?deal={deal.reference}"
    deal.refresh_from_db()
    assert (deal.account_id, deal.account_link) == (account, "confirmed")
    client.post(url("separate", deal), GOOD["separate"])
    deal.refresh_from_db()
    assert deal.account_link == "separated"
    assert deal.account_id != account


def test_another_vendors_account_cannot_be_confirmed(cast, browse):
    deal = likely(cast)
    foreign = cast.register("brightpath_sales", "brightpath_halden")
    before = state()
    response = browse("northwind_approver").post(url("confirm", deal), {"account": str(foreign.account_id)})
    assert response.status_code == 422
    assert state() == before


@pytest.mark.parametrize("name", [*ROUTES, "detail", "comment", "file-add"])
@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_finance"])
def test_other_vendors_reference_is_unknown_on_every_route(cast, browse, persona, name):
    deal = cast.register("brightpath_sales", "brightpath_halden")
    client = browse(persona)
    before = state()
    assert client.post(url(name, deal), GOOD.get(name, {"text": "x", "audience": "vendor"})).status_code in {404, 405}
    if name != "take":
        assert client.get(url(name, deal)).status_code == 404
    assert state() == before


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize(
    "persona", ["northwind_finance", "northwind_executive", "brightpath_sales", "brightpath_administrator"]
)
def test_nobody_else_decides(cast, browse, persona, name):
    deal = likely(cast)
    before = state()
    client = browse(persona)
    assert client.post(url(name, deal), GOOD[name] | {"account": str(deal.account_id)}).status_code == 403
    if name != "take":
        assert client.get(url(name, deal)).status_code == 403
    assert state() == before


def test_form_for_the_dialog_comes_alone_and_leads_on_when_it_is_too_late(cast, browse):
    deal = cast.register()
    client = browse("northwind_approver")
    text = client.get(url("approve", deal) + "?queue=mine", headers={"HX-Request": "true"}).content.decode()
    assert text.strip().startswith("<form")
    assert 'name="queue" value="mine"' in text
    approve_deal(actor=cast.actor("northwind_manager"), deal=deal)
    late = client.get(url("approve", deal), headers={"HX-Request": "true"})
    assert late.headers["HX-Redirect"] == deal.get_desk_url()
    assert client.get(url("approve", deal)).url == deal.get_desk_url()


def test_dialog_of_an_overtaking_asks_for_the_reason_from_the_start(cast, browse):
    cast.register()
    second = cast.register("kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    text = browse("northwind_approver").get(url("approve", second), headers={"HX-Request": "true"}).content.decode()
    assert 'name="overtake_reason"' in text


def test_bulk_and_form_texts_are_escaped(cast, browse):
    deal = cast.register(customer_name="<script>alert(1)</script> Works", title="<b>bold</b>", notes="<i>x</i>")
    client = browse("northwind_approver")
    for address in (reverse("desk:queue"), deal.get_desk_url(), url("decline", deal), reverse("desk:deal-list")):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<b>bold" not in text
        assert "&lt;script&gt;alert" in text
