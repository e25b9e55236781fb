"""What people say and attach."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.enums import CommentAudience
from dealreg.models.deal import Deal, deal_match
from dealreg.models.draft import DealDraft
from dealreg.querysets import CommentQuerySet, FileQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.scoping import Scope, ScopedModel


class Comment(ScopedModel):
    """A comment that both sides read, or a note that only the vendor reads."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="comments", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    audience = models.CharField(_("who reads it"), max_length=6, choices=CommentAudience)
    text = models.TextField(_("text"), max_length=5000)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            deal_match("comment_tenant"),
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


def stored_name(instance: DealFile, filename: str) -> str:
    """Return where a file is kept: a random name, so that nothing of the given one reaches the file system."""
    return f"deals/{instance.key}"


class DealFile(ScopedModel):
    """A file on a deal, or on a draft until it is submitted. Served as a download only."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    deal = models.ForeignKey(Deal, null=True, on_delete=models.CASCADE, related_name="files", db_constraint=False)
    draft = models.ForeignKey(DealDraft, null=True, on_delete=models.CASCADE, related_name="files")
    vendor = models.ForeignKey(
        Vendor, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(
        max_length=50,
        blank=True,
        default="",
        db_default="",
        help_text="slug of the program's own field that it answers",
    )
    name = models.CharField(_("name"), max_length=150)
    size = models.PositiveIntegerField(_("size, bytes"))
    media_type = models.CharField(max_length=100)
    content = models.FileField(upload_to=stored_name, max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    objects = FileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints = [
            deal_match("file_tenant"),
            models.CheckConstraint(
                condition=Q(deal__isnull=False, draft__isnull=True, vendor__isnull=False)
                | Q(deal__isnull=True, draft__isnull=False, vendor__isnull=True),
                name="file_on_deal_or_draft",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the download's address."""
        return reverse("file", args=[self.key])
