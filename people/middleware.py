"""Each person's language and time zone, for the length of a request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation


class PersonalSettingsMiddleware:
    """Activates the signed-in person's language and time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request in the person's language and time zone."""
        person = request.user
        if not person.is_authenticated:
            return self.get_response(request)
        with translation.override(person.language), timezone.override(person.time_zone):
            request.LANGUAGE_CODE = person.language
            return self.get_response(request)
