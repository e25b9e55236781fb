"""Protection that has become free: offered to the next in line, accepted, refused, lapsed; and given up early."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from activity.models import Event, Mail
from activity.relay import drain
from dealreg import services
from dealreg.models import Deal, Policy, Protection, ProtectionOffer
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

SELLER, RIVAL, APPROVER = "brightpath_sales", "kappel_sales", "northwind_approver"


def line(cast):
    """One deal protected for Kappel, and one of Brightpath's that waits behind it."""
    held = cast.register(persona=RIVAL, enrollment="kappel_northwind")
    services.approve_deal(actor=cast.actor(APPROVER), deal=held, days=10)
    waits = cast.register()
    drain()
    return Deal.objects.get(pk=held.pk), Deal.objects.get(pk=waits.pk)


def freed(cast):
    held, waits = line(cast)
    services.relinquish_protection(actor=cast.actor(RIVAL), deal=held, reason="They build it themselves.")
    drain()
    return held, waits, ProtectionOffer.objects.get()


def test_given_up_it_is_offered_to_the_next_in_line_which_never_learns_who_held_it(cast):
    held, waits, offer = freed(cast)
    held.refresh_from_db()
    assert (held.status, held.is_protected) == ("expired", False)
    assert not Protection.objects.live().exists()
    assert (offer.deal_id, offer.state) == (waits.pk, "open")
    assert offer.until - offer.offered_at == timedelta(days=5)
    mail = Mail.objects.get(person=cast.people[SELLER], template="deal_offered")
    assert "5 days" in mail.text
    told = [mail.subject, mail.text, str(list(Event.objects.about(waits).values_list("data", flat=True)))]
    assert not [words for words in told if "Kappel" in words or held.reference in words]
    accepted = services.accept_offer(actor=cast.actor(SELLER), offer=offer)
    drain()
    assert accepted.state == "accepted"
    assert Mail.objects.filter(person=cast.people[APPROVER], template="deal_offer_accepted").count() == 1
    services.approve_deal(actor=cast.actor(APPROVER), deal=waits)
    assert Protection.objects.live().get().deal_id == waits.pk


def test_lapsed_or_refused_it_goes_to_the_next_and_the_one_that_let_it_go_leaves_the_line(cast):
    _held, waits, offer = freed(cast)
    third = cast.register(persona="brightpath_administrator", title="Second plant")
    with time_machine.travel(timezone.now() + timedelta(days=5, minutes=1)):
        with pytest.raises(RuleViolation) as late, transaction.atomic():
            services.accept_offer(actor=cast.actor(SELLER), offer=offer)
        assert late.value.code == "offer_ended"
        assert services.lapse_offers() == 1
        drain()
        waits.refresh_from_db()
        offer.refresh_from_db()
        assert (offer.state, waits.status) == ("lapsed", "withdrawn")
        assert Mail.objects.filter(person=cast.people[SELLER], template="deal_offer_lapsed").count() == 1
        following = ProtectionOffer.objects.all().open().get()
        assert following.deal_id == third.pk
        services.refuse_offer(actor=cast.actor(SELLER), offer=following, reason="We are full.")
        drain()
        third.refresh_from_db()
        assert third.status == "withdrawn"
        assert not ProtectionOffer.objects.all().open().exists()


def test_who_may_not_answer_and_what_settles_it_otherwise(cast):
    _held, waits, offer = freed(cast)
    for persona, error in (("brightpath_marketing", Forbidden), (RIVAL, Http404), ("halden_manager", Http404)):
        with pytest.raises(error), transaction.atomic():
            services.accept_offer(actor=cast.actor(persona), offer=offer)
    services.approve_deal(actor=cast.actor(APPROVER), deal=waits)
    for answer in (services.accept_offer, services.refuse_offer):  # before a worker has ended it
        with pytest.raises(Conflict), transaction.atomic():
            answer(actor=cast.actor(SELLER), offer=offer)
    waits.refresh_from_db()
    assert waits.status == "approved"
    drain()
    offer.refresh_from_db()
    assert offer.state == "ended"
    with pytest.raises(Conflict), transaction.atomic():
        services.accept_offer(actor=cast.actor(SELLER), offer=offer)


def test_nothing_is_offered_where_nobody_was_protected_or_the_rules_give_no_days(cast):
    first = cast.register(persona=RIVAL, enrollment="kappel_northwind")
    cast.register()
    services.decline_deal(actor=cast.actor(APPROVER), deal=first, reason="other", message="No.")
    drain()
    assert not ProtectionOffer.objects.exists()
    Policy.objects.filter(pk=cast.northwind.policy.pk).update(offer_days=0)
    held = cast.register(persona=RIVAL, enrollment="kappel_northwind")
    services.approve_deal(actor=cast.actor(APPROVER), deal=held, overtake_reason="They were there first.")
    services.relinquish_protection(actor=cast.actor(RIVAL), deal=held, reason="No budget.")
    drain()
    assert not ProtectionOffer.objects.exists()


def test_only_what_is_protected_can_be_given_up_and_only_with_a_reason(cast):
    held, waits = line(cast)
    for persona, deal, reason, code in (
        (SELLER, waits, "No.", "state_changed"),
        (RIVAL, held, " ", "required"),
    ):
        with pytest.raises(RuleViolation) as refusal, transaction.atomic():
            services.relinquish_protection(actor=cast.actor(persona), deal=deal, reason=reason)
        assert refusal.value.code == code
    assert Protection.objects.live().get().deal_id == held.pk
