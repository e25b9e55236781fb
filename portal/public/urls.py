"""Addresses of public pages, and of pages that belong to a person whatever the seat."""

from __future__ import annotations

from django.urls import path

from portal.public import pages, seats
from portal.unfinished import page

urlpatterns = [
    path("", pages.start, name="start"),
    path("health/", pages.health, name="health"),
    path("seat/", seats.switch_seat, name="seat-switch"),
    path("vendor/", seats.switch_vendor, name="vendor-switch"),
    path("files/<uuid:key>/", page, name="file"),
    path("notifications/", page, name="notifications"),
    path("notifications/<int:pk>/", page, name="notification-open"),
    path("notifications/read/", page, name="notifications-read"),
    path("settings/", page, name="settings"),
    path("settings/tokens/", page, name="settings-tokens"),
    path("settings/tokens/<int:pk>/revoke/", page, name="settings-token-revoke"),
    path("outbox/", page, name="outbox"),
    path("outbox/<int:pk>/", page, name="outbox-mail"),
    path("outbox/previews/<slug:template>/", page, name="mail-preview"),
    path("system/", page, name="system"),
]
