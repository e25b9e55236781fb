"""What follows when a forwarded mail became a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activity.notices import Recipient, notify
from activity.registry import handler
from dealreg.inbound.emails import MAIL_READ
from dealreg.models import InboundMail
from dealreg.services.inbound import mail_facts

if TYPE_CHECKING:
    from activity.models import Event


@handler("dealreg.answer_mail", "mail.received")
def answer_mail(event: Event) -> None:
    """Answer whoever forwarded it."""
    mail = InboundMail.objects.select_related("draft").filter(pk=event.subject_id).first()
    if mail is None or mail.draft is None:
        return
    path = mail.draft.get_absolute_url()
    recipients = [Recipient(mail.person_id, mail.seat_id)]
    notify(event=event, kind=MAIL_READ, recipients=recipients, facts={**mail_facts(mail), "path": path}, path=path)
