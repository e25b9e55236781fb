"""Addresses of the console's own pages. They stand before those of Django's admin, under the same `/admin/`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.urls import URLPattern

app_name = "console"
urlpatterns: list[URLPattern] = []
