"""Addresses to which people forward mails, and the mails that came."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dealreg.inbound.addresses import address_for
from dealreg.models.draft import DealDraft
from dealreg.querysets import OwnSeatQuerySet
from partners.models import Partner, Seat
from prm.kernel.scoping import Scope, ScopedModel


class MailAddress(ScopedModel):
    """An address of one person at one seat: a mail that it forwards there becomes a draft. Replaced, never changed."""

    scope = Scope(partner="partner_id", person="person_id")

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+", db_index=False)
    code = models.CharField(max_length=16, unique=True)
    made_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    objects: Any = OwnSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail address")
        verbose_name_plural = _("mail addresses")
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=Q(revoked_at=None), name="mail_address_once_per_seat")
        ]

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        """The whole address."""
        return address_for(self.code)


class InboundMail(ScopedModel):
    """A mail that became a draft: what was understood of it. Its text is in the draft.

    digest: of its Message-ID, so that it is taken once. understood: the draft's fields; missing: fields that a
    registration needs; refused: files that weren't taken, with the reason.
    """

    scope = Scope(partner="partner_id", person="person_id")

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="+", db_index=False)
    draft = models.ForeignKey(DealDraft, null=True, on_delete=models.SET_NULL, related_name="mails")
    digest = models.CharField(max_length=64)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    understood = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    received_at = models.DateTimeField(_("received"), db_default=Now())

    objects: Any = OwnSeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("forwarded mail")
        verbose_name_plural = _("forwarded mails")
        constraints = [models.UniqueConstraint(fields=["seat", "digest"], name="mail_once_per_seat")]
        indexes = [models.Index(fields=["seat", "-id"], name="mail_of_seat")]

    def __str__(self) -> str:
        return self.subject
