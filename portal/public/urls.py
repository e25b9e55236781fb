"""Addresses of public pages, and of pages that belong to a person whatever the seat."""

from __future__ import annotations

from django.urls import path

from portal.public import (
    files,
    invitations,
    jobs,
    notifications,
    outbox,
    pages,
    preferences,
    seats,
    styleguide,
    system,
    tokens,
)
from portal.search import views as search

urlpatterns = [
    path("", pages.start, name="start"),
    path("health/", pages.health, name="health"),
    path("seat/", seats.SwitchSeat.as_view(), name="seat-switch"),
    path("vendor/", seats.SwitchVendor.as_view(), name="vendor-switch"),
    path("invitations/<str:token>/", invitations.InvitationPage.as_view(), name="invitation"),
    path("files/<uuid:key>/", files.FileDownload.as_view(), name="file"),
    path("jobs/", jobs.Jobs.as_view(), name="jobs"),
    path("jobs/<uuid:key>/", jobs.JobDetail.as_view(), name="job"),
    path("jobs/<uuid:key>/card/", jobs.JobPoll.as_view(), name="job-card"),
    path("jobs/<uuid:key>/cancel/", jobs.JobCancel.as_view(), name="job-cancel"),
    path("jobs/<uuid:key>/retry/", jobs.JobRetry.as_view(), name="job-retry"),
    path("jobs/<uuid:key>/refused/", jobs.JobRefusals.as_view(), name="job-refused"),
    path("jobs/<uuid:key>/files/<uuid:file>/", jobs.JobDownload.as_view(), name="job-file"),
    path("notifications/", notifications.Notifications.as_view(), name="notifications"),
    path("notifications/<int:pk>/", notifications.NotificationOpen.as_view(), name="notification-open"),
    path("notifications/read/", notifications.NotificationsRead.as_view(), name="notifications-read"),
    path("settings/", preferences.Preferences.as_view(), name="settings"),
    path("settings/security/", security.Security.as_view(), name="settings-security"),
    path("settings/security/sessions/end/", security.SessionsEnd.as_view(), name="settings-sessions-end"),
    path("settings/security/email/", security.EmailChangePage.as_view(), name="settings-email"),
    path("settings/security/email/confirm/<str:token>/", security.EmailConfirm.as_view(), name="settings-email-confirm"),
    path("settings/tokens/", tokens.Tokens.as_view(), name="settings-tokens"),
    path("settings/tokens/<int:pk>/revoke/", tokens.TokenRevoke.as_view(), name="settings-token-revoke"),
    path("outbox/", outbox.Outbox.as_view(), name="outbox"),
    path("outbox/<int:pk>/", outbox.OutboxMail.as_view(), name="outbox-mail"),
    path("outbox/<int:pk>/body/", outbox.OutboxMailBody.as_view(), name="outbox-mail-body"),
    path("outbox/previews/", outbox.MailPreviews.as_view(), name="mail-previews"),
    path("outbox/previews/<slug:template>/", outbox.MailPreview.as_view(), name="mail-preview"),
    path("outbox/previews/<slug:template>/body/", outbox.MailPreviewBody.as_view(), name="mail-preview-body"),
    path("search/", search.Search.as_view(), name="search"),
    path("styleguide/", styleguide.StyleGuide.as_view(), name="styleguide"),
    path("styleguide/desk/", styleguide.DeskSample.as_view(), name="styleguide-desk"),
    path("styleguide/desk/<int:pk>/", styleguide.DeskSample.as_view(), name="styleguide-desk-detail"),
    path("system/", system.System.as_view(), name="system"),
    path("system/people/", system_people.People.as_view(), name="system-people"),
    path("system/people/change/", system_people.PersonChange.as_view(), name="system-person-change"),
    path("system/deliveries/<int:pk>/retry/", system.SystemRetry.as_view(), name="system-retry"),
]
