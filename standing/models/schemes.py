"""Versions of a program's scheme."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from partners.enums import PartnerType
from partners.models import Program, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel
from standing.enums import SchemeState
from standing.querysets import SchemeQuerySet
from standing.scheme import Definition, parse


class Scheme(ScopedModel):
    """A version of what a program's tiers take and bring, for one type of partner or for all.

    definition: the scheme as `standing.scheme` reads it; it never changes once published. valid_from: from when it is
    in force, until a later one is. counts_from: the first version of a ladder may count what happened before it.
    computed_at: when the standings of all enrollments were computed last.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="schemes")
    partner_type = models.CharField(_("partner type"), max_length=12, choices=PartnerType, blank=True)
    number = models.PositiveSmallIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=120)
    definition = models.JSONField(_("definition"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=SchemeState, default=SchemeState.DRAFT)
    valid_from = models.DateField(_("in force from"), null=True, blank=True)
    counts_from = models.DateField(_("counts from"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    computed_at = models.DateTimeField(null=True, editable=False)
    activated_at = models.DateTimeField(null=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("tier scheme")
        verbose_name_plural = _("tier schemes")
        constraints = [
            vendor_match("program", "partners.Program", "scheme_vendor_of_program"),
            models.UniqueConstraint(fields=["id", "vendor"], name="scheme_with_vendor"),
            models.UniqueConstraint(fields=["program", "partner_type", "number"], name="scheme_number_once"),
            models.UniqueConstraint(
                fields=["program", "partner_type", "valid_from"],
                condition=Q(state=SchemeState.PUBLISHED),
                name="scheme_once_per_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=SchemeState.PUBLISHED) | Q(valid_from__isnull=False, published_at__isnull=False),
                name="scheme_published_has_day",
            ),
            models.CheckConstraint(
                condition=Q(counts_from=None) | Q(counts_from__lte=models.F("valid_from")) | Q(valid_from=None),
                name="scheme_counts_from_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.number}"

    def get_absolute_url(self) -> str:
        """Return the builder's page."""
        return reverse("console:scheme", args=[self.pk])

    @cached_property
    def shape(self) -> Definition:
        """The definition, read.

        Raises:
            SchemeRefused: a draft that isn't one yet.
        """
        return parse(self.definition)

    @property
    def is_current(self) -> bool:
        """Whether it was published and its day has come; a later one may have taken over."""
        return bool(self.state == SchemeState.PUBLISHED and self.valid_from and self.valid_from <= self.vendor.today())
