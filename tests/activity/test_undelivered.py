"""What did not arrive, as its vendor sees it; retried through services, with an event; nobody else's shows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from activity.enums import Cadence, DeliveryState, MailState
from activity.mailing import send_due
from activity.mailing.digests import queue_digests
from activity.models import Delivery, Event, Mail, Suppression
from activity.services import change_preferences, retry_all_undelivered, retry_mail, retry_own_delivery
from activity.undelivered import lost_deliveries, lost_mails, reason_of, undelivered_mails
from dealreg.emails import COMMENTED
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.activity.telling import happened, tell


@pytest.fixture
def dead(cast):
    """A dead mail of each vendor, a dead digest that tells of both, and a dead delivery of each."""
    northwind, halden = cast.register(), cast.register(enrollment="brightpath_halden")
    for deal in (northwind, halden):
        tell(cast, happened(deal), COMMENTED, "brightpath_administrator", customer=f"Of {deal.vendor.name}")
    change_preferences(actor=cast.actor("brightpath_sales"), cadences={"deal.commented": Cadence.DAILY}, hour=8)
    for deal in (northwind, halden):
        tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer=f"Summed up for {deal.vendor.name}")
    queue_digests(timezone.now() + timedelta(days=2))
    Mail.objects.update(state=MailState.DEAD, error="552 5.2.2 mailbox full")
    Delivery.objects.filter(handler="dealreg.tell_submitted").update(state=DeliveryState.DEAD, error="gone")
    return {vendor: Mail.objects.get(vendor_id=getattr(cast, vendor).vendor.pk) for vendor in ("northwind", "halden")}


def seen(cast, persona):
    actor = cast.actor(persona)
    return lost_mails(actor, list(undelivered_mails(actor).order_by("pk")))


def test_vendor_sees_its_own_and_of_a_digest_only_its_own_lines(cast, dead):
    mails = seen(cast, "northwind_manager")
    assert [mail.about for mail in mails] == [
        "Mara Lindqvist commented on Of Northwind Robotics",
        "Mara Lindqvist commented on Summed up for Northwind Robotics",
    ]
    assert "Halden" not in str(mails)
    assert len(lost_deliveries(cast.actor("northwind_manager"))) == 1
    assert seen(cast, "brightpath_administrator") == seen(cast, "operator") == []
    assert lost_deliveries(cast.actor("brightpath_administrator")) == lost_deliveries(cast.actor("operator")) == []


def test_retried_mail_is_sent_and_recorded(cast, dead, mailoutbox):
    retry_mail(actor=cast.actor("northwind_manager"), mail_id=dead["northwind"].pk)
    assert send_due() == 1
    event = Event.objects.get(kind="mail.retried")
    assert (event.vendor_id, event.audience, event.data["to"]) == (
        cast.northwind.vendor.pk, "vendor", "administrator@brightpath.example",
    )  # fmt: skip
    with pytest.raises(Conflict):
        retry_mail(actor=cast.actor("northwind_manager"), mail_id=dead["northwind"].pk)


def test_mail_of_another_vendor_is_not_found_and_stays(cast, dead):
    with pytest.raises(Http404):
        retry_mail(actor=cast.actor("northwind_manager"), mail_id=dead["halden"].pk)
    foreign = Delivery.objects.dead().get(event__vendor_id=cast.halden.vendor.pk)
    with pytest.raises(Http404):
        retry_own_delivery(actor=cast.actor("northwind_manager"), delivery_id=foreign.pk)
    assert Mail.objects.get(pk=dead["halden"].pk).state == MailState.DEAD
    assert not Event.objects.filter(kind__endswith="retried").exists()


@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_finance", "brightpath_administrator", "operator"])
def test_only_partner_managers_retry(cast, dead, persona):
    for again in (
        lambda actor: retry_mail(actor=actor, mail_id=dead["northwind"].pk),
        lambda actor: retry_all_undelivered(actor=actor),
        lambda actor: retry_own_delivery(actor=actor, delivery_id=Delivery.objects.dead().first().pk),
    ):
        with pytest.raises(Forbidden):
            again(cast.actor(persona))
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.DEAD}


def test_address_that_bounces_is_not_tried_again(cast, dead):
    Suppression.objects.create(address="administrator@brightpath.example", reason="bounced")
    with pytest.raises(RuleViolation) as refused:
        retry_mail(actor=cast.actor("northwind_manager"), mail_id=dead["northwind"].pk)
    assert refused.value.code == "address_bounces"
    assert [mail.bounces for mail in seen(cast, "northwind_manager")] == [True, False]
    assert retry_all_undelivered(actor=cast.actor("northwind_manager")) == 2
    assert Mail.objects.get(pk=dead["northwind"].pk).state == MailState.DEAD


def test_all_are_retried_with_an_event_each_and_nobody_elses(cast, dead, mailoutbox):
    assert retry_all_undelivered(actor=cast.actor("northwind_manager")) == 3
    assert Event.objects.filter(kind="mail.retried").count() == 2
    assert Event.objects.filter(kind="delivery.retried").count() == 1
    assert set(Event.objects.filter(kind__endswith="retried").values_list("vendor_id", flat=True)) == {
        cast.northwind.vendor.pk
    }
    assert Mail.objects.get(pk=dead["halden"].pk).state == MailState.DEAD
    assert Delivery.objects.dead().get().event.vendor_id == cast.halden.vendor.pk
    assert send_due() == 2


def test_delivery_is_retried_once(cast, dead):
    own = Delivery.objects.dead().get(event__vendor_id=cast.northwind.vendor.pk)
    retry_own_delivery(actor=cast.actor("northwind_manager"), delivery_id=own.pk)
    own.refresh_from_db()
    assert own.state == DeliveryState.PENDING
    with pytest.raises(Conflict):
        retry_own_delivery(actor=cast.actor("northwind_manager"), delivery_id=own.pk)


@pytest.mark.parametrize(
    ("error", "words", "said"),
    [
        ("550 5.1.1 no such user", "no such mailbox", True),
        ("554 5.7.1 looks like spam", "refused it", True),
        ("SMTPServerDisconnected: lost mx.inside.local", "Our own mail server", False),
        ("ConnectionRefusedError: [Errno 111]", "Our own mail server", False),
        ("ValueError: odd", "could not be sent", False),
    ],
)
def test_reason_in_words_without_the_machines_own(error, words, said):
    reason, told = reason_of(Mail(state=MailState.DEAD, error=error))
    assert words in reason
    assert bool(told) is said
