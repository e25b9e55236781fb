"""The lines behind the bell: kinds with words, written once per event and person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from activity.models import Notification

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from activity.models import Event


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """What a notification says; `title` may use facts as `{name}`."""

    name: str
    title: str | Promise
    icon: str = "info"
    tone: str = ""


NOTICES: dict[str, NoticeKind] = {}


def notice(name: str, title: str | Promise, *, icon: str = "info", tone: str = "") -> NoticeKind:
    """Register a kind of notification."""
    NOTICES[name] = NoticeKind(name, title, icon, tone)
    return NOTICES[name]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Someone to be told, at the seat that makes it their business."""

    person_id: int
    seat_id: int


def notify(*, event: Event, kind: NoticeKind, recipients: list[Recipient], facts: Mapping[str, Any], path: str) -> None:
    """Write a notification for each recipient; a second call with the same event writes nothing.

    `path` is the address, within this site, that the line opens.
    """
    Notification.objects.bulk_create(
        [
            Notification(
                event=event, kind=kind.name, person_id=to.person_id, seat_id=to.seat_id, facts=dict(facts), path=path
            )
            for to in recipients
        ],
        ignore_conflicts=True,
    )


def title_of(notification: Notification) -> str:
    """Return the notification's words in the active language."""
    kind = NOTICES.get(notification.kind)
    return str(kind.title).format_map(notification.facts) if kind else notification.kind
