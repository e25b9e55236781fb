"""Why a workbook isn't taken, in words that say what to do."""

from __future__ import annotations

from django.utils.translation import gettext as _

from prm.kernel.errors import RuleViolation


def damaged() -> RuleViolation:
    """Return the refusal of a workbook that can't be read."""
    return RuleViolation(
        "damaged_workbook", _("The workbook can't be opened: it is damaged, or has a password."), "file"
    )


def too_large() -> RuleViolation:
    """Return the refusal of a file that unpacks to too much."""
    return RuleViolation(
        "workbook_too_large", _("The workbook unpacks to more than we take. Save the list as CSV."), "file"
    )


def no_workbook() -> RuleViolation:
    """Return the refusal of a file that is none."""
    return RuleViolation("not_a_workbook", _("This isn't a workbook. Save your list as XLSX or CSV."), "file")


def too_empty() -> RuleViolation:
    """Return the refusal of a file that is mostly empty."""
    return RuleViolation(
        "workbook_too_empty",
        _("The sheet has very many empty rows or cells. Delete them, or save the list as CSV."),
        "file",
    )


def beyond() -> RuleViolation:
    """Return the refusal of a file that numbers what a sheet can't hold."""
    return RuleViolation(
        "beyond_the_sheet",
        _("The sheet numbers its rows or columns beyond what a sheet can hold, or twice. Save the list as CSV."),
        "file",
    )
