"""A draft of rules of engagement, tried on past registrations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.models.policy import Policy
from jobs.models import Job
from partners.models import Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class PolicyTrial(ScopedModel):
    """What a version would have said of past registrations, beside what was decided. Nothing of them is touched.

    definition: as it was tried. counts: by what was decided, then by what it would have said. examples: those that
    would have gone otherwise first. stated: how many were judged by facts that a ruling keeps; the others' facts were
    put together from their rows.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="trials", db_constraint=False)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    definition = models.JSONField(default=dict)
    months = models.PositiveSmallIntegerField(_("months"), default=12)
    sample = models.PositiveIntegerField(_("registrations"), default=0)
    stated = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    examples = models.JSONField(default=list)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("trial of rules of engagement")
        verbose_name_plural = _("trials of rules of engagement")
        constraints = [vendor_match("policy", "dealreg.Policy", "policy_trial_vendor_of_policy")]

    def __str__(self) -> str:
        return f"{self.policy} · {self.started_at:%Y-%m-%d}"
