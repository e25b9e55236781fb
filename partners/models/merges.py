"""Merges of two records of the same partner: proposed, confirmed from both sides, undone for a while."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import MergeState
from partners.models.organisations import Partner, Vendor
from partners.querysets import MergeQuerySet
from prm.kernel.scoping import Scope, ScopedModel, Unscoped


class PartnerMerge(ScopedModel):
    """A vendor's proposal that two records are one partner, and what became of it.

    kept: the record that stays. kept_by, absorbed_by: the administrators who confirmed, one of each record.
    """

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    kept = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    absorbed = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=MergeState, default=MergeState.PROPOSED)
    note = models.TextField(_("note"), max_length=500, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    kept_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    absorbed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge of partners")
        verbose_name_plural = _("merges of partners")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="merge_of_two"),
            models.CheckConstraint(
                condition=~Q(state__in=[MergeState.MERGED, MergeState.UNDONE])
                | Q(merged_at__isnull=False, kept_by__isnull=False, absorbed_by__isnull=False),
                name="merge_confirmed_from_both_sides",
            ),
            models.UniqueConstraint(
                fields=["vendor", "kept", "absorbed"], condition=Q(state="proposed"), name="merge_proposed_once"
            ),
            models.UniqueConstraint(fields=["absorbed"], condition=Q(state="merged"), name="merge_absorbs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.absorbed} → {self.kept}"

    def has_confirmed(self, partner_id: int | None) -> bool:
        """Whether this record's administrator said yes."""
        return (self.absorbed_by_id if self.absorbed_id == partner_id else self.kept_by_id) is not None


class MergedRows(ScopedModel):
    """Which rows of a table a merge moved or switched off, so that it can be undone exactly.

    from_enrollment, to_enrollment: where they also changed their enrollment. column: what was switched off instead of a
    move, because the record that stays has such a row of its own.
    """

    scope = Unscoped("machinery: read by the merge's own services only")

    merge = models.ForeignKey(PartnerMerge, on_delete=models.CASCADE, related_name="rows")
    model = models.CharField(max_length=60)
    ids = ArrayField(models.BigIntegerField())
    from_enrollment = models.BigIntegerField(null=True)
    to_enrollment = models.BigIntegerField(null=True)
    column = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"{len(self.ids)} of {self.model}"
