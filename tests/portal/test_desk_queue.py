"""The desk's queue: who sees it, what it costs, what stands in it, and deciding several at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from dealreg.enums import Status
from dealreg.models import Deal
from dealreg.reports import line_for, suggestion_for
from dealreg.services import approve_deal, ask_for_information
from portal.desk.suggesting import suggestion_of, with_suggestions

QUEUE = reverse("desk:queue")


NAMES = [
    head + tail
    for tail in ("tanix", "goros", "felum", "wicke", "sapri")
    for head in ("Bra", "Vey", "Koru", "Ost", "Mun", "Dri")
]
"""Thirty customers of whom no two look alike."""


def many(cast, number, start=0):
    return [
        cast.register(customer_name=name, customer_domain=f"{name.lower()}.example")
        for name in NAMES[start : start + number]
    ]


def queries(client, url, **headers):
    client.get(url, **headers)
    with CaptureQueriesContext(connection) as caught:
        response = client.get(url, **headers)
    assert response.status_code == 200
    return len(caught), response


@pytest.mark.parametrize(
    "persona", ["northwind_approver", "northwind_manager", "northwind_finance", "northwind_executive"]
)
def test_queue_opens_for_every_vendor_role_with_buttons_for_deciders_only(cast, browse, persona):
    deal = cast.register()
    response = browse(persona).get(QUEUE)
    assert response.status_code == 200
    text = response.content.decode()
    assert "Castellan Foods GmbH" in text
    decides = persona in {"northwind_approver", "northwind_manager"}
    assert (reverse("desk:deal-approve", args=[deal.reference]) in text) is decides
    assert ("data-pick" in text) is decides


def test_queue_is_closed_to_partners_and_strangers(cast, browse, client):
    assert browse("brightpath_sales").get(QUEUE).status_code == 403
    assert client.get(QUEUE).status_code == 302


def test_queue_shows_the_own_vendors_deals_only(cast, browse):
    cast.register("brightpath_sales", "brightpath_halden", customer_name="Secret Harbour AG")
    assert "Secret Harbour" in browse("halden_approver").get(QUEUE).content.decode()
    assert "Secret Harbour" not in browse("northwind_approver").get(QUEUE).content.decode()


def test_queue_costs_the_same_for_one_and_for_thirty_rows(cast, browse):
    client = browse("northwind_approver")
    many(cast, 1)
    one, _response = queries(client, QUEUE)
    many(cast, 29, start=1)
    thirty, response = queries(client, QUEUE)
    assert response.content.decode().count("data-row") == 25  # a page
    assert one == thirty <= 12


def test_detail_for_htmx_comes_alone(cast, browse):
    deal = cast.register()
    client = browse("northwind_approver")
    asked = f"{QUEUE}?deal={deal.reference}"
    text = client.get(asked, headers={"HX-Request": "true", "HX-Target": "detail"}).content.decode()
    assert 'class="decide"' in text
    assert "data-row" not in text
    assert "<html" not in text
    again = client.get(asked, headers={"HX-Request": "true", "HX-History-Restore-Request": "true"}).content.decode()
    assert "<html" in again


def test_most_urgent_first_then_by_value_and_the_paused_last(cast, browse):
    first, second, third, paused = many(cast, 4)
    now = timezone.now().replace(minute=10, second=0, microsecond=0)
    Deal.objects.filter(pk=first.pk).update(due_at=now + timedelta(hours=5), value=10)
    Deal.objects.filter(pk=second.pk).update(due_at=now + timedelta(hours=5, minutes=20), value=20)
    Deal.objects.filter(pk=third.pk).update(due_at=now + timedelta(hours=2), value=1)
    Deal.objects.filter(pk=paused.pk).update(due_at=now)
    ask_for_information(actor=cast.actor("northwind_approver"), deal=paused, fields=["title"], message="Which?")
    response = browse("northwind_approver").get(QUEUE)
    assert [row.deal.pk for row in response.context["rows"]] == [third.pk, second.pk, first.pk, paused.pk]
    assert response.context["counts"].to_decide == 3
    assert "theirs" in response.content.decode()


def test_saved_views_keep_their_rows_and_count_them(cast, browse):
    clean, large, asked = many(cast, 3)
    Deal.objects.filter(pk=clean.pk).update(value=5)
    Deal.objects.filter(pk=large.pk).update(value=100_001)
    ask_for_information(actor=cast.actor("northwind_approver"), deal=asked, fields=["title"], message="Which?")
    Deal.objects.filter(pk=asked.pk).update(value=5)
    rival = cast.register("kappel_sales", "kappel_northwind", customer_name=large.customer_name, value=7)
    client = browse("northwind_approver")
    expected = {"all": 4, "mine": [asked], "conflicts": [rival], "large": [large], "waiting": [asked]}
    counts = client.get(QUEUE).context["counts"].by_view
    for key, wanted in expected.items():
        found = [row.deal for row in client.get(f"{QUEUE}?view={key}").context["rows"]]
        assert counts[key] == len(found)
        assert found == wanted if isinstance(wanted, list) else len(found) == wanted
    assert "Over €100k" in client.get(QUEUE).content.decode()


def test_rows_suggest_what_the_detail_suggests(cast):
    actor = cast.actor("northwind_approver")
    held = cast.register()
    many(cast, 1)
    cast.register("kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="")
    cast.register(
        "kappel_sales",
        "kappel_northwind",
        customer_name="Castellan Food Ltd",
        customer_domain="",
        customer_country="GB",
    )
    cast.register(
        "kappel_sales",
        "kappel_northwind",
        customer_name="No Contact Xy",
        customer_domain="",
        contact_name="",
        contact_email="",
    )
    cast.register("kappel_sales", "kappel_northwind", part="refer")

    def advices():
        rows = with_suggestions(Deal.objects.visible_to(actor).undecided(), actor)
        scores = {row.pk: row.score or 0 for row in rows}
        short = {row.pk: suggestion_of(row) for row in rows}
        full = {deal.pk: suggestion_for(deal, line_for(deal), scores[deal.pk]) for deal in Deal.objects.undecided()}
        assert short == full
        return {suggestion.advice for suggestion in short.values()}

    assert advices() == {"approve", "wait", "compare", "ask"}
    approve_deal(actor=actor, deal=held)
    assert "decline" in advices()


def test_clean_ones_are_approved_together_and_the_others_named(cast, browse):
    clean, other = many(cast, 2)
    rival = cast.register("kappel_sales", "kappel_northwind", customer_name=clean.customer_name, customer_domain="")
    foreign = cast.register("brightpath_sales", "brightpath_halden")
    client = browse("northwind_approver")
    chosen = [deal.reference for deal in (clean, other, rival, foreign)]
    response = client.post(reverse("desk:bulk-approve"), {"selected": chosen, "queue": "all"})
    assert response.status_code == 422
    text = response.content.decode()
    assert rival.reference in text
    assert foreign.reference not in text
    statuses = {deal.pk: Deal.objects.get(pk=deal.pk).status for deal in (clean, other, rival, foreign)}
    assert statuses[clean.pk] == statuses[other.pk] == Status.APPROVED
    assert statuses[rival.pk] == Status.IN_REVIEW
    assert statuses[foreign.pk] == foreign.status
    assert Event.objects.filter(kind="deal.approved").count() == 2


def test_approving_clean_ones_together_leads_back_to_the_queue(cast, browse):
    deals = many(cast, 2)
    client = browse("northwind_manager")
    response = client.post(
        reverse("desk:bulk-approve"), {"selected": [deal.reference for deal in deals], "queue": "mine"}
    )
    assert response.status_code == 302
    assert response.url == f"{QUEUE}?view=mine"
    assert "2 approved" in str(next(iter(get_messages(response.wsgi_request))))


def test_finance_approves_nothing_together(cast, browse):
    (deal,) = many(cast, 1)
    response = browse("northwind_finance").post(reverse("desk:bulk-approve"), {"selected": [deal.reference]})
    assert response.status_code == 403
    deal.refresh_from_db()
    assert deal.status == Status.SUBMITTED


def test_empty_queue_says_so(cast, browse):
    assert "All decided" in browse("northwind_approver").get(QUEUE).content.decode()
    assert "Nothing in this view" in browse("northwind_approver").get(f"{QUEUE}?view=mine").content.decode()


def test_search_finds_customer_partner_and_reference(cast, browse):
    one, _other = many(cast, 2)
    client = browse("northwind_approver")
    for words, number in ((one.customer_name[:14], 1), (one.reference.lower(), 1), ("brightp", 2), ("zzz", 0)):
        assert len(client.get(QUEUE, {"q": words}).context["rows"]) == number
