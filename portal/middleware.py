"""Turns refusals that reach the top into pages that help."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from prm.kernel.errors import RuleViolation, TooMany
from prm.kernel.pages import page_behind


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
