"""Pages for when something is not as it should be."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from prm.kernel.pages import page_behind


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form is too old or came from elsewhere, and what to do."""
    return render(request, "403_csrf.html", {"url": page_behind(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request could not be read; Django's own page would drop the shell around it."""
    if isinstance(exception, RequestDataTooBig):
        words = _("The form is too large to be read. Shorten the longest text and send it again.")
        return render(request, "413.html", {"message": words}, status=413)
    return render(request, "400.html", status=400)
