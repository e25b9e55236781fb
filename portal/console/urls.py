"""Addresses of the console's own pages. They stand before those of Django's admin, under the same `/admin/`."""

from __future__ import annotations

from django.urls import path

from portal.console import (
    backtests,
    branding,
    enrollments,
    events,
    home,
    imports,
    mail_texts,
    portfolio,
    providers,
    sending,
    staff,
    standing,
    undelivered,
    worklist,
)

app_name = "console"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("branding/", branding.BrandingPage.as_view(), name="branding"),
    path("branding/verdict/", branding.BrandingVerdict.as_view(), name="branding-verdict"),
    path("branding/reset/", branding.BrandingReset.as_view(), name="branding-reset"),
    path("events/", events.EventList.as_view(), name="event-list"),
    path("enrollments/hand-over/", portfolio.PortfolioHandOver.as_view(), name="portfolio-hand-over"),
    path("enrollments/assign/", enrollments.Assign.as_view(), name="enrollment-assign"),
    path("enrollments/<int:pk>/<slug:step>/", enrollments.Move.as_view(), name="enrollment-move"),
    path("facts/unmatched/", worklist.Unmatched.as_view(), name="unmatched"),
    path("facts/unmatched/retry/", worklist.RetryUnmatched.as_view(), name="unmatched-retry"),
    path("facts/unmatched/<int:pk>/", worklist.UnmatchedRow.as_view(), name="unmatched-row"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/new/<slug:kind>/", imports.ImportNew.as_view(), name="import-new"),
    path("imports/new/<slug:kind>/template.csv", imports.ImportTemplate.as_view(), name="import-template"),
    path("imports/<uuid:key>/", imports.Import.as_view(), name="import"),
    path("imports/<uuid:key>/columns/", imports.ImportColumns.as_view(), name="import-columns"),
    path("imports/<uuid:key>/start/", imports.ImportStart.as_view(), name="import-start"),
    path("imports/<uuid:key>/undo/", imports.ImportUndo.as_view(), name="import-undo"),
    path("reviews/", standing.Reviews.as_view(), name="reviews"),
    path("schemes/<int:pk>/trials/", backtests.Trials.as_view(), name="backtests"),
    path("schemes/<int:pk>/trials/compare/", backtests.TrialCompare.as_view(), name="backtest-compare"),
    path("schemes/<int:pk>/trials/<int:trial>/", backtests.Trial.as_view(), name="backtest"),
    path("schemes/<int:pk>/", standing.SchemePage.as_view(), name="scheme"),
    path("mails/", mail_texts.MailTexts.as_view(), name="mail-texts"),
    path("mails/<slug:template>/<slug:language>/", mail_texts.MailTextEdit.as_view(), name="mail-text"),
    path("mails/<slug:template>/<slug:language>/reset/", mail_texts.MailTextReset.as_view(), name="mail-text-reset"),
    path("mails/<slug:template>/<slug:language>/test/", mail_texts.MailTextTest.as_view(), name="mail-text-test"),
    path(
        "mails/<slug:template>/<slug:language>/preview/", mail_texts.MailTextPreview.as_view(), name="mail-text-preview"
    ),
    path(
        "mails/<slug:template>/<slug:language>/preview/<str:key>/",
        mail_texts.MailTextFrame.as_view(),
        name="mail-text-frame",
    ),
    path("undelivered/", undelivered.Undelivered.as_view(), name="undelivered"),
    path("undelivered/retry/", undelivered.RetryAll.as_view(), name="undelivered-retry"),
    path("undelivered/mails/<int:pk>/retry/", undelivered.RetryMail.as_view(), name="undelivered-mail-retry"),
    path(
        "undelivered/deliveries/<int:pk>/retry/", undelivered.RetryDelivery.as_view(), name="undelivered-delivery-retry"
    ),
    path("sending/", sending.VendorSending.as_view(), name="sending"),
    path("sending/test/", sending.VendorSendTest.as_view(), name="sending-test"),
    path("staff/", staff.Staff.as_view(), name="staff"),
    path("staff/<int:pk>/", staff.StaffSeat.as_view(), name="staff-seat"),
    path("staff/invite/", staff.Invite.as_view(), name="staff-invite"),
    path("staff/invite/several/", staff.Several.as_view(), name="staff-invite-several"),
    path("staff/invitations/<int:pk>/resend/", staff.Resend.as_view(), name="staff-invitation-resend"),
    path("staff/invitations/<int:pk>/revoke/", staff.Revoke.as_view(), name="staff-invitation-revoke"),
    path("sign-in/", providers.Providers.as_view(), name="providers"),
    path("sign-in/add/", providers.ProviderAdd.as_view(), name="provider-add"),
    path("sign-in/required/", providers.SignInRequired.as_view(), name="sign-in-required"),
    path("sign-in/<slug:slug>/", providers.ProviderDetail.as_view(), name="provider"),
    path("sign-in/<slug:slug>/switch/", providers.ProviderSwitch.as_view(), name="provider-switch"),
]
