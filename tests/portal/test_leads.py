"""Leads on pages, over the API and in files: what is hidden until it is accepted, and what one does with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activity.mailing import send_due
from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.leads.enums import LeadState, OfferState
from dealreg.models import DealDraft, Lead, LeadOffer, LeadPlan
from dealreg.services.lead_offers import pin_lead
from imports.registry import KINDS
from imports.services import start_import, start_undo, upload_list
from jobs import queue
from tests.api_client import Api, token_of
from tests.cast import Cast
from tests.dealreg.leads import SECRETS, add, offer_to, rules
from tests.onboarding.applying import stamp

pytestmark = pytest.mark.django_db
CONSENT = "Agreed"


def everything_read(cast: Cast, browse: Any, offer: LeadOffer) -> str:
    """Return all that Brightpath's sales can read of an offer anywhere."""
    drain()
    send_due()
    actor, client = cast.actor("brightpath_sales"), browse("brightpath_sales")
    pages = ["/portal/", reverse("portal:lead-list"), offer.get_absolute_url(), "/notifications/", "/outbox/"]
    read = [client.get(page).content.decode() for page in pages]
    read.append(b"".join(client.get(reverse("portal:lead-list") + "?export=csv")).decode())
    read += [client.get(f"{reverse('search')}?q={word}").content.decode() for word in ("Sil", "Frauk")]
    api = Api(token_of(cast, "brightpath_sales"))
    read += [api.get(path).content.decode() for path in ("lead-offers/", f"lead-offers/{offer.key}/", "events/")]
    read += [
        str(list(rows))
        for rows in (
            Event.objects.visible_to(actor).values("before", "after", "data"),
            Notification.objects.filter(person=cast.people["brightpath_sales"]).values("facts", "path"),
            Mail.objects.filter(person=cast.people["brightpath_sales"]).values("subject", "text", "html"),
        )
    ]
    return "\n".join(read)


def test_nothing_tells_who_it_is_until_it_is_accepted_nor_after_it_went_back(cast: Cast, browse: Any) -> None:
    lead = add(cast)
    manager = cast.actor("northwind_manager")
    offer = pin_lead(actor=manager, lead=lead, enrollment=cast.enrollments["brightpath_northwind"])
    read = everything_read(cast, browse, offer)
    assert "Food and beverages" in read
    assert [secret for secret in SECRETS if secret in read] == []
    client, page = browse("brightpath_sales"), offer.get_absolute_url()
    assert client.post(f"{page}accept/").status_code == 302
    opened = client.get(page).content.decode()
    assert [secret for secret in SECRETS if secret not in opened and secret not in {"77000", "silo-nord"}] == []
    assert client.post(f"{page}return/", {"reason": "no_need", "words": "Nothing."}).status_code == 302
    closed = everything_read(cast, browse, offer)
    assert [secret for secret in SECRETS if secret in closed] == []


def test_a_partner_declines_contacts_and_registers_on_its_pages(cast: Cast, browse: Any) -> None:
    rules(cast, "first_to_claim")
    lead = add(cast)
    drain()
    client, offer = browse("kappel_sales"), offer_to(lead, "kappel")
    page = offer.get_absolute_url()
    answer = client.post(f"{page}decline/", {"reason": "", "words": "We have no time."})
    assert answer.status_code == 422
    assert "We have no time." in answer.content.decode()
    assert client.post(f"{page}accept/").status_code == 302
    assert client.post(f"{page}accept/").status_code == 409
    assert (
        browse("brightpath_sales").post(f"{offer_to(lead, 'brightpath').get_absolute_url()}accept/").status_code == 409
    )
    assert client.post(f"{page}contact/").status_code == 302
    begun = client.post(f"{page}register/")
    assert begun.url == DealDraft.objects.get().get_absolute_url()
    assert "Silo Nord AG" in client.get(begun.url).content.decode()
    assert browse("kappel_marketing").get(page).status_code == 403
    lead.refresh_from_db()
    assert lead.state == LeadState.WORKING


def test_the_desk_enters_offers_recalls_and_disqualifies(cast: Cast, browse: Any) -> None:
    client = browse("northwind_approver")
    typed = {"program": cast.northwind.program.pk, "company": "Silo Nord AG", "country": "DE", "currency": "EUR"}
    refused = client.post(reverse("desk:lead-add"), typed)
    assert refused.status_code == 422
    assert "A lead needs consent" in refused.content.decode()
    assert not Lead.objects.exists()
    consent = {"consent_text": "Yes", "consent_source": "Fair", "consent_at": "2026-01-05T10:00"}
    assert client.post(reverse("desk:lead-add"), typed | consent).status_code == 302
    lead = Lead.objects.get()
    page = lead.get_absolute_url()
    assert "Kappel" in client.get(page).content.decode()
    assert client.post(f"{page}offer/").status_code == 422  # the rules leave it to people
    enrollment = cast.enrollments["kappel_northwind"].pk
    assert client.post(f"{page}offer/", {"enrollment": enrollment}).status_code == 302
    assert client.post(f"{page}offer/", {"enrollment": enrollment}).status_code == 409
    assert client.post(f"{page}recall/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}recall/", {"reason": "By mistake"}).status_code == 302
    assert client.post(f"{page}disqualify/", {"reason": "spam", "message": ""}).status_code == 302
    lead.refresh_from_db()
    assert (lead.state, LeadOffer.objects.get().state) == (LeadState.DISQUALIFIED, OfferState.RECALLED)
    assert client.get(reverse("desk:lead-results")).status_code == 200


