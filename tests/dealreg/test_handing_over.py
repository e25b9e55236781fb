"""A leaver's open deals and drafts go to a colleague, in one step."""

from __future__ import annotations

import pytest
from django.http import Http404
from django.urls import reverse

from activity.models import Event, Notification
from activity.relay import drain
from dealreg import services
from dealreg.models import Deal, DealDraft
from partners.models import AccessToken, Seat
from partners.services import make_token
from prm.kernel.errors import Forbidden, RuleViolation

DRAFT = "6f3cf0c0-0000-4000-8000-000000000009"


def belongings(cast):
    """Two open deals, a lost one and a draft of Brightpath's sales."""
    deals = [cast.register(customer_name=name, customer_domain="") for name in ("Alpha GmbH", "Beta AG", "Gone KG")]
    sales = cast.actor("brightpath_sales")
    services.lose_deal(actor=sales, deal=deals[2], reason="price", closed_on=deals[2].created_at.date())
    services.save_draft(actor=sales, submission=DRAFT, content={"customer_name": "Half typed"})
    drain()
    Notification.objects.all().delete()
    return deals


def owners(deals):
    return [Deal.objects.get(pk=deal.pk).owner_id for deal in deals]


def hand(cast, to="brightpath_administrator", persona="brightpath_administrator", **options):
    return services.hand_over_deals(
        actor=cast.actor(persona), seat=cast.seats["brightpath_sales"], to=cast.seats[to], **options
    )


def test_all_open_deals_and_drafts_go_with_an_event_each(cast):
    deals, people = belongings(cast), cast.people
    handed = hand(cast)
    new, old = people["brightpath_administrator"].pk, people["brightpath_sales"].pk
    assert (handed.deals, handed.drafts) == (2, 1)
    assert owners(deals) == [new, new, old]
    draft = DealDraft.objects.get(submission=DRAFT)
    assert (draft.person_id, draft.seat_id) == (new, cast.seats["brightpath_administrator"].pk)
    events = Event.objects.filter(kind="deal.handed_over")
    assert {event.subject_id for event in events} == {deals[0].pk, deals[1].pk}
    assert {(event.before["owner"], event.after["owner"]) for event in events} == {(old, new)}
    assert Event.objects.filter(kind="seat.handed_over").count() == 1


def test_the_new_owner_is_told_of_each_deal(cast):
    belongings(cast)
    Seat.objects.filter(pk=cast.seats["brightpath_marketing"].pk).update(role="sales")
    hand(cast, "brightpath_marketing")
    drain()
    told = Notification.objects.filter(kind="deal.handed_over")
    assert {each.person_id for each in told} == {cast.people["brightpath_marketing"].pk}
    assert told.count() == 2


def test_some_are_chosen_by_reference_and_drafts_stay(cast):
    deals = belongings(cast)
    hand(cast, references=[deals[0].reference])
    old = cast.people["brightpath_sales"].pk
    assert owners(deals) == [cast.people["brightpath_administrator"].pk, old, old]
    assert DealDraft.objects.get(submission=DRAFT).person_id == old


@pytest.mark.parametrize("to", ["brightpath_technical", "kappel_sales", "brightpath_sales", "northwind_manager"])
def test_only_a_colleague_who_works_on_deals_takes_over(cast, to):
    deals = belongings(cast)
    before = owners(deals)
    with pytest.raises(RuleViolation):
        hand(cast, to)
    assert owners(deals) == before
    assert Event.objects.filter(kind="deal.handed_over").count() == 0


@pytest.mark.parametrize(
    ("persona", "refusal"),
    [("brightpath_sales", Forbidden), ("kappel_administrator", Http404), ("northwind_manager", Http404)],
)
def test_only_the_partners_own_administrator_hands_over(cast, persona, refusal):
    deals = belongings(cast)
    with pytest.raises(refusal):
        hand(cast, persona=persona)
    assert set(owners(deals)) == {cast.people["brightpath_sales"].pk}


def test_one_that_is_closed_by_now_refuses_all(cast):
    deals = belongings(cast)
    with pytest.raises(RuleViolation):
        hand(cast, references=[deals[0].reference, deals[2].reference])
    assert set(owners(deals)) == {cast.people["brightpath_sales"].pk}


def test_taking_access_away_asks_to_whom_and_does_both_at_once(cast, browse, client):
    deals = belongings(cast)
    admin, seat = browse("brightpath_administrator"), cast.seats["brightpath_sales"]
    _token, key = make_token(actor=cast.actor("brightpath_sales"), name="CRM", scopes=["deals:read"], days=30)
    bearer = {"headers": {"Authorization": f"Bearer {key}"}}
    leaver = browse("brightpath_sales")
    assert leaver.get(reverse("portal:home")).status_code == 200
    assert client.get("/api/v1/deals/", **bearer).status_code == 200
    url = reverse("portal:seat-hand-over", args=[seat.pk]) + "?end=1"
    asked = admin.post(reverse("portal:seat", args=[seat.pk]), {"role": "sales", "reach": "all"})
    assert asked["Location"] == url
    assert admin.post(url, {"to": cast.seats["brightpath_technical"].pk}).status_code == 422
    seat.refresh_from_db()
    assert seat.is_active
    assert admin.post(url, {"to": cast.seats["brightpath_administrator"].pk}).status_code == 302
    seat.refresh_from_db()
    assert not seat.is_active
    assert owners(deals)[:2] == [cast.people["brightpath_administrator"].pk] * 2
    # Sessions and tokens die with the next request.
    assert leaver.get(reverse("portal:home")).status_code == 403
    assert client.get("/api/v1/deals/", **bearer).status_code == 401
    assert AccessToken.objects.get().revoked_at is not None


def test_the_page_offers_what_is_open_and_keeps_what_was_ticked(cast, browse):
    deals, seat = belongings(cast), cast.seats["brightpath_sales"]
    admin, url = browse("brightpath_administrator"), reverse("portal:seat-hand-over", args=[seat.pk])
    text = admin.get(url).content.decode()
    assert deals[0].reference in text
    assert deals[2].reference not in text
    assert "1 draft" in text
    assert "Half typed" not in text
    wrong = admin.post(url, {"deals": [deals[0].reference]})
    assert wrong.status_code == 422
    assert wrong.content.decode().count(" checked") == 1
    nothing = admin.post(url, {"to": cast.seats["brightpath_administrator"].pk})
    assert nothing.status_code == 422
    done = admin.post(url, {"to": cast.seats["brightpath_administrator"].pk, "deals": [deals[0].reference]})
    assert done.status_code == 302
    assert owners(deals)[0] == cast.people["brightpath_administrator"].pk
