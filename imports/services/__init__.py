"""Writes of imports: upload, columns, start, undo; a list at once, and a few rows at once."""

from imports.services.progress import Progress
from imports.services.rows import RowOutcome, import_rows
from imports.services.running import start_import, start_undo, why_not_undone
from imports.services.uploading import IGNORED, KEPT, change_columns, upload_list
from imports.services.whole import import_list

__all__ = [
    "IGNORED",
    "KEPT",
    "Progress",
    "RowOutcome",
    "change_columns",
    "import_list",
    "import_rows",
    "start_import",
    "start_undo",
    "upload_list",
    "why_not_undone",
]
