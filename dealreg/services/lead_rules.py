"""How a program gives out leads, as its vendor sets it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from activity.services import write_row
from dealreg.leads.matching import CODES
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dealreg.models import LeadRules
    from prm.kernel.actors import Actor, Permission


@transaction.atomic
def write_lead_rules(
    *,
    actor: Actor,
    row: LeadRules,
    permission: Permission,
    fields: Sequence[str],
    seen: Mapping[str, str] | None = None,
) -> LeadRules:
    """Add or change a program's rules. As `activity.services.write_row`.

    Leads that are offered already keep their clocks.

    Raises:
        RuleViolation: nothing counts, or the public form would take leads without consent.
    """
    if not any(getattr(row, f"weight_{code}") for code in CODES):
        message = _("Something has to count: give at least one of them a weight above 0.")
        raise RuleViolation("nothing_counts", message, "weight_territory")
    if row.form_open and not row.form_consent.strip():
        message = _("Say to what people agree who write: a lead needs consent.")
        raise RuleViolation("consent_needed", message, "form_consent")
    saved: LeadRules = write_row(actor=actor, row=row, permission=permission, fields=fields, seen=seen)
    return saved
