"""Sending: once although two send, again when a sender dies, under one Message-ID; refusals and retries."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from email import message_from_string

import pytest
from django.db import connection
from django.utils import timezone

from activity import mailing
from activity.enums import MailState, SuppressionReason, Withheld
from activity.mailing import send_due, sending
from activity.mailing.queueing import queue_plain_mail
from activity.models import Mail, Suppression
from activity.suppressing import Refusal
from dealreg.emails import APPROVED, COMMENTED
from partners.emails import brand_of
from tests.activity.smtp import mail_server
from tests.activity.telling import happened, tell


@pytest.fixture
def server(settings):
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", box.port
        settings.DEFAULT_FROM_EMAIL = "Partner portal <prm@portal.example>"
        yield box


@pytest.fixture
def mail(cast):
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    return Mail.objects.get()


def header(text: str, name: str) -> str:
    return re.sub(r"\s+", " ", message_from_string(text)[name] or "").strip()


def test_mail_comes_from_the_installation_in_the_vendors_name_and_can_be_stopped(cast, server, settings):
    type(cast.northwind.vendor).objects.update(support_email="help@northwind.example")
    settings.SITE_URL = "https://prm.example"
    cast.northwind.vendor.refresh_from_db()
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales", brand=brand_of(cast.northwind.vendor))
    assert send_due() == 1
    to, text = server.arrived[0]
    assert to == "sales@brightpath.example"
    assert header(text, "From") == "Northwind Robotics <prm@portal.example>"
    assert header(text, "Reply-To") == "help@northwind.example"
    assert header(text, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert header(text, "List-Unsubscribe").startswith("<https://prm.example/mail/stop/")
    assert re.fullmatch(r"<\d+\.[0-9a-f]{24}@portal\.example>", header(text, "Message-ID"))


def test_decision_has_no_way_to_stop_it(cast, server):
    tell(cast, happened(cast.register(), "deal.approved"), APPROVED, "brightpath_sales")
    send_due()
    assert "List-Unsubscribe" not in server.arrived[0][1]
    assert "/mail/stop/" not in Mail.objects.get().text


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_mail_once(cast, server):
    deal = cast.register()
    for _ in range(25):
        tell(cast, happened(deal), COMMENTED, "brightpath_sales", "brightpath_administrator")
    barrier, sent = threading.Barrier(2), []

    def work():
        try:
            barrier.wait()
            sent.append(send_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sum(sent) == 50
    ids = [header(text, "Message-ID") for _to, text in server.arrived]
    assert len(ids) == len(set(ids)) == 50


def test_mail_of_a_sender_that_died_is_freed_when_its_claim_ends(cast, server, mail):
    assert [claimed.pk for claimed in sending._claim()] == [mail.pk]
    assert send_due() == 0
    Mail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert send_due() == 1
    assert len(server.arrived) == 1


def test_mail_whose_sender_died_after_the_servers_yes_comes_again_under_the_same_id(cast, server, mail, monkeypatch):
    class Died(BaseException):
        pass

    def die(*args, **kwargs):
        raise Died

    with monkeypatch.context() as killed:
        killed.setattr(type(Mail.objects.all()), "mark_sent", die)
        with pytest.raises(Died):
            send_due()
    Mail.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    send_due()
    first, second = (header(text, "Message-ID") for _to, text in server.arrived)
    assert first == second
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.SENT, 2)


def test_slow_server_never_outlasts_the_claim(cast, server, monkeypatch):
    deal = cast.register()
    for _ in range(3):
        tell(cast, happened(deal), COMMENTED, "brightpath_sales")
    monkeypatch.setattr(sending, "LEASE", sending.MARGIN + timedelta(seconds=0.5))
    server.after_data = lambda: threading.Event().wait(0.7)
    mails = sending._claim()
    assert sending._send_batch(mails) == 1
    assert list(Mail.objects.order_by("pk").values_list("state", "attempts")) == [
        ("sent", 1),
        ("queued", 0),
        ("queued", 0),
    ]


@pytest.mark.parametrize(
    ("said", "state", "suppressed"),
    [
        ("550 5.1.1 no such user", MailState.DEAD, True),
        ("550 User unknown", MailState.DEAD, True),
        ("553 5.1.3 bad address", MailState.DEAD, True),
        ("550 5.7.1 relaying denied", MailState.DEAD, False),
        ("552 5.2.2 mailbox full", MailState.DEAD, False),
        ("554 5.7.0 spam", MailState.DEAD, False),
        ("450 4.2.0 greylisted", MailState.QUEUED, False),
        ("451 4.3.0 later", MailState.QUEUED, False),
    ],
)
def test_refusal_of_the_recipient(cast, server, mail, said, state, suppressed):
    server.answer = lambda address: said
    assert send_due() == 0
    mail.refresh_from_db()
    assert mail.state == state
    assert said.split(" ", 1)[1] in mail.error
    assert Suppression.objects.filter(address="sales@brightpath.example").exists() is suppressed
    if suppressed:
        assert Suppression.objects.get().reason == SuppressionReason.REFUSED


def test_server_that_is_down_is_tried_six_times(cast, settings, server, mail):
    settings.EMAIL_PORT = 1
    for _ in range(sending.ATTEMPTS):
        Mail.objects.update(due_at=timezone.now())
        assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.DEAD, 6)
    assert "ConnectionRefusedError" in mail.error
    assert not Suppression.objects.exists()


def test_suppressed_address_gets_no_mails_about_events_but_those_about_the_account(cast, server, mail):
    Suppression.objects.create(address="sales@brightpath.example", reason=SuppressionReason.BOUNCED)
    queue_plain_mail(to="sales@brightpath.example", subject="New password", text="…", template="x")
    assert send_due() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.withheld) == (MailState.WITHHELD, Withheld.ADDRESS)
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    assert Mail.objects.filter(kind="deal.commented").count() == 1
    Suppression.objects.update(lifted_at=timezone.now())
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    assert send_due() == 1


def test_mail_follows_the_person_to_a_new_address_and_one_about_the_account_does_not(cast, server, mail):
    queue_plain_mail(to="sales@brightpath.example", subject="New password", text="…", template="x")
    type(mail.person).objects.filter(pk=mail.person_id).update(email="new@brightpath.example")
    send_due()
    assert sorted(to for to, _text in server.arrived) == ["new@brightpath.example", "sales@brightpath.example"]


@pytest.mark.parametrize(
    ("words", "named"),
    [("550 5.1.10 x", True), ("550 5.1.8 bad sender", False), ("551 moved", True), ("550 5.4.1 denied", False)],
)
def test_what_speaks_of_the_mailbox(words, named):
    assert Refusal(int(words[:3]), words).names_the_mailbox is named


def test_second_telling_of_an_event_writes_nothing(cast, mail):
    tell(cast, mail.event, COMMENTED, "brightpath_sales")
    assert Mail.objects.count() == 1


def test_exported_names_are_those_other_apps_use():
    assert {"Letter", "mail_template", "queue_to_address", "queue_plain_mail", "send_due"} <= set(mailing.__all__)
