"""Appeals: what can be contested, who decides, what stands still meanwhile, what the outcome does; and overrides."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Mail
from activity.relay import drain
from dealreg import services
from dealreg.appealing import appeal_figures
from dealreg.models import Appeal, Deal, Protection
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

SELLER, RIVAL = "brightpath_sales", "kappel_sales"
FIRST, OTHER = "northwind_approver", "northwind_manager"


def declined(cast, **changes):
    deal = cast.register(**changes)
    services.decline_deal(actor=cast.actor(FIRST), deal=deal, reason="other", message="Too vague.")
    return Deal.objects.get(pk=deal.pk)


def appeal(cast, deal, persona=SELLER, reason="They confirm our visit of May."):
    return services.appeal_decision(actor=cast.actor(persona), deal=deal, reason=reason)


def rival(cast):
    return cast.register(persona=RIVAL, enrollment="kappel_northwind")


def refused(call, error=RuleViolation):
    before = [list(model.objects.order_by("pk").values()) for model in (Deal, Appeal, Protection)]
    events = Event.objects.count()
    with pytest.raises(error) as refusal, transaction.atomic():
        call()
    assert [list(model.objects.order_by("pk").values()) for model in (Deal, Appeal, Protection)] == before
    assert Event.objects.count() == events
    return getattr(refusal.value, "code", "")


def test_somebody_else_overturns_a_decline_and_nobody_else_is_protected_meanwhile(cast):
    deal = declined(cast)
    other = rival(cast)
    made = appeal(cast, deal)
    drain()
    assert not Mail.objects.filter(person=cast.people[FIRST], template="deal_appealed").exists()
    assert Mail.objects.filter(person=cast.people[OTHER], template="deal_appealed").count() == 1
    assert refused(lambda: services.approve_deal(actor=cast.actor(OTHER), deal=other)) == "appeal_open"
    own = lambda: services.overturn_decision(actor=cast.actor(FIRST), appeal=made, message="No.")  # noqa: E731
    assert refused(own, Forbidden) == "own_decision"
    services.overturn_decision(actor=cast.actor(OTHER), appeal=made, message="You were there first.")
    drain()
    deal.refresh_from_db()
    assert (deal.status, deal.is_protected, deal.decline_reason) == ("approved", True, "")
    assert deal.decided_by == cast.people[OTHER]
    assert Protection.objects.live().get().deal_id == deal.pk
    assert (
        "You were there first." in Mail.objects.get(person=cast.people[SELLER], template="deal_appeal_overturned").text
    )
    figures = appeal_figures(cast.actor(OTHER))
    assert (figures.open, figures.decided, figures.overturned_share) == (0, 1, 1.0)
    assert appeal_figures(cast.actor("halden_manager")).decided == 0


def test_where_it_is_not_free_any_more_overturning_says_why_and_in_part_it_is_back_in_its_old_place(cast):
    deal = declined(cast)
    held = rival(cast)
    services.approve_deal(actor=cast.actor(FIRST), deal=held)
    made = appeal(cast, deal)
    over = lambda: services.overturn_decision(actor=cast.actor(OTHER), appeal=made, message="Right.")  # noqa: E731
    assert refused(over) == "protected_already"
    services.settle_appeal(actor=cast.actor(OTHER), appeal=made, message="We look again.")
    deal.refresh_from_db()
    assert (deal.status, deal.decided_at, deal.decline_reason) == ("in_review", None, "")
    services.relinquish_protection(actor=cast.actor(RIVAL), deal=held, reason="No budget.")
    drain()
    assert deal.offers.all().open().exists()


def test_it_is_refused_too_late_twice_without_a_reason_and_to_who_may_not(cast):
    deal = declined(cast)
    assert refused(lambda: appeal(cast, deal, reason=" ")) == "required"
    assert refused(lambda: appeal(cast, deal, RIVAL), Http404) == ""
    assert refused(lambda: appeal(cast, deal, "brightpath_marketing"), Forbidden) == "not_allowed"
    waits = cast.register(title="Another plant")
    assert refused(lambda: appeal(cast, waits)) == "nothing_to_appeal"
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        assert refused(lambda: appeal(cast, deal)) == "too_late"
    made = appeal(cast, deal)
    assert refused(lambda: appeal(cast, deal), Conflict) == "appealed_already"
    services.uphold_decision(actor=cast.actor(OTHER), appeal=made, message="It stays.")
    assert refused(lambda: appeal(cast, deal)) == "appealed_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Appeal.objects.filter(pk=made.pk).update(first_decider=cast.people[OTHER])


def test_a_refused_extension_stops_the_clock_until_the_appeal_is_decided(cast):
    deal = cast.register()
    services.approve_deal(actor=cast.actor(FIRST), deal=deal, days=10)
    wanted = services.Request(days=20, reason="Board on the 14th.", evidence="Their mail.")
    asked = services.ask_extension(actor=cast.actor(SELLER), deal=deal, request=wanted)
    services.refuse_extension(actor=cast.actor(FIRST), extension=asked, message="No.")
    deal.refresh_from_db()
    left = deal.protected_until - timezone.now()
    made = appeal(cast, deal)
    assert refused(lambda: services.ask_extension(actor=cast.actor(SELLER), deal=deal, request=wanted)) == "appeal_runs"
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        services.hold_appealed()
        assert services.expire_protections() == 0
        assert services.escalate_appeals() == 1
        assert services.escalate_appeals() == 0
        services.settle_appeal(actor=cast.actor(OTHER), appeal=made, message="Five days.", days=5)
        deal.refresh_from_db()
        assert abs(deal.protected_until - timezone.now() - left - timedelta(days=5)) < timedelta(minutes=5)
        assert Protection.objects.live().get(deal=deal).ends_at == deal.protected_until


def test_the_customers_letter_moves_protection_and_who_lost_it_is_told_without_a_name_and_can_appeal(cast):
    held = rival(cast)
    services.approve_deal(actor=cast.actor(FIRST), deal=held)
    deal = cast.register()
    drain()
    letter = SimpleUploadedFile("letter.pdf", b"%PDF-1.4 we work with Brightpath", content_type="application/pdf")
    move = lambda upload, reason: services.override_protection(  # noqa: E731
        actor=cast.actor(FIRST), deal=deal, upload=upload, reason=reason
    )
    assert refused(lambda: move(None, "Letter of 3 May.")) == "letter_needed"
    assert refused(lambda: move(letter, " ")) == "required"
    letter.seek(0)
    move(letter, "Letter of 3 May.")
    drain()
    held.refresh_from_db()
    deal.refresh_from_db()
    assert (held.status, deal.status) == ("expired", "approved")
    assert Protection.objects.live().get().deal_id == deal.pk
    mail = Mail.objects.get(person=cast.people[RIVAL], template="deal_displaced")
    seen = Event.objects.visible_to(cast.actor(RIVAL)).about(held)
    told = f"{mail.subject} {mail.text} {[event.sentence for event in seen]}"
    assert not [word for word in ("Brightpath", deal.reference, "3 May") if word in told]
    made = appeal(cast, held, RIVAL)
    assert (made.against, made.first_decider) == ("loss", cast.people[FIRST])
    services.overturn_decision(actor=cast.actor(OTHER), appeal=made, message="The letter was withdrawn.")
    held.refresh_from_db()
    deal.refresh_from_db()
    assert (held.status, deal.status) == ("approved", "expired")
    assert Protection.objects.live().get().deal_id == held.pk


def test_pages_appeal_decide_and_refuse_the_first_decider(cast, browse):
    deal = declined(cast)
    seller, first, other = (browse(persona) for persona in (SELLER, FIRST, OTHER))
    page = seller.get(deal.get_absolute_url())
    assert reverse("portal:deal-appeal", args=[deal.reference]) in page.text
    assert seller.post(reverse("portal:deal-appeal", args=[deal.reference]), {"reason": ""}).status_code == 422
    sent = seller.post(reverse("portal:deal-appeal", args=[deal.reference]), {"reason": "Look again."})
    assert sent.status_code == 302
    assert "Your appeal is open" in seller.get(deal.get_absolute_url()).text
    uphold = reverse("desk:deal-appeal-uphold", args=[deal.reference])
    barred = first.get(uphold)
    assert barred.status_code == 403
    assert "Somebody else decides" in barred.text
    assert first.post(uphold, {"message": "No."}).status_code == 403
    assert "Somebody else decides" in first.get(deal.get_desk_url()).text
    assert deal.customer_name in other.get(reverse("desk:appeal-list")).text
    assert other.post(uphold, {"message": ""}).status_code == 422
    assert other.post(uphold, {"message": "It stays."}).status_code == 302
    assert other.post(uphold, {"message": "It stays."}).status_code == 409
    assert "It stays." in seller.get(deal.get_absolute_url()).text
