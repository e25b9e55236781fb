"""Leads, their offers to partners, the deals that they become, and how a program gives them out."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.enums import AccountLink
from accounts.models import Account
from dealreg.leads.enums import (
    DisqualifyReason,
    Distribution,
    LeadSource,
    LeadState,
    OfferRefusal,
    OfferState,
    ReturnReason,
    Way,
)
from dealreg.leads.querysets import LeadQuerySet, OfferQuerySet
from dealreg.models.deal import Deal, deal_match
from jobs.models import Job
from partners.enums import Headcount, Industry
from partners.models import Enrollment, Partner, Program, Vendor
from prm.kernel.constraints import tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Lead(ScopedModel):
    """Somebody who may buy, and agreed to be called. The vendor's; a partner sees it while it has accepted it.

    families: ids of product families, maybe none. score, reasons: how promising it is, by `leads.scoring`.
    external_id: its number in the system that it came from; the same again is the same lead.
    """

    scope = Scope(vendor="vendor_id")

    reference = models.CharField(_("reference"), max_length=16, unique=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="leads", db_constraint=False)
    source = models.CharField(_("source"), max_length=8, choices=LeadSource)
    campaign = models.CharField(_("campaign"), max_length=80, blank=True)
    external_id = models.CharField(_("your number for it"), max_length=80, blank=True)

    company = models.CharField(_("company"), max_length=200)
    domain = models.CharField(_("website"), max_length=200, blank=True)
    country = CountryField(_("country"))
    city = models.CharField(_("town"), max_length=100, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    industry = models.CharField(_("industry"), max_length=20, choices=Industry, blank=True)
    headcount = models.CharField(_("people"), max_length=10, choices=Headcount, blank=True)
    families = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="ids of product families")
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact’s e-mail"), blank=True)
    contact_phone = models.CharField(_("contact’s phone"), max_length=40, blank=True)
    message = models.TextField(_("message"), max_length=5000, blank=True)
    value = models.DecimalField(_("estimated value"), max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)

    consent_text = models.TextField(_("consent"), max_length=2000)
    consent_source = models.CharField(_("consent given by"), max_length=120)
    consent_at = models.DateTimeField(_("consent given"))

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="leads", db_constraint=False)
    account_link = models.CharField(max_length=9, choices=AccountLink)
    score = models.PositiveSmallIntegerField(_("score"), default=0)
    reasons = models.JSONField(default=list, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=LeadState, default=LeadState.NEW)
    state_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    disqualified_because = models.CharField(_("reason"), max_length=12, choices=DisqualifyReason, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("came in"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            vendor_match("program", "partners.Program", "lead_vendor_of_program"),
            vendor_match("account", "accounts.Account", "lead_vendor_of_account"),
            models.UniqueConstraint(fields=["id", "vendor"], name="lead_with_vendor"),
            models.UniqueConstraint(
                fields=["program", "external_id"], condition=~Q(external_id=""), name="lead_external_id_once"
            ),
            models.CheckConstraint(condition=~Q(consent_text="") & ~Q(consent_source=""), name="lead_has_consent"),
            models.CheckConstraint(condition=Q(score__lte=100), name="lead_score_upto_100"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gte=0), name="lead_value_not_negative"),
            models.CheckConstraint(
                condition=~Q(state=LeadState.DISQUALIFIED) | ~Q(disqualified_because=""),
                name="lead_disqualified_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor", "-created_at", "-id"], name="lead_of_vendor"),
            models.Index(fields=["vendor", "state", "-score", "-id"], name="lead_ranked"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.company}"

    def get_absolute_url(self) -> str:
        """Return the desk's page."""
        return reverse("desk:lead", args=[self.reference])


