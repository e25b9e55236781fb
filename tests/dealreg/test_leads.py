"""A lead's way: in, given out, accepted, worked, a deal; and every way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.leads.enums import LeadState, OfferState
from dealreg.models import DealDraft, Lead, LeadDeal, LeadOffer
from dealreg.services.lead_clock import keep_leads
from dealreg.services.lead_conversion import begin_deal
from dealreg.services.lead_offers import accept_offer, decline_offer, note_contact, pin_lead, recall_lead, return_lead
from dealreg.services.leads import Consent, change_lead, disqualify_lead, reopen_lead
from dealreg.services.registration import register_deal
from prm.kernel.errors import Conflict, RuleViolation
from tests.api_client import Api, token_of
from tests.cast import Cast
from tests.dealreg.leads import add, offer_to, rules

pytestmark = pytest.mark.django_db


def test_a_lead_goes_to_the_best_fit_is_accepted_and_becomes_a_deal(cast: Cast) -> None:
    cast.brightpath.industries = ["food"]
    cast.brightpath.save()
    rules(cast)
    lead = add(cast)
    drain()
    offer = LeadOffer.objects.get(lead=lead)
    assert (offer.partner, offer.state, offer.way) == (cast.brightpath, "open", "offered")
    assert lead.score == 84
    assert [round(each["earned"]) for each in offer.reasons] == [25, 25, 10, 15, 6, 5]
    sales = cast.actor("brightpath_sales")
    accepted = accept_offer(actor=sales, offer=offer)
    assert accepted.owner_id == sales.person_id
    note_contact(actor=sales, offer=accepted)
    draft = begin_deal(actor=sales, offer=accepted)
    assert draft.content["customer_name"] == "Silo Nord AG"
    assert begin_deal(actor=sales, offer=accepted) == draft
    deal = register_deal(
        actor=sales, registration=cast.registration(customer_name="Silo Nord AG", submission=draft.submission)
    )
    drain()
    lead.refresh_from_db()
    assert (lead.state, lead.became.deal, LeadDeal.objects.count()) == (LeadState.CONVERTED, deal, 1)
    assert not DealDraft.objects.exists()
    said = {event.kind: event.sentence for event in Event.objects.about(lead)}
    assert said["lead.converted"] == f"It became the deal {deal.reference}"
    assert said["lead.accepted"] == "accepted it for Brightpath"


@pytest.mark.parametrize(
    ("consent", "field"),
    [
        (Consent(), "consent_text"),
        (Consent(text="Yes", source="", at=timezone.now()), "consent_source"),
        (Consent(text="Yes", source="Fair"), "consent_at"),
        (Consent(text="Yes", source="Fair", at=timezone.now() + timedelta(days=2)), "consent_at"),
    ],
)
def test_a_lead_without_consent_is_refused_and_leaves_no_trace(cast: Cast, consent: Consent, field: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        add(cast, consent=consent)
    assert refused.value.field == field
    assert not Lead.objects.exists()
    assert not Event.objects.filter(kind__startswith="lead").exists()


def test_the_same_number_is_the_same_lead(cast: Cast) -> None:
    first = add(cast, external_id="7")
    assert add(cast, external_id="7", company="Another AG") == first
    assert Lead.objects.count() == 1


def test_a_declined_lead_goes_on_and_ends_with_the_vendors_people(cast: Cast) -> None:
    rules(cast)
    lead = add(cast)
    drain()
    first = LeadOffer.objects.get(lead=lead)
    persona = "brightpath_sales" if first.partner == cast.brightpath else "kappel_sales"
    decline_offer(actor=cast.actor(persona), offer=first, reason="no_capacity")
    drain()
    second = LeadOffer.objects.filter(lead=lead).order_by("-pk")[0]
    assert second.partner != first.partner
    LeadOffer.objects.filter(pk=second.pk).update(until=timezone.now() - timedelta(hours=1))
    other = "kappel_sales" if persona == "brightpath_sales" else "brightpath_sales"
    with pytest.raises(Conflict, match="is over"):
        accept_offer(actor=cast.actor(other), offer=second)
    assert keep_leads() == 1
    assert keep_leads() == 0
    drain()
    lead.refresh_from_db()
    assert lead.state == LeadState.EXHAUSTED
    told = Notification.objects.filter(kind="lead.exhausted").values_list("person__email", flat=True)
    assert set(told) == {"manager@northwind.example", "approver@northwind.example"}
    assert Mail.objects.filter(template="lead_exhausted").count() == 2


def test_an_accepted_lead_that_nobody_calls_is_reminded_of_then_goes_on(cast: Cast) -> None:
    rules(cast)
    lead = add(cast)
    pinned = pin_lead(actor=cast.actor("northwind_manager"), lead=lead, enrollment=cast.enrollments["kappel_northwind"])
    accept_offer(actor=cast.actor("kappel_sales"), offer=pinned)
    for _round in range(2):
        LeadOffer.objects.filter(pk=pinned.pk).update(contact_due_at=timezone.now() - timedelta(hours=1))
        assert keep_leads() == 1
    drain()
    pinned.refresh_from_db()
    assert pinned.state == OfferState.RECALLED
    assert LeadOffer.objects.get(lead=lead, state="open").partner == cast.brightpath
    kinds = Notification.objects.filter(person=cast.people["kappel_sales"]).values_list("kind", flat=True)
    assert {"lead.reminded", "lead.recalled"} <= set(kinds)


def test_the_first_to_claim_gets_it_and_the_others_learn_no_more_than_that(cast: Cast) -> None:
    rules(cast, "first_to_claim")
    lead = add(cast)
    drain()
    accept_offer(actor=cast.actor("kappel_sales"), offer=offer_to(lead, "kappel"))
    gone = offer_to(lead, "brightpath")
    with pytest.raises(Conflict):
        accept_offer(actor=cast.actor("brightpath_sales"), offer=gone)
    drain()
    gone.refresh_from_db()
    assert gone.state == OfferState.LOST
    told = Notification.objects.get(kind="lead.gone", person=cast.people["brightpath_sales"])
    events = Event.objects.visible_to(cast.actor("brightpath_sales")).about(gone)
    assert "kappel" not in (str(told.facts) + str([(e.data, e.person_id, e.sentence) for e in events])).lower()
    assert not Lead.objects.visible_to(cast.actor("brightpath_sales")).exists()


def test_in_turn_asks_whoever_waited_longest(cast: Cast) -> None:
    rules(cast, "round_robin")
    asked = []
    for number in range(4):
        lead = add(cast, company=f"Company {number}", domain="", contact_email="")
        drain()
        asked.append(LeadOffer.objects.get(lead=lead).partner.slug)
    assert asked[:2] != [asked[0]] * 2
    assert asked[0] == asked[2]
    assert asked[1] == asked[3]


def test_a_returned_lead_closes_and_one_that_is_none_ends(cast: Cast) -> None:
    manager, kappel = cast.actor("northwind_manager"), cast.actor("kappel_sales")
    lead = add(cast)
    pinned = pin_lead(actor=manager, lead=lead, enrollment=cast.enrollments["kappel_northwind"])
    accept_offer(actor=kappel, offer=pinned)
    assert Lead.objects.visible_to(kappel).exists()
    return_lead(actor=kappel, offer=pinned, reason="no_need", words="They bought last year.")
    assert not Lead.objects.visible_to(kappel).exists()
    drain()
    lead.refresh_from_db()
    assert lead.state == LeadState.RETURNED
    disqualify_lead(actor=manager, lead=lead, reason="no_need")
    assert reopen_lead(actor=manager, lead=lead).state == LeadState.NEW
    again = pin_lead(actor=manager, lead=lead, enrollment=cast.enrollments["kappel_northwind"])
    recall_lead(actor=manager, lead=lead, reason="Sent by mistake")
    again.refresh_from_db()
    assert again.state == OfferState.RECALLED
    changed = change_lead(actor=manager, lead=lead, details={"value": None}, revision=Lead.objects.get().revision)
    assert changed.score == 69


def test_an_accepted_lead_becomes_a_deal_by_the_api_alone(cast: Cast) -> None:
    lead = add(cast)
    offer = pin_lead(
        actor=cast.actor("northwind_manager"), lead=lead, enrollment=cast.enrollments["brightpath_northwind"]
    )
    api = Api(token_of(cast, "brightpath_sales"))
    body = {
        "enrollment": cast.enrollments["brightpath_northwind"].pk,
        "customer_name": "Silo Nord AG",
        "customer_country": "DE",
        "lines": [{"product": cast.northwind.robot.pk, "quantity": 1}],
        "close_date": str(timezone.localdate() + timedelta(days=60)),
        "lead_offer": str(offer.key),
    }
    api.post("deals/", body, 422)  # it isn't accepted yet
    api.post(f"lead-offers/{offer.key}/accept/")
    Api(token_of(cast, "kappel_sales")).post(
        "deals/", {**body, "enrollment": cast.enrollments["kappel_northwind"].pk}, 422
    )
    reference = api.post("deals/", body, 201).json()["reference"]
    drain()
    lead.refresh_from_db()
    assert (lead.state, lead.became.deal.reference) == (LeadState.CONVERTED, reference)
    api.post("deals/", body, 422)  # it is a deal already
