"""What a policy said of a registration, with all that it was judged by."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from dealreg.engagement import Facts, Judgement, Sentence, Verdict
from dealreg.engagement.wording import sentence_of
from dealreg.enums import RulingOutcome
from dealreg.models.deal import Deal, deal_match
from dealreg.models.policy import Policy
from dealreg.querysets import RulingQuerySet
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Ruling(ScopedModel):
    """A policy judged a registration. Rows are only added. The vendor's eyes only: the facts tell of others in line.

    facts: everything that was judged, as stated then; sentence: why, as a code and its figures. Judged again from its
    facts by its policy, the same comes out.
    """

    scope = Scope(vendor="vendor_id")

    deal = models.ForeignKey(
        Deal, on_delete=models.PROTECT, related_name="rulings", db_index=False, db_constraint=False
    )
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="rulings", db_constraint=False)
    outcome = models.CharField(_("outcome"), max_length=7, choices=RulingOutcome)
    clause = models.CharField(_("clause"), max_length=20, blank=True)
    segment = models.CharField(_("segment"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=20, blank=True)
    asked = models.JSONField(default=list, blank=True)
    facts = models.JSONField(_("facts"))
    sentence = models.JSONField(_("why"))
    judged_at = models.DateTimeField(_("judged"), db_default=Now())

    objects = RulingQuerySet.as_manager()

    class Meta:
        verbose_name = _("ruling")
        verbose_name_plural = _("rulings")
        constraints = [
            deal_match("ruling_tenant"),
            vendor_match("policy", "dealreg.Policy", "ruling_vendor_of_policy"),
            models.CheckConstraint(
                condition=~Q(outcome=RulingOutcome.DECLINE) | ~Q(reason=""), name="ruling_decline_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["deal", "-id"], name="ruling_of_deal"),
            models.Index(fields=["vendor", "-id"], name="ruling_of_vendor"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.get_outcome_display()}"

    @property
    def judged(self) -> Judgement:
        """What was said."""
        return Judgement(
            verdict=Verdict(self.outcome),
            sentence=self.why,
            clause=self.clause,
            segment=self.segment,
            reason=self.reason,
            fields=tuple(self.asked),
        )

    @property
    def why(self) -> Sentence:
        """Why, as data."""
        return sentence_of(self.sentence)

    @property
    def stated(self) -> Facts:
        """What it was judged by."""
        return Facts.from_data(self.facts)
