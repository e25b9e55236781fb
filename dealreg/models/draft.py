"""A registration that isn't submitted: the raw text as typed."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.querysets import DraftQuerySet
from partners.models import Partner, Seat
from prm.kernel.scoping import Scope, ScopedModel


class DealDraft(ScopedModel):
    """What a person typed so far, without the deal's constraints, with its own revision.

    `submission` becomes the deal's: a draft that is submitted twice makes one deal. `discarded_at` is set for as long
    as that can be undone; then the draft goes for good.
    """

    scope = Scope(partner="partner_id", person="person_id")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)
    discarded_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        indexes = [models.Index(fields=["seat", "-updated_at"], name="draft_of_seat")]

    def __str__(self) -> str:
        return self.customer_name or str(_("Draft without a customer"))

    def get_absolute_url(self) -> str:
        """Return the page on which it is continued."""
        return reverse("portal:draft", args=[self.submission])

    @property
    def customer_name(self) -> str:
        """The customer as typed, maybe empty."""
        return str(self.content.get("customer_name", ""))[:200]
