"""What holds for one person's requests: language and time zone, and the browser it comes with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from people.browsers import remember
from people.limits import address_of


class BrowserMiddleware:
    """Notes when and from where a session was last used; lets the browser be known once its person has signed in.

    Stands before what reads the session, so that a session that is made knows its visitor.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Answer the request, then note who asked."""
        request.session.address = address_of(request)
        request.session.browser = request.headers.get("User-Agent", "")
        response = self.get_response(request)
        request.session.touch()
        person = getattr(request, "proved_person", None)
        if person is not None:
            remember(request, response, person)
        return response


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
