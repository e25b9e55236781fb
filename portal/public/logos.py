"""Vendors' logos: no secret, so for everyone, and kept by browsers and mail services."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from partners.models import LOGO_FOLDER

KINDS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
A_YEAR = 365 * 24 * 3600


@require_safe
def logo(request: HttpRequest, key: UUID, kind: str) -> HttpResponse:
    """Serve a logo by its name, as a picture and nothing else; no other file can be named. No query.

    One that was replaced is still there: mails that went out show it. A name is never used again.
    """
    name = f"{LOGO_FOLDER}/{key}.{kind}"
    if kind not in KINDS:
        raise Http404
    try:
        with default_storage.open(name) as stored:
            content = stored.read()
    except FileNotFoundError:
        raise Http404 from None
    response = HttpResponse(content, content_type=KINDS[kind])
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
