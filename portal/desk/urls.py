"""Addresses of the vendor's desk."""

from __future__ import annotations

from django.urls import path

from portal.unfinished import page

app_name = "desk"
urlpatterns = [
    path("", page, name="queue"),
    path("bulk/approve/", page, name="bulk-approve"),
    path("deals/", page, name="deal-list"),
    path("deals/<str:reference>/", page, name="deal-detail"),
    path("deals/<str:reference>/approve/", page, name="deal-approve"),
    path("deals/<str:reference>/decline/", page, name="deal-decline"),
    path("deals/<str:reference>/ask/", page, name="deal-ask"),
    path("deals/<str:reference>/take/", page, name="deal-take"),
    path("deals/<str:reference>/separate/", page, name="deal-separate"),
    path("deals/<str:reference>/confirm/", page, name="deal-confirm"),
    path("deals/<str:reference>/comment/", page, name="deal-comment"),
    path("deals/<str:reference>/files/", page, name="deal-file-add"),
    path("partners/", page, name="partner-list"),
    path("partners/<slug:slug>/", page, name="partner-detail"),
]
