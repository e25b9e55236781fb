"""Writes to accounts: importing a vendor's customers, and undoing an import."""

from accounts.services.importing import change_columns, import_accounts, start_import, start_undo, upload_accounts
from accounts.services.progress import Progress

__all__ = ["Progress", "change_columns", "import_accounts", "start_import", "start_undo", "upload_accounts"]