def test_many_are_matched_looked_at_then_offered(cast: Cast, browse: Any) -> None:
    rules(cast, "by_hand", most_open=2)
    leads = [add(cast, company=f"Company {number}", domain="", contact_email="") for number in range(5)]
    client = browse("northwind_manager")
    chosen = {"selected": [lead.reference for lead in leads], "deed": "plan"}
    plan_url = client.post(reverse("desk:lead-several"), chosen).url
    queue.work_off()
    plan = LeadPlan.objects.get()
    assert sum("enrollment" in row for row in plan.rows) == 4
    assert not LeadOffer.objects.exists()
    assert client.get(plan_url).status_code == 200
    pin_lead(
        actor=cast.actor("northwind_manager"), lead=_planned(plan), enrollment=cast.enrollments["kappel_northwind"]
    )
    assert client.post(f"{plan_url}confirm/").status_code == 302
    assert client.post(f"{plan_url}confirm/").status_code == 409
    queue.work_off()
    plan.refresh_from_db()
    assert (plan.job.figures, plan.job.refused) == ({"offered": 3}, 1)
    assert LeadOffer.objects.count() == 4


def _planned(plan: LeadPlan) -> Lead:
    return Lead.objects.get(pk=next(row["lead"] for row in plan.rows if "enrollment" in row))


def test_the_public_form_takes_a_lead_with_consent_and_is_closed_otherwise(cast: Cast, client: Any) -> None:
    page = reverse("lead-form", args=[cast.northwind.vendor.slug, cast.northwind.program.slug])
    assert client.get(page).status_code == 404
    rules(cast, form_open=True, form_consent=CONSENT)
    assert CONSENT in client.get(page).content.decode()
    typed = {
        "started": stamp(),
        "middle_name": "",
        "contact_name": "Frauke",
        "contact_email": "frauke@silo-nord.example",
        "company": "Silo Nord AG",
        "country": "DE",
        "message": "Call me.",
    }
    for changed in ({}, {"consent": "on", "middle_name": "robot"}, {"consent": "on", "started": stamp(0.5)}):
        answer = client.post(page, typed | changed)
        assert answer.status_code == 422
        assert "Call me." in answer.content.decode()
    assert not Lead.objects.exists()
    assert client.post(page, typed | {"consent": "on"}).status_code == 302
    lead = Lead.objects.get()
    assert (lead.consent_text, lead.source, lead.domain) == (CONSENT, "form", "silo-nord.example")
    drain()
    assert LeadOffer.objects.filter(lead=lead).exists()


def test_a_list_brings_leads_in_refuses_those_without_consent_and_is_undone(cast: Cast) -> None:
    lines = (
        "company,country,consent,consent given at,consent given on,id,products\n"
        "Silo Nord AG,DE,You may call,Fair,2026-01-05,L-1,Robots\n"
        "No Consent AG,DE,,,,L-2,\n"
        "Too Late AG,DE,Yes,Fair,2999-01-05,L-3,\n"
        "Odd AG,DE,Yes,Fair,2026-01-05,L-4,Submarines\n"
    )
    manager = cast.actor("northwind_manager")
    file = SimpleUploadedFile("leads.csv", lines.encode())
    run = upload_list(actor=manager, kind=KINDS["leads"], upload=file)
    queue.work_off()
    run = start_import(actor=manager, run=run)
    queue.work_off()
    run.refresh_from_db()
    assert (run.created, run.refused) == (1, 3)
    lead = Lead.objects.get()
    assert (lead.company, lead.external_id, lead.families) == ("Silo Nord AG", "L-1", [cast.northwind.robots.pk])
    start_undo(actor=manager, run=run)
    queue.work_off()
    assert not Lead.objects.exists()


def test_a_system_sends_leads_and_a_partner_works_them_over_the_api(cast: Cast) -> None:
    vendor, partner = Api(token_of(cast, "northwind_manager")), Api(token_of(cast, "brightpath_sales"))
    body: dict[str, Any] = {"program": "partners", "company": "Silo Nord AG", "country": "DE", "external_id": "7"}
    assert vendor.post("leads/", body, 422).json()["code"] == "consent_needed"
    body["consent"] = {"text": "Yes", "source": "Chat", "at": timezone.now().isoformat()}
    made = vendor.post("leads/", body, 201, Idempotency_Key="a").json()
    assert vendor.post("leads/", body, 201, Idempotency_Key="b").json()["reference"] == made["reference"]
    one = f"leads/{made['reference']}/"
    vendor.post(f"{one}offer/", {"enrollment": cast.enrollments["brightpath_northwind"].pk})
    offer = partner.get("lead-offers/", state="open").json()["results"][0]
    assert (offer["lead"]["details"], offer["reasons"][0]["sentence"]) == (None, "You are at home in Germany.")
    taken = partner.post(f"lead-offers/{offer['id']}/accept/").json()
    assert taken["lead"]["details"]["company"] == "Silo Nord AG"
    partner.post(f"lead-offers/{offer['id']}/contact/")
    begun = partner.post(f"lead-offers/{offer['id']}/register/").json()
    assert begun["content"]["customer_name"] == "Silo Nord AG"
    partner.get("leads/", 403)
    assert Api(token_of(cast, "halden_manager")).get("leads/").json()["results"] == []
