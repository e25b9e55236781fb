"""Addresses that mails came back from: kept, told to the operator and the person, and lifted when they work again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from smtplib import SMTPRecipientsRefused

from activity.enums import SuppressionReason
from activity.models import Suppression

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
NO_SUCH_MAILBOX = re.compile(r"^5\.1\.(0|1|2|3|6|10)$|^5\.2\.1$")
"""Enhanced status codes (RFC 3463) that speak of the mailbox itself, not of the sender, the content or a full box."""
BARE = frozenset({550, 551, 553})
"""Replies (RFC 5321) that mean so where the server gives no enhanced code."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a mail server said of a recipient."""

    code: int
    words: str

    @property
    def is_final(self) -> bool:
        """Whether trying again is no use."""
        return self.code >= 500

    @property
    def names_the_mailbox(self) -> bool:
        """Whether it says that there is no such mailbox, so that nothing more should be sent there."""
        found = ENHANCED.search(self.words)
        return bool(NO_SUCH_MAILBOX.match(found.group(0))) if found else self.code in BARE


def refusal_in(error: Exception) -> Refusal:
    """Return what the server said, of an error that a mail backend raised; a mail service's own refusal is final."""
    if not isinstance(error, SMTPRecipientsRefused):
        return Refusal(554, f"{type(error).__name__}: {error}"[:1000])
    code, said = next(iter(error.recipients.values()), (554, b""))
    text = said.decode("utf-8", "replace")
    return Refusal(int(code), f"{code} {' '.join(text.split())}"[:1000])


def suppress(*, address: str, reason: str, detail: str) -> None:
    """Send no more mails about events to an address. A second call changes nothing."""
    row = Suppression(address=address.strip().lower(), reason=SuppressionReason(reason), detail=detail[:1000])
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


def standing_for(address: str) -> Suppression | None:
    """Return why no mails about events go to an address, or None when they do."""
    found: Suppression | None = Suppression.objects.standing().filter(address=address.lower()).first()
    return found
