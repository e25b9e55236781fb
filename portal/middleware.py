"""Turns refusals that reach the top into pages that help, and keeps who views as a partner to looking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.enums import ViewingEnd
from partners.services import end_viewing
from partners.view_as import OPEN_WHILE_VIEWING, VIEWING_KEY, reason_to_end, seen_by, viewing_of
from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation, TooMany
from prm.kernel.pages import page_behind

LOGOUT, LEAVE = "/accounts/logout/", "/view-as/leave/"


class RuleViolationMiddleware:
    """Answers a `RuleViolation` that no form took with its page: 403, 409, 422 or 429."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Render the refusal's page."""
        if not isinstance(exception, RuleViolation):
            return None
        context = {"violation": exception, "message": exception.message, "url": page_behind(request)}
        response = render(request, f"{exception.status}.html", context, status=exception.status)
        if isinstance(exception, TooMany):
            response["Retry-After"] = str(exception.retry_after)
        return response


class ViewAsMiddleware:
    """While a vendor's person views as a partner: sets that actor, lets only the portal's pages be read, and ends it.

    Ends it at sign-out, when its time is over, and when the right to it or the partner's enrollment is gone.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request through the partner's eyes, where somebody looks through them."""
        request.view_as = None
        key = request.session.get(VIEWING_KEY) if request.actor.kind is not Kind.ANONYMOUS else None
        if key is None:
            return self.get_response(request)
        viewing = viewing_of(key, request.actor)
        end = reason_to_end(viewing, request.actor) if viewing else ViewingEnd.ACCESS
        if request.method == "POST" and request.path_info == LOGOUT:
            end = end or ViewingEnd.SIGNED_OUT
        if end is not None:
            return self._ended(request, viewing, end)
        request.view_as = seen_by(viewing, request.actor)
        request.actor, request.place = request.view_as.actor, request.view_as.place
        return self.get_response(request) if _only_looks(request) else _refused(request)

    def _ended(self, request: Any, viewing: Any, end: ViewingEnd) -> HttpResponse:
        """End it, and go on in the person's own seat: away from pages that were the partner's."""
        request.session.pop(VIEWING_KEY, None)
        if viewing is not None:
            end_viewing(actor=request.actor, viewing=viewing, end=end)
        if not request.path_info.startswith("/portal/"):
            return self.get_response(request)
        messages.info(request, _("You no longer view the portal as a partner: %(why)s.") % {"why": end.label})
        return redirect("start")


def _only_looks(request: HttpRequest) -> bool:
    """Whether a request reads the partner's own pages, or leaves."""
    path = request.path_info
    is_open = path == "/" or path.startswith(OPEN_WHILE_VIEWING)
    return is_open and (request.method in {"GET", "HEAD", "OPTIONS"} or path == LEAVE)


def _refused(request: HttpRequest) -> HttpResponse:
    """Say that one only looks, and how to leave."""
    message = _("You view the portal as the partner sees it: nothing can be changed. Leave it to go on with your work.")
    if request.path_info.startswith("/api/"):
        problem = {"type": "about:blank", "title": message, "status": 403, "code": "read_only"}
        return JsonResponse(problem, status=403, content_type="application/problem+json")
    return render(request, "public/view_as_refused.html", {"message": message}, status=403)
