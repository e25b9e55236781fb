"""Two accounts of a vendor that look alike, and what a person said of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import PairVerdict
from accounts.models.customers import Account
from accounts.querysets import PairQuerySet
from jobs.models import Job
from partners.models import Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel, Unscoped


class AccountPair(ScopedModel):
    """Two accounts of one vendor, the lower id first: found alike by a self-check, and decided by a person.

    score, band: as compared when it was found. A decided pair is never asked about again, and matching respects it.
    parent: of related ones the one that the other belongs to; None for sisters. Partners never see any of it.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    low = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    high = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    score = models.PositiveSmallIntegerField(_("score"), default=0)
    band = models.CharField(_("band"), max_length=10, blank=True)
    verdict = models.CharField(_("decision"), max_length=9, choices=PairVerdict, default=PairVerdict.OPEN)
    parent = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    found_by = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True)

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of accounts")
        verbose_name_plural = _("pairs of accounts")
        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="pair_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="pair_low_first"),
            models.CheckConstraint(
                condition=Q(verdict=PairVerdict.OPEN) | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="pair_decision_has_decider",
            ),
            models.CheckConstraint(
                condition=Q(parent=None)
                | (Q(verdict=PairVerdict.RELATED) & (Q(parent=F("low")) | Q(parent=F("high")))),
                name="pair_parent_is_one_of_two",
            ),
            vendor_match("low", "accounts.Account", "pair_vendor_of_low"),
            vendor_match("high", "accounts.Account", "pair_vendor_of_high"),
        ]
        indexes = [models.Index(fields=["vendor", "verdict", "-score", "id"], name="pair_worklist")]

    def __str__(self) -> str:
        return f"{self.low_id} ~ {self.high_id}"

    def get_absolute_url(self) -> str:
        """Return the page on which it is decided."""
        return reverse("console:account-pair", args=[self.pk])


class CandidatePair(ScopedModel):
    """Two accounts that a running self-check still has to compare."""

    scope = Unscoped("machinery: read and emptied by the self-check only")

    pk = models.CompositePrimaryKey("job_id", "low_id", "high_id")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="+", db_index=False)
    low_id = models.BigIntegerField()
    high_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.low_id} ~ {self.high_id}"
