"""The audit trail in the console."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from activity.console import ScopedAdmin, site
from activity.models import Event
from activity.permissions import VIEW_EVENTS


@admin.register(Event, site=site)
class EventAdmin(ScopedAdmin):
    """Who did what when; nothing can be changed."""

    view_permission = VIEW_EVENTS
    list_display = ("occurred_at", "person", "told", "subject")
    list_filter = ("kind",)
    list_select_related = ("person",)
    ordering = ("-id",)
    fields = ("occurred_at", "person", "role", "via", "kind", "subject_type", "subject_id", "before", "after", "data")
    readonly_fields = fields

    @admin.display(description=_("what"))
    def told(self, event: Event) -> str:
        """Say what happened."""
        return event.sentence

    @admin.display(description=_("about"))
    def subject(self, event: Event) -> str:
        """Name the record."""
        return str(event.data.get("reference") or event.data.get("name") or f"{event.subject_type} {event.subject_id}")

    def get_exclude(self, request: HttpRequest, obj: object = None) -> list[str]:
        """Leave nothing out: `fields` says what is shown."""
        return []
