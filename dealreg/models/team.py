"""The deal team: who works a deal together, with which role and share. Each agrees to a version; then it stays."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.enums import ShareAnswer, SharedField, TeamRole, TeamState
from dealreg.models.deal import Deal, deal_match
from dealreg.querysets import TeamShareQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import CompositeForeignKey
from prm.kernel.scoping import Scope, ScopedModel


class TeamVersion(ScopedModel):
    """A proposal of who is on the team of a deal; once each has agreed, the team until a later one is agreed."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="teams", db_index=False, db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    number = models.PositiveSmallIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=9, choices=TeamState, default=TeamState.PROPOSED)
    text = models.TextField(_("message"), max_length=2000, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("proposed by"),
    )
    by_vendor = models.BooleanField(default=False)
    proposed_at = models.DateTimeField(_("proposed"), db_default=Now())
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        verbose_name = _("deal team")
        verbose_name_plural = _("deal teams")
        constraints = [
            deal_match("team_tenant"),
            models.UniqueConstraint(fields=["deal", "number"], name="team_version_once"),
            models.UniqueConstraint(fields=["deal"], condition=Q(state=TeamState.PROPOSED), name="team_one_proposal"),
            models.UniqueConstraint(fields=["id", "deal", "vendor"], name="team_with_deal"),
            models.CheckConstraint(
                condition=Q(state=TeamState.PROPOSED, closed_at=None)
                | (~Q(state=TeamState.PROPOSED) & Q(closed_at__isnull=False)),
                name="team_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)


class TeamShare(ScopedModel):
    """One side of a team: its role, its share in percent, what it may see of the deal, and its answer.

    name: as it was proposed; whether a partner of that name exists, the proposer learns by an answer only. enrollment
    and partner: of the partner that was meant, where there is one; of_vendor repeats the vendor then, for the composite
    key. direct: the vendor's own sales.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    team = models.ForeignKey(TeamVersion, on_delete=models.PROTECT, related_name="shares", db_constraint=False)
    deal = models.ForeignKey(Deal, on_delete=models.PROTECT, related_name="team_shares", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    of_vendor = models.ForeignKey(
        Vendor, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    partner = models.ForeignKey(
        Partner, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    direct = models.BooleanField(default=False)
    name = models.CharField(_("name"), max_length=160)
    role = models.CharField(_("role"), max_length=11, choices=TeamRole)
    percent = models.DecimalField(_("share, percent"), max_digits=5, decimal_places=2)
    sees = ArrayField(models.CharField(max_length=12, choices=SharedField), verbose_name=_("sees"), default=list)
    answer = models.CharField(_("answer"), max_length=8, choices=ShareAnswer, default=ShareAnswer.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    answered_at = models.DateTimeField(null=True)
    answer_text = models.TextField(_("message"), max_length=2000, blank=True)
    left_at = models.DateTimeField(_("left"), null=True)
    left_text = models.TextField(_("why it left"), max_length=2000, blank=True)

    objects = TeamShareQuerySet.as_manager()

    class Meta:
        verbose_name = _("share of a deal")
        verbose_name_plural = _("shares of deals")
        constraints = [
            CompositeForeignKey(
                fields=("team", "deal", "vendor"),
                to="dealreg.TeamVersion",
                to_fields=("id", "deal", "vendor"),
                name="share_of_team",
            ),
            CompositeForeignKey(
                fields=("enrollment", "of_vendor", "partner"),
                to="partners.Enrollment",
                to_fields=("id", "vendor", "partner"),
                name="share_tenant",
            ),
            models.CheckConstraint(
                condition=Q(of_vendor=None) | Q(of_vendor=models.F("vendor")), name="share_of_its_vendor"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=Decimal(100)), name="share_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(answer=ShareAnswer.WAITING, answered_at=None)
                | (~Q(answer=ShareAnswer.WAITING) & Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="share_answer_has_person",
            ),
            models.UniqueConstraint(fields=["team", "enrollment"], name="share_once_per_partner"),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], condition=Q(partner__isnull=False), name="share_of_partner"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.percent}%"

    def get_absolute_url(self) -> str:
        """Return the page of the shared room."""
        return reverse("portal:shared-deal", args=[self.key])
