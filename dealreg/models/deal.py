"""A registered deal and its product lines."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Now, Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from accounts.enums import AccountLink
from accounts.models import Account, Product, ProductFamily
from dealreg.enums import UNDECIDED, Askable, DeclineReason, Forecast, LostReason, Outcome, Part, Stage, Status
from dealreg.querysets import DealQuerySet
from partners.enums import Headcount, Industry
from partners.models import Enrollment, Partner, Vendor
from prm.kernel.constraints import CompositeForeignKey, tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Deal(ScopedModel):
    """A registered opportunity. The customer stays as the partner typed it; the account is the vendor's."""

    scope = Scope(vendor="vendor_id", partner="partner_id", enrollment="enrollment_id", owner="owner_id")

    reference = models.CharField(_("reference"), max_length=14, unique=True)
    submission = models.UUIDField(editable=False, unique=True)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(
        Enrollment, on_delete=models.PROTECT, related_name="deals", db_index=False, db_constraint=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("owner")
    )
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="deals", verbose_name=_("account"), db_constraint=False
    )
    account_link = models.CharField(max_length=9, choices=AccountLink)
    families = ArrayField(models.BigIntegerField(), help_text="ids of the product families it is registered for")

    customer_name = models.CharField(_("customer"), max_length=200)
    customer_domain = models.CharField(_("website"), max_length=200, blank=True)
    customer_country = CountryField(_("country"))
    customer_city = models.CharField(_("town"), max_length=100, blank=True)
    customer_street = models.CharField(
        _("customer's street and number"), max_length=160, blank=True, default="", db_default=""
    )
    customer_postcode = models.CharField(_("customer's postcode"), max_length=16, blank=True, default="", db_default="")
    customer_phone = models.CharField(_("customer's phone"), max_length=40, blank=True, default="", db_default="")
    customer_registry_number = models.CharField(
        _("customer's registry number"), max_length=40, blank=True, default="", db_default=""
    )
    customer_vat_number = models.CharField(
        _("customer's VAT number"), max_length=40, blank=True, default="", db_default=""
    )
    customer_industry = models.CharField(
        _("customer's industry"), max_length=14, choices=Industry, blank=True, default="", db_default=""
    )
    customer_employees = models.CharField(
        _("customer's people"), max_length=10, choices=Headcount, blank=True, default="", db_default=""
    )
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)

    title = models.CharField(_("project"), max_length=160, blank=True)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    close_date = models.DateField(_("expected close"))
    stage = models.CharField(_("sales stage"), max_length=12, choices=Stage, default=Stage.QUALIFIED)
    stage_since = models.DateTimeField(_("at this stage since"), default=timezone.now, db_default=Now(), editable=False)
    stalled_at = models.DateTimeField(_("stalled since"), null=True, blank=True, editable=False)
    stall_limit = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, help_text="days that its stage allowed when it was found stalled"
    )
    forecast = models.CharField(
        _("forecast"),
        max_length=9,
        choices=Forecast,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: what its sales stage says."),
    )
    part = models.CharField(_("partner's part"), max_length=8, choices=Part, default=Part.SELL)
    notes = models.TextField(_("what has happened so far"), blank=True)
    answers = models.JSONField(_("the program’s own fields"), default=dict, blank=True, db_default={})
    desk_answers = models.JSONField(default=dict, blank=True, db_default={}, editable=False)
    approver_answers = models.JSONField(default=dict, blank=True, db_default={}, editable=False)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)

    status = models.CharField(_("registration"), max_length=22, choices=Status)
    outcome = models.CharField(_("outcome"), max_length=5, choices=Outcome, default=Outcome.OPEN)
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    due_at = models.DateTimeField(_("decision due"))
    clock_left = models.FloatField(null=True, blank=True, help_text="working hours left while the partner is asked")
    escalated_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("reviewed by"),
    )
    asked_fields = ArrayField(models.CharField(max_length=20, choices=Askable), default=list, blank=True)
    asked_text = models.TextField(_("question"), blank=True)

    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decision_clause = models.CharField(_("clause"), max_length=20, blank=True, default="", db_default="")
    ruling = models.ForeignKey(
        "dealreg.Ruling",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("decided by rule"),
    )
    decline_reason = models.CharField(_("reason"), max_length=20, choices=DeclineReason, blank=True)
    decision_text = models.TextField(_("message"), blank=True)
    policy_reference = models.CharField(_("rules of engagement"), max_length=20, blank=True)
    discount = models.DecimalField(_("discount, percent"), max_digits=5, decimal_places=2, default=0)
    protection_days = models.PositiveSmallIntegerField(_("protection, days"), default=0)
    protected_from = models.DateTimeField(_("protected from"), null=True, blank=True)
    protected_until = models.DateTimeField(_("protected until"), null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    closed_on = models.DateField(_("closed"), null=True, blank=True)
    closed_value = models.DecimalField(_("won value"), max_digits=14, decimal_places=2, null=True, blank=True)
    lost_reason = models.CharField(_("lost because"), max_length=12, choices=LostReason, blank=True)
    outcome_text = models.TextField(_("remark"), blank=True)
    term_until = models.DateField(_("runs until"), null=True, blank=True)
    term_reminded_at = models.DateTimeField(null=True, blank=True, editable=False)

    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            tenant_match("deal_tenant"),
            vendor_match("account", "accounts.Account", "deal_vendor_of_account"),
            models.UniqueConstraint(fields=["id", "enrollment", "vendor", "partner"], name="deal_with_tenant"),
            models.UniqueConstraint(fields=["id", "vendor"], name="deal_with_vendor"),
            models.CheckConstraint(condition=Q(value__gte=0), name="deal_value_not_negative"),
            models.CheckConstraint(condition=Q(families__len__gt=0), name="deal_has_family"),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.APPROVED, Status.EXPIRED, Status.DECLINED])
                | (Q(decided_at__isnull=False) & (Q(decided_by__isnull=False) | Q(ruling__isnull=False))),
                name="deal_decision_has_decider",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DECLINED) | ~Q(decline_reason=""), name="deal_declined_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.INFORMATION_REQUESTED) | (~Q(asked_text="") & Q(clock_left__isnull=False)),
                name="deal_asked_has_question",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=UNDECIDED) | Q(decided_at__isnull=True), name="deal_undecided_has_no_decision"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.WON) | Q(closed_on__isnull=False, closed_value__isnull=False),
                name="deal_won_has_value",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.LOST) | (Q(closed_on__isnull=False) & ~Q(lost_reason="")),
                name="deal_lost_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["partner", "-submitted_at", "-id"], include=["enrollment", "vendor"], name="deal_of_partner"
            ),
            models.Index(fields=["vendor", "-submitted_at", "-id"], name="deal_of_vendor"),
            models.Index(fields=["owner", "-submitted_at"], name="deal_of_owner"),
            # Holds what the queue is sorted, filtered and counted by, so that thousands waiting cost a few pages.
            models.Index(
                fields=["vendor", "due_at", "id"],
                include=["status", "value", "currency", "assignee", "account_link"],
                condition=Q(status__in=UNDECIDED),
                name="deal_queue",
            ),
            models.Index(fields=["protected_until"], condition=Q(status=Status.APPROVED), name="deal_protected_until"),
            models.Index(
                fields=["vendor", "-decided_at"],
                include=["submitted_at", "status"],
                condition=Q(decided_at__isnull=False),
                name="deal_decided",
            ),
            # Holds all that the portal's home adds up, so that a partner with thousands of deals costs a few pages too.
            models.Index(
                fields=["partner", "close_date", "id"],
                include=["enrollment", "vendor", "owner", "status", "protected_until", "currency", "value"],
                condition=Q(outcome=Outcome.OPEN) & ~Q(status__in=[Status.DECLINED, Status.WITHDRAWN]),
                name="deal_open_of_partner",
            ),
            models.Index(
                fields=["partner", "-decided_at", "-id"],
                include=["enrollment", "vendor", "status", "outcome"],
                condition=Q(decided_at__isnull=False),
                name="deal_decided_of_partner",
            ),
            models.Index(fields=["enrollment", "submitted_at"], name="deal_recent"),
            # What the nudges look for: open deals by how long they have stood at their stage, and terms that end.
            models.Index(
                fields=["stage_since"],
                include=["stage", "enrollment", "next_step_on"],
                condition=Q(outcome=Outcome.OPEN, stalled_at__isnull=True),
                name="deal_standing_still",
            ),
            models.Index(
                fields=["term_until"],
                condition=Q(outcome=Outcome.WON, term_until__isnull=False, term_reminded_at__isnull=True),
                name="deal_term_ends",
            ),
            GinIndex(OpClass(Upper("customer_name"), name="gin_trgm_ops"), name="deal_customer_search"),
            # Two letters are too few for trigrams: beginnings are a walk along this one, in its order.
            models.Index("vendor", Collate(Upper("customer_name"), "C"), "id", name="deal_customer_prefix"),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.customer_name}"

    def get_absolute_url(self) -> str:
        """Return the portal's page."""
        return reverse("portal:deal-detail", args=[self.reference])

    def get_desk_url(self) -> str:
        """Return the desk's page."""
        return reverse("desk:deal-detail", args=[self.reference])

    @property
    def is_undecided(self) -> bool:
        """Whether it keeps a place in line."""
        return self.status in UNDECIDED

    @property
    def is_decided_by_rule(self) -> bool:
        """Whether a rule decided, and no person."""
        return self.ruling_id is not None and self.decided_by_id is None

    @property
    def waits_for_partner(self) -> bool:
        """Whether the vendor's clock is paused."""
        return self.status == Status.INFORMATION_REQUESTED

    @property
    def is_protected(self) -> bool:
        """Whether it is protected now; who refers or installs joins beside the seller, without protection."""
        return (
            self.status == Status.APPROVED
            and self.part == Part.SELL
            and self.protected_until is not None
            and self.protected_until > timezone.now()
        )

    @property
    def days_left(self) -> int | None:
        """How many whole days of protection are left, None without any."""
        if not self.is_protected or self.protected_until is None:
            return None
        return (self.protected_until - timezone.now()).days


