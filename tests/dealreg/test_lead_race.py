"""Of many partners that claim a lead at the same moment one gets it; the others are told that it is gone."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from dealreg.leads.enums import OfferState
from dealreg.models import Lead, LeadOffer
from dealreg.services.lead_distribution import distribute_lead
from dealreg.services.lead_offers import accept_offer
from partners.models import Enrollment, Seat
from prm.kernel.actors import Role, system
from prm.kernel.errors import Conflict
from tests.cast import Cast, make_cast, make_partner, make_person
from tests.dealreg.leads import add, rules

CLAIMANTS = 8


@pytest.mark.django_db(transaction=True)
def test_eight_claim_at_once_and_one_gets_it() -> None:
    cast = make_cast()
    rules(cast, "first_to_claim", together=CLAIMANTS, most_offers=50)
    for number in range(CLAIMANTS):
        _join(cast, number)
    lead = add(cast)
    distribute_lead(actor=system(lead.vendor_id), lead=lead)
    offers = list(LeadOffer.objects.order_by("pk"))
    assert len(offers) == CLAIMANTS
    barrier, outcomes = threading.Barrier(CLAIMANTS), []
    actors = {offer.pk: cast.actor(_persona(cast, offer)) for offer in offers}

    def claim(offer: LeadOffer) -> None:
        barrier.wait()
        try:
            accept_offer(actor=actors[offer.pk], offer=offer)
            outcomes.append("won")
        except Conflict:
            outcomes.append("gone")
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(offer,)) for offer in offers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["gone"] * (CLAIMANTS - 1) + ["won"]
    states = LeadOffer.objects.order_by("state").values_list("state", flat=True)
    assert list(states) == [OfferState.ACCEPTED] + [OfferState.LOST] * (CLAIMANTS - 1)
    assert Lead.objects.get().state == "accepted"


def _join(cast: Cast, number: int) -> None:
    partner = make_partner(f"Claimant {number}", f"claimant-{number}")
    Enrollment.objects.create(vendor=cast.northwind.vendor, program=cast.northwind.program, partner=partner)
    persona = f"claimant-{number}_sales"
    cast.people[persona] = make_person(f"sales@{partner.slug}.example", f"Sales {number}")
    cast.seats[persona] = Seat.objects.create(person=cast.people[persona], role=Role.SALES, partner=partner)


def _persona(cast: Cast, offer: LeadOffer) -> str:
    return f"{offer.partner.slug}_sales"
