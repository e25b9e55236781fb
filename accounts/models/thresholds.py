"""From which score on two customers are the same for a vendor, and from which a person looks."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.matching import STANDARD, Bands
from partners.models import Vendor
from prm.kernel.scoping import Scope, ScopedModel

BOUNDS = [MinValueValidator(1), MaxValueValidator(100)]


class MatchThresholds(ScopedModel):
    """A vendor's own thresholds, in percent; a vendor without a row has the standard ones."""

    scope = Scope(vendor="vendor_id")

    vendor = models.OneToOneField(Vendor, on_delete=models.PROTECT, related_name="+")
    same_from = models.PositiveSmallIntegerField(_("same from"), default=STANDARD.same_from, validators=BOUNDS)
    review_from = models.PositiveSmallIntegerField(_("review from"), default=STANDARD.review_from, validators=BOUNDS)
    revision = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("thresholds of matching")
        verbose_name_plural = _("thresholds of matching")
        constraints = [
            models.CheckConstraint(
                condition=Q(review_from__gte=1, review_from__lte=F("same_from"), same_from__lte=100),
                name="thresholds_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.same_from} / {self.review_from}"

    @property
    def bands(self) -> Bands:
        """The thresholds as the matcher takes them."""
        return Bands(same_from=self.same_from, review_from=self.review_from)
