"""What mail services report about mails they took: bounces and complaints, through django-anymail's webhooks.

The address exists only where `MAIL_WEBHOOK_SECRET` is set, and only for the service that `EMAIL_BACKEND` names.
"""

from __future__ import annotations

from typing import Any

import structlog
from anymail.signals import EventType, RejectReason, tracking
from django.conf import settings
from django.db import transaction
from django.urls import URLPattern

from activity.enums import MailState, SuppressionReason
from activity.models import Mail
from activity.suppressing import suppress
from prm.kernel.lazily import lazily

# Every mail service that it knows, of which one is in use, if any.
anymail_urls = lazily("anymail.urls")
log = structlog.get_logger(__name__)

GONE = {RejectReason.BOUNCED, RejectReason.INVALID}
"""What ends an address; blocked, timed out and spam speak of one mail, not of the mailbox."""
LOST = {EventType.BOUNCED, EventType.REJECTED, EventType.FAILED}


def webhook_urls() -> list[URLPattern]:
    """Return the address that the mail service in use reports to: `<service>/tracking/`, or none."""
    if not settings.MAIL_WEBHOOK_SECRET:
        return []
    service = settings.EMAIL_BACKEND.removeprefix("anymail.backends.").partition(".")[0]
    names = {f"{service}_tracking_webhook", f"{service}_webhook"}
    return [pattern for pattern in anymail_urls.urlpatterns if getattr(pattern, "name", "") in names]


def connect() -> None:
    """Listen to anymail: the one place where a library offers nothing but a signal."""
    tracking.connect(hear, dispatch_uid="activity.tracking")


def hear(sender: object, event: Any, esp_name: str, **_: Any) -> None:
    """Take a report: mark the mail as not delivered, and send no more to an address that is gone or complained."""
    if event.event_type not in LOST | {EventType.COMPLAINED}:
        return
    words = " ".join(str(event.mta_response or event.description or event.event_type).split())[:1000]
    mail = _mail_of(event)
    log.info("mail_reported", service=esp_name, what=event.event_type, mail_id=mail.pk if mail else None)
    with transaction.atomic():
        if event.event_type == EventType.COMPLAINED:
            _suppress(event.recipient, SuppressionReason.COMPLAINED, words)
            return
        if mail is not None:
            Mail.objects.filter(pk=mail.pk, state=MailState.SENT).update(state=MailState.DEAD, error=words)
        if _is_gone(event):
            _suppress(event.recipient, SuppressionReason.BOUNCED, words)


def _is_gone(event: Any) -> bool:
    """Whether the report says that the mailbox doesn't exist; anymail calls a soft bounce deferred."""
    return event.event_type in {EventType.BOUNCED, EventType.REJECTED} and event.reject_reason in GONE


def _suppress(recipient: str | None, reason: str, words: str) -> None:
    if recipient:
        suppress(address=recipient, reason=reason, detail=words)


def _mail_of(event: Any) -> Mail | None:
    """Return the mail that a report speaks of: by what we gave along, else by the service's own id."""
    number = str((event.metadata or {}).get("mail", ""))
    found = Mail.objects.filter(pk=int(number)) if number.isascii() and number.isdigit() else Mail.objects.none()
    mail = found.first()
    if mail is None and event.message_id:
        mail = Mail.objects.filter(provider_id=str(event.message_id)[:200]).first()
    return mail
