"""The chance that an open deal is won, and the model that says so."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dealreg.enums import WinModelState
from dealreg.models.deal import Deal, deal_match
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class WinModel(ScopedModel):
    """A version of a vendor's model, fitted from its closed deals. Rows are only added.

    weights: as `dealreg.winning.scoring.Weights`; evaluation: on the newest fifth, which the judged model hadn't seen.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=6, choices=WinModelState)
    closed = models.PositiveIntegerField(_("closed deals"))
    won = models.PositiveIntegerField(_("of them won"))
    weights = models.JSONField(default=dict)
    evaluation = models.JSONField(default=dict)
    fitted_at = models.DateTimeField(_("fitted"), db_default=Now())

    class Meta:
        verbose_name = _("model of win chances")
        verbose_name_plural = _("models of win chances")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "number"], name="winmodel_number"),
            models.UniqueConstraint(fields=["id", "vendor"], name="winmodel_with_vendor"),
            models.CheckConstraint(condition=Q(won__lte=models.F("closed")), name="winmodel_won_of_closed"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class WinChance(ScopedModel):
    """An open deal's chance, in percent, with its reasons as codes and figures."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="deal__owner_id")

    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="win_chance", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    model = models.ForeignKey(WinModel, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    percent = models.PositiveSmallIntegerField(_("chance, percent"))
    drivers = models.JSONField(default=list)
    rated_at = models.DateTimeField(_("rated"))

    class Meta:
        verbose_name = _("win chance")
        verbose_name_plural = _("win chances")
        constraints = [
            deal_match("winchance_tenant"),
            vendor_match("model", "dealreg.WinModel", "winchance_vendor_of_model"),
            models.CheckConstraint(condition=Q(percent__range=(1, 99)), name="winchance_is_a_chance"),
        ]

    def __str__(self) -> str:
        return f"{self.percent}%"
