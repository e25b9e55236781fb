"""Addresses of the partner portal."""

from __future__ import annotations

from django.urls import path

from portal.partner import (
    actions,
    business,
    deals,
    handing_over,
    home,
    joining,
    points,
    profile,
    registration,
    standing,
    team,
    team_invitations,
)

app_name = "portal"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("deals/", deals.DealList.as_view(), name="deal-list"),
    path("deals/register/", registration.RegisterView.as_view(), name="deal-register"),
    path("deals/register/check/", registration.CheckView.as_view(), name="deal-check"),
    path("deals/register/brings/", registration.BringsView.as_view(), name="deal-brings"),
    path("deals/drafts/<uuid:submission>/", registration.DraftView.as_view(), name="draft"),
    path("deals/drafts/<uuid:submission>/save/", registration.DraftSaveView.as_view(), name="draft-save"),
    path("deals/drafts/<uuid:submission>/discard/", registration.DraftDiscardView.as_view(), name="draft-discard"),
    path("deals/drafts/<uuid:submission>/restore/", registration.DraftRestoreView.as_view(), name="draft-restore"),
    path("deals/drafts/<uuid:submission>/files/", registration.DraftFilesView.as_view(), name="draft-file-add"),
    path(
        "deals/drafts/<uuid:submission>/files/<uuid:key>/remove/",
        registration.DraftFilesView.as_view(),
        name="draft-file-remove",
    ),
    path("deals/<str:reference>/", deals.DealDetail.as_view(), name="deal-detail"),
    path("deals/<str:reference>/edit/", actions.Edit.as_view(), name="deal-edit"),
    path("deals/<str:reference>/answer/", actions.Answer.as_view(), name="deal-answer"),
    path("deals/<str:reference>/withdraw/", actions.Withdraw.as_view(), name="deal-withdraw"),
    path("deals/<str:reference>/win/", actions.Win.as_view(), name="deal-win"),
    path("deals/<str:reference>/lose/", actions.Lose.as_view(), name="deal-lose"),
    path("deals/<str:reference>/reopen/", actions.Reopen.as_view(), name="deal-reopen"),
    path("deals/<str:reference>/comment/", actions.Comment.as_view(), name="deal-comment"),
    path("deals/<str:reference>/files/", actions.Attach.as_view(), name="deal-file-add"),
    path("sales/", business.SalesList.as_view(), name="sales"),
    path("certificates/", business.CertificateList.as_view(), name="certificates"),
    path("standing/", standing.StandingList.as_view(), name="standing-list"),
    path("standing/<int:pk>/", standing.TierPage.as_view(), name="standing"),
    path("standing/<int:pk>/points/", points.PointList.as_view(), name="standing-points"),
    path("profile/", profile.Profile.as_view(), name="profile"),
    path("profile/edit/", profile.ProfileEdit.as_view(), name="profile-edit"),
    path("profile/logo/", profile.ProfileLogo.as_view(), name="profile-logo"),
    path("profile/parent/", profile.ProfileParent.as_view(), name="profile-parent"),
    path("team/", team.Team.as_view(), name="team"),
    path("team/<int:pk>/", team.SeatView.as_view(), name="seat"),
    path("team/<int:pk>/hand-over/", handing_over.HandOver.as_view(), name="seat-hand-over"),
    path("team/joining/<uuid:key>/", joining.JoinRequestPage.as_view(), name="join-request"),
    path("team/joining/<uuid:key>/decline/", joining.JoinDecline.as_view(), name="join-decline"),
    path("team/invite/", team_invitations.Invite.as_view(), name="invite"),
    path("team/invite/several/", team_invitations.Several.as_view(), name="invite-several"),
    path("team/invitations/<int:pk>/resend/", team_invitations.Resend.as_view(), name="invitation-resend"),
    path("team/invitations/<int:pk>/revoke/", team_invitations.Revoke.as_view(), name="invitation-revoke"),
]
