"""Changes of a partner's kind: proposed by a vendor, confirmed by the partner, undone for a while."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import PartnerType, TypeChangeState
from partners.models.organisations import Partner, Vendor
from partners.querysets import TypeChangeQuerySet
from prm.kernel.scoping import Scope, ScopedModel


class TypeChange(ScopedModel):
    """A vendor's proposal that a partner is of another kind, and what became of it.

    before, after: the kinds. ends: the vendor's enrollments that end with it, by id. decided_by: who said yes or no for
    the partner; None where nobody works there yet, so that the vendor's word is enough.
    """

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    before = models.CharField(_("kind before"), max_length=12, choices=PartnerType)
    after = models.CharField(_("kind after"), max_length=12, choices=PartnerType)
    reason = models.TextField(_("reason"), max_length=500)
    ends = ArrayField(models.BigIntegerField(), default=list)
    state = models.CharField(_("state"), max_length=10, choices=TypeChangeState, default=TypeChangeState.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = TypeChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a partner's kind")
        verbose_name_plural = _("changes of partners' kinds")
        constraints = [
            models.CheckConstraint(condition=~Q(before=F("after")), name="type_change_changes"),
            models.CheckConstraint(condition=~Q(reason=""), name="type_change_has_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=[TypeChangeState.CHANGED, TypeChangeState.UNDONE]) | Q(changed_at__isnull=False),
                name="type_change_has_day",
            ),
            models.UniqueConstraint(
                fields=["vendor", "partner"], condition=Q(state="proposed"), name="type_change_proposed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.before} → {self.after}"
