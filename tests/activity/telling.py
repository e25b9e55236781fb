"""What tests of mails share: an event about a deal, and telling people of it."""

from __future__ import annotations

from typing import Any

from activity.models import Event
from activity.notices import Recipient, notify
from activity.registry import NoticeKind
from dealreg import emails

FACTS = dict(emails.SAMPLE)


def happened(deal: Any, kind: str = "deal.commented", **fields: Any) -> Event:
    """Write an event about a deal, which no handler hears of."""
    tenant = {name: getattr(deal, name) for name in ("vendor_id", "partner_id", "enrollment_id")}
    return Event.objects.create(
        kind=kind, subject_type="dealreg.deal", subject_id=deal.pk, via="task", **{**tenant, **fields}
    )


def tell(cast: Any, event: Event, kind: NoticeKind, *personas: str, **facts: Any) -> None:
    """Tell personas of an event, each at its seat."""
    to = [Recipient(cast.people[persona].pk, cast.seats[persona].pk) for persona in personas]
    notify(event=event, kind=kind, recipients=to, facts={**FACTS, **facts}, path="/portal/")
