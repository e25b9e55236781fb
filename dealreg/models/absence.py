"""Days on which a decider is away, and who decides in its place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dealreg.querysets import AbsenceQuerySet
from partners.models import Vendor
from prm.kernel.clocks import today_in
from prm.kernel.scoping import Scope, ScopedModel


class Absence(ScopedModel):
    """Someone who decides registrations is away; the stand-in sees and decides what is the absent one's.

    ends_at: the moment from which on the person is back. ended_at: back earlier, or taken back before it began.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("who is away")
    )
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("who stands in"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(null=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    planned_at = models.DateTimeField(db_default=Now())

    objects: Any = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="absence_has_length"),
            models.CheckConstraint(
                condition=Q(stand_in=None) | ~Q(stand_in=F("person")), name="absence_stand_in_is_another"
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "ends_at"], condition=Q(ended_at=None), name="absence_of_vendor"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.starts_at:%Y-%m-%d}"

    @property
    def first(self) -> date:
        """The first day away, at the vendor's."""
        return today_in(self.vendor.time_zone, self.starts_at)

    @property
    def last(self) -> date:
        """The last day away, at the vendor's."""
        return today_in(self.vendor.time_zone, self.ends_at - timedelta(seconds=1))
