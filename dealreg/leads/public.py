"""What everybody may see of leads: whether a program's public form is open, and what it asks."""

from __future__ import annotations

from dealreg.models import LeadRules


def form_rules(vendor: str, program: str) -> LeadRules | None:
    """Return the rules of a program whose public form is open, by slugs; None where there is no such form."""
    found: LeadRules | None = (
        LeadRules.objects.filter(vendor__slug=vendor, program__slug=program, form_open=True)
        .select_related("program__vendor")
        .first()
    )
    return found
