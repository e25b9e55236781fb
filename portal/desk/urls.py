"""Addresses of the vendor's desk."""

from __future__ import annotations

from django.urls import path

from portal.desk import (
    agreements,
    answers,
    application_decisions,
    application_queue,
    applications,
    deals,
    decisions,
    extensions,
    first_person,
    lists,
    merging,
    onboarding,
    onboarding_steps,
    partner_profile,
    partners,
    portfolio,
    queue,
    standings,
    step_waits,
    tiers,
    time_to_value,
    view_as,
)
from portal.desk.leads import deeds as lead_deeds
from portal.desk.leads import lists as lead_lists
from portal.desk.leads import pages as lead_pages
from portal.desk.leads import results as lead_results
from portal.desk.leads import several as leads_several
from portal.desk.recruiting import lists as recruiting
from portal.desk.recruiting import prospects

app_name = "desk"
urlpatterns = [
    path("", queue.Queue.as_view(), name="queue"),
    path("applications/", application_queue.ApplicationQueue.as_view(), name="application-queue"),
    path("applications/bulk/", applications.Bulk.as_view(), name="application-bulk"),
    path("applications/<str:reference>/", applications.ApplicationDetail.as_view(), name="application-detail"),
    path("applications/<str:reference>/approve/", application_decisions.Approve.as_view(), name="application-approve"),
    path("applications/<str:reference>/decline/", application_decisions.Decline.as_view(), name="application-decline"),
    path("applications/<str:reference>/ask/", application_decisions.Ask.as_view(), name="application-ask"),
    path(
        "applications/<str:reference>/waitlist/", application_decisions.Waitlist.as_view(), name="application-waitlist"
    ),
    path("applications/<str:reference>/note/", applications.Note.as_view(), name="application-note"),
    path("bulk/approve/", decisions.BulkApprove.as_view(), name="bulk-approve"),
    path("deals/", lists.DealList.as_view(), name="deal-list"),
    path("deals/<str:reference>/", deals.DealDetail.as_view(), name="deal-detail"),
    path("deals/<str:reference>/approve/", decisions.Approve.as_view(), name="deal-approve"),
    path("deals/<str:reference>/decline/", decisions.Decline.as_view(), name="deal-decline"),
    path("deals/<str:reference>/ask/", decisions.Ask.as_view(), name="deal-ask"),
    path("deals/<str:reference>/take/", decisions.Take.as_view(), name="deal-take"),
    path("deals/<str:reference>/separate/", decisions.Separate.as_view(), name="deal-separate"),
    path("deals/<str:reference>/confirm/", decisions.Confirm.as_view(), name="deal-confirm"),
    path("deals/<str:reference>/extension/grant/", extensions.Grant.as_view(), name="deal-extension-grant"),
    path("deals/<str:reference>/extension/refuse/", extensions.Refuse.as_view(), name="deal-extension-refuse"),
    path("deals/<str:reference>/comment/", deals.Remark.as_view(), name="deal-comment"),
    path("deals/<str:reference>/files/", deals.Attach.as_view(), name="deal-file-add"),
    path("deals/<str:reference>/fields/", answers.Fill.as_view(), name="deal-fields"),
    path("leads/", lead_lists.LeadList.as_view(), name="lead-list"),
    path("leads/add/", lead_pages.LeadAdd.as_view(), name="lead-add"),
    path("leads/results/", lead_results.Results.as_view(), name="lead-results"),
    path("leads/several/", leads_several.Several.as_view(), name="lead-several"),
    path("leads/plans/<uuid:key>/", leads_several.PlanPage.as_view(), name="lead-plan"),
    path("leads/plans/<uuid:key>/confirm/", leads_several.ConfirmPlan.as_view(), name="lead-plan-confirm"),
    path("leads/<str:reference>/", lead_pages.LeadPage.as_view(), name="lead"),
    path("leads/<str:reference>/edit/", lead_pages.LeadEdit.as_view(), name="lead-edit"),
    path("leads/<str:reference>/offer/", lead_deeds.Offer.as_view(), name="lead-offer"),
    path("leads/<str:reference>/recall/", lead_deeds.Recall.as_view(), name="lead-recall"),
    path("leads/<str:reference>/disqualify/", lead_deeds.Disqualify.as_view(), name="lead-disqualify"),
    path("leads/<str:reference>/reopen/", lead_deeds.Reopen.as_view(), name="lead-reopen"),
    path("onboarding/", onboarding.JourneyList.as_view(), name="onboarding"),
    path("onboarding/tasks/", onboarding.TaskList.as_view(), name="onboarding-tasks"),
    path("onboarding/<uuid:key>/", onboarding_steps.JourneyPage.as_view(), name="journey"),
    path("onboarding/<uuid:key>/cancel/", onboarding_steps.JourneyCancel.as_view(), name="journey-cancel"),
    path("onboarding/<uuid:key>/migrate/", onboarding_steps.JourneyMigrate.as_view(), name="journey-migrate"),
    path("onboarding/<uuid:key>/steps/<slug:slug>/", onboarding_steps.StepPage.as_view(), name="journey-step"),
    path(
        "onboarding/<uuid:key>/steps/<slug:slug>/calendar.ics",
        onboarding_steps.StepCalendar.as_view(),
        name="journey-calendar",
    ),
    path("agreements/", agreements.AgreementList.as_view(), name="agreements"),
    path("agreements/<uuid:key>/", agreements.AgreementPage.as_view(), name="agreement"),
    path("agreements/<uuid:key>/take-back/", agreements.TakeBack.as_view(), name="agreement-take-back"),
    path(
        "agreements/<uuid:key>/document.txt",
        agreements.AgreementDownload.as_view(which="text"),
        name="agreement-text",
    ),
    path(
        "agreements/<uuid:key>/document.pdf",
        agreements.AgreementDownload.as_view(which="document"),
        name="agreement-document",
    ),
    path("agreements/<uuid:key>/sealed.pdf", agreements.AgreementDownload.as_view(), name="agreement-sealed"),
    path("partners/<slug:slug>/agreements/send/", agreements.SendAgreement.as_view(), name="agreement-send"),
    path("tiers/", tiers.TierOverview.as_view(), name="tiers"),
    path("partners/", portfolio.PartnerList.as_view(), name="partner-list"),
    path("partners/<slug:slug>/invite/", first_person.PartnerInvite.as_view(), name="partner-invite"),
    path("partners/invitations/<int:pk>/resend/", first_person.Resend.as_view(), name="invitation-resend"),
    path("partners/invitations/<int:pk>/revoke/", first_person.Revoke.as_view(), name="invitation-revoke"),
    path("partners/<slug:slug>/view-as/", view_as.ViewAs.as_view(), name="partner-view-as"),
    path("partners/<slug:slug>/merge/", merging.ProposeMerge.as_view(), name="partner-merge"),
    path("partners/merges/<uuid:key>/withdraw/", merging.WithdrawMerge.as_view(), name="merge-withdraw"),
    path("partners/<slug:slug>/profile/", partner_profile.PartnerProfile.as_view(), name="partner-profile"),
    path("partners/<slug:slug>/points/", standings.PartnerPoints.as_view(), name="partner-points"),
    path("partners/<slug:slug>/", partners.PartnerDetail.as_view(), name="partner-detail"),
    path("recruiting/", recruiting.Recruiting.as_view(), name="recruiting"),
    path("recruiting/several/", recruiting.Several.as_view(), name="recruiting-several"),
    path("recruiting/add/", prospects.ProspectAdd.as_view(), name="prospect-add"),
    path("recruiting/<int:pk>/", prospects.ProspectPage.as_view(), name="prospect"),
    path("recruiting/<int:pk>/edit/", prospects.ProspectEdit.as_view(), name="prospect-edit"),
    path("recruiting/<int:pk>/assign/", prospects.ProspectAssign.as_view(), name="prospect-assign"),
    path("recruiting/<int:pk>/<slug:deed>/", prospects.ProspectMove.as_view(), name="prospect-move"),
    path("onboarding/time-to-value/step/", step_waits.StepWaits.as_view(), name="time-to-value-step"),
    path("onboarding/time-to-value/", time_to_value.TimeToValue.as_view(), name="time-to-value"),
    path(
        "onboarding/time-to-value/partners/",
        time_to_value.TimeToValuePartners.as_view(),
        name="time-to-value-partners",
    ),
]
