"""Uploads: what is larger than any limit is read past, not stored, so that the form can still answer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class LimitedUploadHandler(TemporaryFileUploadHandler):
    """Writes an upload to a temporary file, and stops writing one megabyte past the limit.

    The size goes on counting, so that the form can refuse the file by its size and keep everything else.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a piece, unless the limit has passed."""
        if start < (settings.UPLOAD_LIMIT_MB + 1) * 1_000_000:
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | Any:
        """Return the upload with the size that was sent."""
        return super().file_complete(file_size)
