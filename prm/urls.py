"""Every address: public pages, the portal, the desk, the console, the API."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from activity.console import site as console
from activity.tracking import webhook_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", include("portal.console.urls")),
    path("admin/", console.urls),
    path("accounts/", include("people.urls")),
    path("portal/", include("portal.partner.urls")),
    path("desk/", include("portal.desk.urls")),
    path("api/", include("prm.api")),
    path("mail/", include(webhook_urls())),
    path("", include("portal.public.urls")),
]

handler400 = "portal.public.errors.bad_request"
