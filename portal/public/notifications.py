"""The lines behind the bell: listed by day, new ones first; opened, and marked as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.models import Notification
from activity.registry import NOTICES, title_of
from activity.services import mark_all_read, mark_read
from activity.sight import Sight
from portal.formats import day_text
from prm.kernel.pages import ActorView, ListPage, Page

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Line:
    """A notification as shown."""

    id: int
    title: str
    icon: str
    tone: str
    at: datetime
    is_new: bool
    is_gone: bool
    """Whether the person may no longer open what it is about; its words are not shown then."""


@dataclass(frozen=True, slots=True)
class Day:
    """The lines of one day, new or read."""

    title: str
    is_new: bool
    lines: list[Line]


class Notifications(ListPage):
    """What the seat was told: new first, then read, each by day."""

    template_name = "public/notifications.html"
    results_template = "public/notifications_results.html"
    orders: ClassVar[dict[str, tuple[str, ...]]] = {"date": ("is_new", "created_at")}
    default_order = "-date"

    def rows(self) -> QuerySet[Any]:
        """Return the seat's notifications."""
        is_new = ExpressionWrapper(Q(read_at=None), output_field=BooleanField())
        return Notification.objects.visible_to(self.actor).annotate(is_new=is_new).select_related("event")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Put the lines under their days."""
        newest = max((row.pk for row in page.rows if row.is_new), default=None)
        return {"days": days_of(page.rows, self.actor), "newest": newest if page.number == 1 else None}


def days_of(rows: list[Any], actor: Actor) -> list[Day]:
    """Group notifications by whether they are new, then by day in the current time zone.

    One query for each model of what they are about, however many they are: what the actor may no longer open says so.
    """
    sight = Sight([row.event for row in rows])
    return [
        Day(_day_title(day), is_new, [_line(row, is_gone=not sight.shows(row.event, actor)) for row in group])
        for (is_new, day), group in groupby(rows, key=lambda row: (row.is_new, timezone.localdate(row.created_at)))
    ]


def _line(row: Any, *, is_gone: bool) -> Line:
    kind = NOTICES.get(row.kind)
    if is_gone:
        words = _("You can no longer open what this was about")
        return Line(row.pk, words, "shield", "", row.created_at, row.is_new, is_gone=True)
    icon, tone = (kind.icon, kind.tone) if kind else ("info", "")
    return Line(row.pk, title_of(row.kind, row.facts), icon, tone, row.created_at, row.is_new, is_gone=False)


def _day_title(day: date) -> str:
    today = timezone.localdate()
    return {today: _("Today"), today - timedelta(days=1): _("Yesterday")}.get(day) or day_text(day)


class NotificationOpen(ActorView):
    """Opens what a notification is about. Only POST marks it as read: scanners and link previews send GET."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Go there."""
        return redirect(local_path(self._found(pk).path))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Mark it as read and go there."""
        notification = mark_read(actor=self.actor, notification=self._found(pk))
        return redirect(local_path(notification.path))

    def _found(self, pk: int) -> Notification:
        found: Notification = get_object_or_404(Notification.objects.visible_to(self.actor), pk=pk)
        return found


class NotificationsRead(ActorView):
    """Marks everything as read that the page showed or could have shown."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Mark all up to the newest one on the page."""
        upto = request.POST.get("upto", "")
        known = upto.isascii() and upto.isdigit() and len(upto) < 18
        count = mark_all_read(actor=self.actor, upto=int(upto)) if known else 0
        words = ngettext("%(count)d notification marked as read.", "%(count)d notifications marked as read.", count)
        messages.success(request, words % {"count": count})
        return redirect("notifications")


def local_path(path: str) -> str:
    """Return an address within this site; anything else becomes the start page."""
    is_local = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_local else "/"
