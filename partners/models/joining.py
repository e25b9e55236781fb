"""Newcomers who ask to join a partner’s team, known by their mail address's domain."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.models.organisations import Partner
from partners.querysets import JoinRequestQuerySet
from prm.kernel.scoping import Scope, ScopedModel


class JoinRequest(ScopedModel):
    """Somebody asks for a seat at a partner. The administrators see it once its mail address is proven.

    digest: of the token in the mail that proves the address; shared by the rows of one asking, where branches share a
    domain.
    expires_at: until when the mail's link works; after that, until when the request can be approved.
    """

    scope = Scope(partner="partner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=120)
    note = models.CharField(_("note"), max_length=300, blank=True)
    digest = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"))
    confirmed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_approved = models.BooleanField(null=True)

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        constraints = [
            models.UniqueConstraint(
                Lower("email"), "partner", condition=Q(decided_at=None), name="join_request_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, is_approved=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_approved__isnull=False),
                name="join_request_decision_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.email})"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an administrator."""
        return self.confirmed_at is not None and self.decided_at is None and self.expires_at > timezone.now()
