"""What versions of an ideal profile, a journey and an agreement's text have in common."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onboarding.enums import VersionState
from partners.models import Vendor
from prm.kernel.scoping import Scope, ScopedModel


def version_rules(name: str, parent: str) -> list[models.BaseConstraint]:
    """Return the rules of a version: its number once, at most one draft and one published, published has a time."""
    return [
        models.UniqueConstraint(fields=[parent, "number"], name=f"{name}_number_once"),
        models.UniqueConstraint(fields=[parent], condition=Q(state=VersionState.DRAFT), name=f"{name}_one_draft"),
        models.UniqueConstraint(
            fields=[parent], condition=Q(state=VersionState.PUBLISHED), name=f"{name}_one_published"
        ),
        models.CheckConstraint(
            condition=Q(state=VersionState.DRAFT, published_at=None)
            | ~Q(state=VersionState.DRAFT) & ~Q(published_at=None),
            name=f"{name}_published_has_time",
        ),
    ]


class Version(ScopedModel):
    """A numbered version: a draft is edited, a published one never changes, the next published one replaces it."""

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=10, choices=VersionState, default=VersionState.DRAFT)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
