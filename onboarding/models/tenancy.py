"""What every row about an enrollment has in common."""

from __future__ import annotations

from django.db import models

from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import CompositeForeignKey
from prm.kernel.scoping import Scope, ScopedModel


def enrollment_match(name: str) -> CompositeForeignKey:
    """Return the rule that keeps a row's vendor and partner equal to its enrollment's."""
    return CompositeForeignKey(
        fields=("enrollment", "vendor", "partner"),
        to="partners.Enrollment",
        to_fields=("id", "vendor", "partner"),
        name=name,
    )


class OfEnrollment(ScopedModel):
    """A row about an enrollment: it repeats its vendor and partner, and `enrollment_match` keeps them equal."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="+", db_constraint=False)

    class Meta:
        abstract = True
