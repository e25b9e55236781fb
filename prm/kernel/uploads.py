"""Uploads: judged by name and content before anything is kept."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import filetype
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

# Extension to the media types that the content itself may show; None: plain text, judged by decoding.
ALLOWED: dict[str, frozenset[str] | None] = {
    "pdf": frozenset({"application/pdf"}),
    "png": frozenset({"image/png"}),
    "jpg": frozenset({"image/jpeg"}),
    "jpeg": frozenset({"image/jpeg"}),
    "docx": frozenset({"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "application/zip"}),
    "xlsx": frozenset({"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/zip"}),
    "pptx": frozenset({"application/vnd.openxmlformats-officedocument.presentationml.presentation", "application/zip"}),
    "odt": frozenset({"application/vnd.oasis.opendocument.text", "application/zip"}),
    "ods": frozenset({"application/vnd.oasis.opendocument.spreadsheet", "application/zip"}),
    "eml": None,
    "txt": None,
    "csv": None,
}


def check_upload(upload: UploadedFile, field: str = "file") -> str:
    """Return the media type of an upload that may be kept.

    The last extension counts, whatever its case, and the content must be what it says.

    Raises:
        RuleViolation: a kind that isn't taken, another content than the name says, empty, or too large.
    """
    limit = settings.UPLOAD_LIMIT_MB
    if (upload.size or 0) > limit * 1_000_000:
        raise RuleViolation(
            "file_too_large",
            _("%(name)s is too large: at most %(limit)d MB. Everything else you entered is kept.")
            % {"name": short_name(upload.name), "limit": limit},
            field,
        )
    if not upload.size:
        raise RuleViolation("file_empty", _("%(name)s is empty.") % {"name": short_name(upload.name)}, field)
    extension = PurePosixPath(upload.name or "").suffix.lstrip(".").casefold()
    if extension not in ALLOWED:
        raise RuleViolation(
            "file_kind",
            _("%(name)s can't be taken. We take %(kinds)s.")
            % {"name": short_name(upload.name), "kinds": ", ".join(sorted(ALLOWED))},
            field,
        )
    return _media_type(upload, extension, field)


def _media_type(upload: UploadedFile, extension: str, field: str) -> str:
    upload.seek(0)
    head = upload.read(8192)
    upload.seek(0)
    allowed, found = ALLOWED[extension], filetype.guess(head)
    if allowed is None:
        if found is None and b"\x00" not in head:
            return "text/plain"
    elif found is not None and found.mime in allowed:
        return min(allowed, key=lambda media: media == "application/zip")
    raise RuleViolation(
        "file_content",
        _("%(name)s isn't what its name says. Save it again as %(kind)s.")
        % {"name": short_name(upload.name), "kind": extension},
        field,
    )


def short_name(name: str | None) -> str:
    """Return an upload's name without folders, at most 80 characters of it."""
    return PurePosixPath((name or "").replace("\\", "/")).name[-80:]
