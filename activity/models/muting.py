"""Times in which a vendor's events are written, but nobody is told of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from prm.kernel.scoping import Scope, ScopedModel


class Muting(ScopedModel):
    """A time in which nobody is told what happens at a vendor: while it moves in from another system.

    It counts by the moment of the event, so that what workers get to later stays untold, too.
    """

    scope = Scope(vendor="vendor_id")

    vendor_id = models.BigIntegerField()
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True)

    class Meta:
        verbose_name = _("muted time")
        verbose_name_plural = _("muted times")
        constraints = [
            models.UniqueConstraint(fields=["vendor_id"], condition=Q(until=None), name="muting_open_once"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="muting_ordered"),
        ]
        indexes = [models.Index(fields=["vendor_id", "since"], name="muting_of_vendor")]

    def __str__(self) -> str:
        return f"{self.vendor_id} {self.since:%Y-%m-%d}"
