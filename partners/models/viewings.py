"""Looks at the portal through a partner's eyes, by the vendor's people."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import ViewingEnd
from partners.models.organisations import Partner, Vendor
from partners.models.seats import Seat
from prm.kernel.actors import Role
from prm.kernel.scoping import Scope, ScopedModel

VIEWED_ROLES = (Role.ADMINISTRATOR, Role.SALES)


class PartnerViewing(ScopedModel):
    """Somebody of the vendor views the portal as a partner's administrator or sales would, without changing anything.

    ends_at: when it ends by itself. ended_at, end: when and how it ended.
    """

    scope = Scope(vendor="vendor_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=14, choices=[(role.value, role.label) for role in VIEWED_ROLES])
    started_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=10, choices=ViewingEnd, blank=True)

    class Meta:
        verbose_name = _("view as partner")
        verbose_name_plural = _("views as partner")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | Q(ended_at__isnull=False) & ~Q(end=""), name="viewing_ended_how"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("started_at")), name="viewing_ends_later"),
        ]
        indexes = [models.Index(fields=["ends_at"], condition=Q(ended_at=None), name="viewing_open")]

    def __str__(self) -> str:
        return f"{self.partner} · {self.get_role_display()}"
