"""Merges of two accounts that are one customer; undone for a while."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Account
from partners.models import Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class AccountMerge(ScopedModel):
    """Two accounts became one. The absorbed one stays as another name of the kept one, by which it is still found.

    moved: which rows of which model went over, for undoing it exactly. keys: match keys that went over; added: those of
    them that the kept one lacked. filled: columns that the kept one took over. given_up: deals whose protection ended,
    with the day until which it would have lasted.
    """

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    kept = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="merges", db_constraint=False)
    absorbed = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    moved = models.JSONField(default=dict)
    keys = models.JSONField(default=list)
    added = models.JSONField(default=list)
    filled = models.JSONField(default=list)
    given_up = models.JSONField(default=list)
    merged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    merged_at = models.DateTimeField(_("merged"), default=timezone.now)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(_("undone"), null=True)

    class Meta:
        verbose_name = _("merge of accounts")
        verbose_name_plural = _("merges of accounts")
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="account_merge_of_two"),
            models.UniqueConstraint(fields=["absorbed"], condition=Q(undone_at=None), name="account_absorbed_once"),
            vendor_match("kept", "accounts.Account", "account_merge_vendor_of_kept"),
            vendor_match("absorbed", "accounts.Account", "account_merge_vendor_of_absorbed"),
        ]
        indexes = [models.Index(fields=["vendor", "-merged_at", "-id"], name="account_merge_latest")]

    def __str__(self) -> str:
        return f"{self.absorbed} → {self.kept}"
