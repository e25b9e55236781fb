"""Addresses of sign-in: the ways of allauth that this product offers, and no others.

People come by invitation. Their one address is changed on our own page (`portal.public.security`), and the list of
sessions is ours too; what allauth has for these is not mounted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views
from allauth.mfa.base import views as steps
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as passkeys
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, re_path

from people.security import actor_of, require_own_session

View = Callable[..., HttpResponse]


def own(view: View) -> View:
    """Open a page about one's own sign-in to who proved to be the person, not to who came by a company's provider."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            require_own_session(actor_of(request))
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return guarded


def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password; who has none sets one by mail, which proves more than an open session does."""
    if request.user.is_authenticated and not request.user.has_usable_password():
        return redirect("account_reset_password")
    return views.password_change(request)


def security(request: HttpRequest) -> HttpResponse:
    """Lead to the one page that shows everything: allauth goes back to its own overviews."""
    return redirect("settings-security")


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("signup/", views.signup, name="account_signup"),
    path("confirm/", own(views.reauthenticate), name="account_reauthenticate"),
    path("password/change/", own(change_password), name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", views.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("second-step/", steps.authenticate, name="mfa_authenticate"),
    path("passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("confirm/code/", own(steps.reauthenticate), name="mfa_reauthenticate"),
    path("confirm/passkey/", own(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("steps/", security, name="mfa_index"),
    path("app/add/", own(app.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", own(app.deactivate_totp), name="mfa_deactivate_totp"),
    path("passkeys/", security, name="mfa_list_webauthn"),
    path("passkeys/add/", own(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/name/", own(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", own(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
    path("recovery-codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("recovery-codes/make/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
]
