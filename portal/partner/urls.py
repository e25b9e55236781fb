"""Addresses of the partner portal."""

from __future__ import annotations

from django.urls import path

from portal.partner import registration
from portal.unfinished import page

app_name = "portal"
urlpatterns = [
    path("", page, name="home"),
    path("deals/", page, name="deal-list"),
    path("deals/register/", registration.RegisterView.as_view(), name="deal-register"),
    path("deals/register/check/", registration.CheckView.as_view(), name="deal-check"),
    path("deals/register/brings/", registration.BringsView.as_view(), name="deal-brings"),
    path("deals/drafts/<uuid:submission>/", registration.DraftView.as_view(), name="draft"),
    path("deals/drafts/<uuid:submission>/save/", registration.DraftSaveView.as_view(), name="draft-save"),
    path("deals/drafts/<uuid:submission>/discard/", registration.DraftDiscardView.as_view(), name="draft-discard"),
    path("deals/drafts/<uuid:submission>/files/", registration.DraftFilesView.as_view(), name="draft-file-add"),
    path("deals/drafts/<uuid:submission>/files/<uuid:key>/remove/", registration.DraftFilesView.as_view(), name="draft-file-remove"),
    path("deals/<str:reference>/", page, name="deal-detail"),
    path("deals/<str:reference>/edit/", page, name="deal-edit"),
    path("deals/<str:reference>/answer/", page, name="deal-answer"),
    path("deals/<str:reference>/withdraw/", page, name="deal-withdraw"),
    path("deals/<str:reference>/win/", page, name="deal-win"),
    path("deals/<str:reference>/lose/", page, name="deal-lose"),
    path("deals/<str:reference>/reopen/", page, name="deal-reopen"),
    path("deals/<str:reference>/comment/", page, name="deal-comment"),
    path("deals/<str:reference>/files/", page, name="deal-file-add"),
    path("team/", page, name="team"),
    path("team/<int:pk>/", page, name="seat"),
]