class DealLine(ScopedModel):
    """A product on a deal, at the list price of the day it was registered."""

    scope = Scope(
        vendor="deal__vendor_id", partner="deal__partner_id", enrollment="deal__enrollment_id", owner="deal__owner_id"
    )

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="lines", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    family = models.ForeignKey(ProductFamily, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_price = models.DecimalField(_("price each"), max_digits=14, decimal_places=2, null=True, blank=True)
    ordered = models.PositiveIntegerField(_("ordered"), null=True, blank=True, help_text=_("Once the deal is won."))

    class Meta:
        verbose_name = _("product line")
        verbose_name_plural = _("product lines")
        constraints = [
            models.UniqueConstraint(fields=["deal", "product"], name="line_once_per_product"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="line_has_quantity"),
            vendor_match("deal", "dealreg.Deal", "line_vendor_of_deal"),
            vendor_match("product", "accounts.Product", "line_vendor_of_product"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product}"

    @property
    def total(self) -> object:
        """Quantity times price, or None where the list has no price."""
        return None if self.unit_price is None else self.unit_price * self.quantity


def deal_match(name: str) -> CompositeForeignKey:
    """The rule that a row's enrollment, vendor and partner are those of its deal."""
    return CompositeForeignKey(
        fields=("deal", "enrollment", "vendor", "partner"),
        to="dealreg.Deal",
        to_fields=("id", "enrollment", "vendor", "partner"),
        name=name,
    )
