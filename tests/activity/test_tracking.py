"""What mail services report, through django-anymail's own webhooks; the address exists only with a secret."""

from __future__ import annotations

import base64
import importlib
import json

import pytest
from django.test import Client
from django.urls import clear_url_caches, get_resolver, set_urlconf

import prm.urls
from activity.enums import MailState
from activity.mailing import send_due
from activity.models import Mail, Suppression
from activity.tracking import webhook_urls
from dealreg.emails import COMMENTED
from tests.activity.telling import happened, tell

SECRET = "prm:a-long-random-word"
PATH = "/mail/postmark/tracking/"


@pytest.fixture
def service(settings):
    """Mount the webhook of a mail service, as a start with these settings would."""
    backend = settings.EMAIL_BACKEND
    settings.MAIL_WEBHOOK_SECRET, settings.ANYMAIL = SECRET, {"WEBHOOK_SECRET": SECRET}
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    mount()
    settings.EMAIL_BACKEND = backend
    yield
    settings.MAIL_WEBHOOK_SECRET = ""
    mount()


def mount():
    clear_url_caches()
    importlib.reload(prm.urls)
    set_urlconf(None)


@pytest.fixture
def mail(cast):
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    send_due()
    return Mail.objects.get()


def report(secret=SECRET, **fields):
    client = Client(headers={"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()})
    return client.post(PATH, json.dumps(fields), content_type="application/json")


def bounced(mail, kind="HardBounce", code=1, **fields):
    return report(
        RecordType="Bounce", Type=kind, TypeCode=code, MessageID="m-1", Email=mail.to, Details="smtp; 550 no such user",
        BouncedAt="2026-11-20T10:00:00Z", Metadata={"mail": str(mail.pk)}, ID=4, **fields,
    )  # fmt: skip


def test_address_does_not_exist_without_a_secret(cast, mail):
    assert webhook_urls() == []
    assert report(RecordType="Bounce").status_code == 404


def test_only_the_service_in_use_is_mounted(service):
    names = [
        str(pattern.pattern)
        for each in get_resolver().url_patterns
        if str(each.pattern) == "mail/"
        for pattern in each.url_patterns
    ]
    assert names == ["postmark/tracking/"]


def test_hard_bounce_marks_the_mail_and_ends_the_address(service, cast, mail):
    assert bounced(mail).status_code == 200
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (MailState.DEAD, "smtp; 550 no such user")
    assert Suppression.objects.get().address == "sales@brightpath.example"
    assert bounced(mail).status_code == 200
    assert Suppression.objects.count() == 1
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    assert Mail.objects.count() == 1


def test_mail_is_found_by_the_services_own_id(service, mail):
    Mail.objects.update(provider_id="m-1")
    report(
        RecordType="Bounce",
        Type="HardBounce",
        TypeCode=1,
        MessageID="m-1",
        Email=mail.to,
        BouncedAt="2026-11-20T10:00:00Z",
        ID=4,
    )
    mail.refresh_from_db()
    assert mail.state == MailState.DEAD


def test_passing_fault_ends_nothing(service, mail):
    assert bounced(mail, "Transient", 2).status_code == 200
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert not Suppression.objects.exists()


def test_complaint_ends_the_address_and_leaves_the_mail_sent(service, mail):
    answer = report(
        RecordType="SpamComplaint", Type="SpamComplaint", TypeCode=512, MessageID="m-1", Email=mail.to.title(),
        BouncedAt="2026-11-20T10:00:00Z", Metadata={"mail": str(mail.pk)}, ID=5,
    )  # fmt: skip
    assert answer.status_code == 200
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert Suppression.objects.get().reason == "complained"


@pytest.mark.parametrize("secret", ["prm:wrong", "", ":"])
def test_stranger_reports_nothing(service, mail, secret):
    answer = Client(headers={"Authorization": "Basic " + base64.b64encode(secret.encode()).decode()}).post(
        PATH, json.dumps({"RecordType": "Bounce", "Type": "HardBounce", "Email": mail.to, "ID": 1, "MessageID": "x"}),
        content_type="application/json",
    )  # fmt: skip
    assert answer.status_code == 400
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
    assert not Suppression.objects.exists()


@pytest.mark.parametrize("given", ["9" * 30, "x", "-1", "٣"])
def test_nonsense_in_a_report_marks_nothing(service, mail, given):
    report(
        RecordType="Bounce", Type="HardBounce", TypeCode=1, MessageID="other", Email="else@where.example",
        BouncedAt="2026-11-20T10:00:00Z", Metadata={"mail": given}, ID=4,
    )  # fmt: skip
    mail.refresh_from_db()
    assert mail.state == MailState.SENT
