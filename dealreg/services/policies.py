"""Rules of engagement: versions. What has come into force is cited in decisions, so it stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.services import write_row
from prm.kernel.errors import RuleViolation
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dealreg.models import Policy
    from prm.kernel.actors import Actor, Permission


@transaction.atomic
def write_policy(
    *,
    actor: Actor,
    row: Policy,
    permission: Permission,
    fields: Sequence[str],
    seen: Mapping[str, str] | None = None,
) -> Policy:
    """Add a version of the rules, or change one that isn't in force yet. As `activity.services.write_row`.

    Raises:
        RuleViolation: the version is in force, or was; or a new one would begin in the past.
    """
    if not row._state.adding and locked(row, actor).is_published:
        raise RuleViolation(
            "in_force", _("This version is in force, and decisions cite it. Add a new version, with its first day.")
        )
    if row.valid_from is not None and row.valid_from < timezone.localdate():
        raise RuleViolation("in_the_past", _("Choose today or a later day: what was decided stays."), "valid_from")
    saved: Policy = write_row(actor=actor, row=row, permission=permission, fields=fields, seen=seen)
    return saved
