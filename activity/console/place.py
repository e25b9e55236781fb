"""The console's site: who gets in, and what of Django's admin is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from activity.permissions import USE_CONSOLE
from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


class Console(admin.AdminSite):
    """The site: for partner managers, from a vendor's seat."""

    site_header = _("Console")
    site_title = _("Console")
    index_title = _("Set up and look after your program")
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in who may use the console."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return actor.may(USE_CONSOLE)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the one sign-in; tell everyone else that this isn't theirs."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        raise Forbidden("not_allowed", _("The console is for partner managers. Ask yours, or switch to that seat."))

    def get_urls(self) -> list[Any]:
        """Leave out what no page of ours uses: Django's redirect by content type finds any row of any tenant."""
        left_out = {"view_on_site", "autocomplete"}
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in left_out]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out Django's list of apps: the shell has the menu."""
        return {"site_title": self.site_title, "site_header": self.site_header, "has_permission": True}

    # A person's own affairs have their one place.
    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the one page that changes a password."""
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the person's settings."""
        return redirect("settings")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Lead to the one page that signs out."""
        return redirect("account_logout")


site = Console(name="admin")
site.disable_action("delete_selected")