class LeadOffer(ScopedModel):
    """A lead offered to one partner. What it shows before it is accepted: `leads.telling`.

    fit, reasons: how well they fit, by `leads.matching`. until: by when to answer; contact_due_at: by when to make the
    first contact. owner: who accepted. submission: of the registration's draft, by which the deal finds its lead.
    """

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="owner_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="offers", db_index=False, db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="lead_offers", db_index=False, db_constraint=False
    )
    way = models.CharField(_("way"), max_length=14, choices=Way)
    state = models.CharField(_("state"), max_length=8, choices=OfferState, default=OfferState.OPEN)
    fit = models.PositiveSmallIntegerField(_("fit"))
    reasons = models.JSONField(default=list, editable=False)
    offered_at = models.DateTimeField(_("offered"), default=timezone.now)
    until = models.DateTimeField(_("answer until"))
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    refusal = models.CharField(_("reason"), max_length=16, choices=OfferRefusal, blank=True)
    return_reason = models.CharField(_("given back because"), max_length=16, choices=ReturnReason, blank=True)
    words = models.TextField(_("remark"), max_length=1000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("accepted by"),
    )
    contact_due_at = models.DateTimeField(_("first contact due"), null=True, blank=True)
    contacted_at = models.DateTimeField(_("first contact"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    submission = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer of a lead")
        verbose_name_plural = _("offers of leads")
        constraints = [
            tenant_match("leadoffer_tenant"),
            vendor_match("lead", "dealreg.Lead", "leadoffer_vendor_of_lead"),
            models.UniqueConstraint(fields=["lead"], condition=Q(state=OfferState.ACCEPTED), name="lead_accepted_once"),
            models.UniqueConstraint(
                fields=["lead", "enrollment"], condition=Q(state=OfferState.OPEN), name="lead_open_offer_once"
            ),
            models.CheckConstraint(
                condition=~Q(state=OfferState.ACCEPTED)
                | Q(decided_at__isnull=False, owner__isnull=False, contact_due_at__isnull=False),
                name="leadoffer_accepted_has_facts",
            ),
            models.CheckConstraint(
                condition=~Q(state=OfferState.DECLINED) | ~Q(refusal=""), name="leadoffer_declined_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state=OfferState.RETURNED) | ~Q(return_reason=""), name="leadoffer_returned_has_reason"
            ),
            models.CheckConstraint(condition=Q(fit__lte=100), name="leadoffer_fit_upto_100"),
        ]
        indexes = [
            models.Index(fields=["lead", "-offered_at", "-id"], name="leadoffer_of_lead"),
            models.Index(fields=["partner", "-offered_at", "-id"], name="leadoffer_of_partner"),
            models.Index(fields=["vendor", "-offered_at", "-id"], name="leadoffer_of_vendor"),
            models.Index(fields=["until"], condition=Q(state=OfferState.OPEN), name="leadoffer_until"),
            models.Index(
                fields=["contact_due_at"],
                condition=Q(state=OfferState.ACCEPTED, contacted_at=None),
                name="leadoffer_contact_due",
            ),
            models.Index(
                fields=["vendor", "enrollment"], include=["state", "decided_at"], name="leadoffer_of_enrollment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}"

    def get_absolute_url(self) -> str:
        """Return the portal's page."""
        return reverse("portal:lead", args=[self.key])

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == OfferState.OPEN

    @property
    def tells_all(self) -> bool:
        """Whether its partner may know who it is: while it has accepted it."""
        return self.state == OfferState.ACCEPTED


class LeadDeal(ScopedModel):
    """The deal that a lead became."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id")

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="became", db_constraint=False)
    deal = models.OneToOneField(Deal, on_delete=models.CASCADE, related_name="came_from", db_constraint=False)
    offer = models.OneToOneField(LeadOffer, on_delete=models.CASCADE, related_name="became")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    recorded_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        verbose_name = _("deal of a lead")
        verbose_name_plural = _("deals of leads")
        constraints = [
            deal_match("leaddeal_tenant"),
            vendor_match("lead", "dealreg.Lead", "leaddeal_vendor_of_lead"),
        ]
        indexes = [models.Index(fields=["vendor", "enrollment"], name="leaddeal_of_enrollment")]

    def __str__(self) -> str:
        return f"{self.lead_id} {self.deal_id}"


def _hours(label: Any, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )


def _weight(label: Any, default: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, default=default, validators=[MaxValueValidator(100)])


class LeadRules(ScopedModel):
    """How a program gives out leads: the way, the clocks in working hours, the limits, and what counts how much."""

    scope = Scope(vendor="vendor_id")

    program = models.OneToOneField(Program, on_delete=models.CASCADE, related_name="lead_rules")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    distribution = models.CharField(
        _("leads are given out"), max_length=14, choices=Distribution, default=Distribution.BY_HAND
    )
    hours_to_accept = _hours(_("hours to answer"), 24)
    hours_to_contact = _hours(_("hours to the first contact"), 48)
    hours_of_grace = _hours(_("hours after the reminder until it is recalled"), 24)
    most_offers = models.PositiveSmallIntegerField(
        _("partners that it is offered to at most"), default=5, validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    together = models.PositiveSmallIntegerField(
        _("partners at once, where the first one gets it"),
        default=5,
        validators=[MinValueValidator(2), MaxValueValidator(50)],
    )
    most_open = models.PositiveSmallIntegerField(
        _("open leads that a partner has at most"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(500)],
    )
    fit_from = models.PositiveSmallIntegerField(
        _("least fit to be offered a lead"), default=30, validators=[MaxValueValidator(100)]
    )
    weight_territory = _weight(_("territory counts"), 25)
    weight_skill = _weight(_("industry, products and certificates count"), 25)
    weight_tier = _weight(_("tier counts"), 10)
    weight_capacity = _weight(_("free capacity counts"), 15)
    weight_conversion = _weight(_("leads that became deals count"), 15)
    weight_answers = _weight(_("leads that were accepted count"), 10)
    form_open = models.BooleanField(
        _("public form is open"),
        default=False,
        help_text=_("Anybody may then send you a lead for this program at a public address."),
    )
    form_intro = models.TextField(_("words above the form"), max_length=1000, blank=True)
    form_consent = models.TextField(
        _("what who writes agrees to"),
        max_length=2000,
        blank=True,
        help_text=_("Without it the form takes nothing: a lead needs consent."),
    )

    class Meta:
        verbose_name = _("lead rules")
        verbose_name_plural = _("lead rules")
        constraints = [
            vendor_match("program", "partners.Program", "leadrules_vendor_of_program"),
            models.CheckConstraint(
                condition=Q(form_open=False) | ~Q(form_consent=""), name="leadrules_form_asks_consent"
            ),
            models.CheckConstraint(
                condition=Q(weight_territory__gt=0)
                | Q(weight_skill__gt=0)
                | Q(weight_tier__gt=0)
                | Q(weight_capacity__gt=0)
                | Q(weight_conversion__gt=0)
                | Q(weight_answers__gt=0),
                name="leadrules_something_counts",
            ),
        ]

    def __str__(self) -> str:
        return str(self.program)


class LeadPlan(ScopedModel):
    """Who would get which of many leads, computed at once, to be looked at and confirmed.

    rows: for each lead its enrollment, fit and reasons, or why nobody; as `leads.planning` makes them.
    """

    scope = Scope(vendor="vendor_id")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    leads = ArrayField(models.BigIntegerField(), default=list)
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    rows = models.JSONField(default=list)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("plan for leads")
        verbose_name_plural = _("plans for leads")
        constraints = [vendor_match("program", "partners.Program", "leadplan_vendor_of_program")]
        indexes = [models.Index(fields=["vendor", "-made_at", "-id"], name="leadplan_of_vendor")]

    def __str__(self) -> str:
        return f"{self.program} {self.made_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Return the desk's page."""
        return reverse("desk:lead-plan", args=[self.key])
