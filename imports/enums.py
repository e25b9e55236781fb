"""Choices of imports and their rows."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ImportState(TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", _("Being checked")
    CHECKED = "checked", _("Ready to start")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDONE = "undone", _("Undone")


STARTED = (ImportState.RUNNING, ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)
"""States of an import that may have written something."""


class Outcome(TextChoices):
    """What a row does, or would do."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")
