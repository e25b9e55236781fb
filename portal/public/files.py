"""Downloads of files on deals, drafts and steps of journeys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from dealreg.models import DealFile
from onboarding.models import StepFile
from prm.kernel.pages import ActorView

CHUNK = 64 * 1024
ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
INERT = "default-src 'none'; frame-ancestors 'none'; sandbox"


class FileDownload(ActorView):
    """A file, always as a download: whatever it holds, it never runs as a page of this site.

    One range of bytes is served where it is asked for, so that a broken download can go on; several at once get the
    whole file, which HTTP allows.
    """

    def found(self, key: UUID) -> Any:
        """Return the file's row as the actor sees it, or None."""
        return DealFile.objects.visible_to(self.actor).filter(key=key).first()

    def get(self, request: HttpRequest, key: UUID) -> HttpResponseBase:
        """Stream the file, or a range of it."""
        file = self.found(key)
        if file is None:
            raise Http404
        try:
            stored = file.content.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = _streamed(stored, stored.size, _asked_range(request, stored.size))
        response["Accept-Ranges"] = "bytes"
        return inert(response, file.name, file.media_type)


class StepFileDownload(FileDownload):
    """A document on a journey's step."""

    def found(self, key: UUID) -> Any:
        """Return the document's row as the actor sees it, or None."""
        return StepFile.objects.visible_to(self.actor).filter(key=key).first()


def _asked_range(request: HttpRequest, size: int) -> range | None:
    """Return the bytes asked for; empty where there are none such, None where the whole file is wanted."""
    found = ONE_RANGE.fullmatch(request.headers.get("Range", "").strip())
    # If-Range compares validators, which these answers don't carry: then the whole file is the right answer.
    if found is None or "If-Range" in request.headers or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return range(max(size - int(last), 0), size)
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _streamed(stored: IO[bytes], size: int, asked: range | None) -> HttpResponseBase:
    if asked is not None and not asked:
        stored.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    wanted = range(size) if asked is None else asked
    response = StreamingHttpResponse(_Pieces(stored, wanted), status=200 if asked is None else 206)
    response["Content-Length"] = str(len(wanted))
    if asked is not None:
        response["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{size}"
    return response


class _Pieces:
    """A part of a file, piece by piece. The response closes it, also where nobody reads on."""

    def __init__(self, stored: IO[bytes], wanted: range) -> None:
        self.stored, self.wanted = stored, wanted

    def __iter__(self) -> Iterator[bytes]:
        self.stored.seek(self.wanted.start)
        left = len(self.wanted)
        while left and (piece := self.stored.read(min(CHUNK, left))):
            left -= len(piece)
            yield piece

    def close(self) -> None:
        """Close the file."""
        self.stored.close()


def stored_pieces(stored: IO[bytes], size: int) -> _Pieces:
    """Return an open file as the pieces of a response, which closes it."""
    return _Pieces(stored, range(size))


def inert(response: Any, name: str, media_type: str) -> HttpResponseBase:
    """Make a response a download that never runs as a page, whatever it holds."""
    response["Content-Type"] = media_type
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=safe_name(name))
    response["Content-Security-Policy"] = INERT
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def safe_name(name: str) -> str:
    """Return a file's name without control and direction characters or path separators, never empty."""
    kept = "".join("_" if letter in '/\\:*?"<>|' else letter for letter in name if letter.isprintable())
    return kept.strip(" .") or "file"
