"""Rules of engagement: versioned, dated, per program."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from dealreg.engagement import Definition, parse
from dealreg.stages import lines_of
from partners.models import Program, Vendor
from prm.kernel.constraints import vendor_match
from prm.kernel.scoping import Scope, ScopedModel


class Policy(ScopedModel):
    """What holds for a program's registrations from a day on, until a later version holds. A draft has no day yet."""

    scope = Scope(vendor="vendor_id", shared=True)

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.CASCADE, related_name="policies")
    reference = models.CharField(_("version"), max_length=20, help_text=_("Cited in decisions, as in 2026-3."))
    valid_from = models.DateField(_("valid from"), null=True)
    protection_days = models.PositiveSmallIntegerField(
        _("protection, days"), default=90, validators=[MinValueValidator(1), MaxValueValidator(730)]
    )
    discount = models.DecimalField(
        _("discount, percent"),
        max_digits=5,
        decimal_places=2,
        default=0,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    decision_hours = models.PositiveSmallIntegerField(
        _("service level, hours on working days"), default=48, validators=[MinValueValidator(1)]
    )
    reminder_days = models.PositiveSmallIntegerField(_("reminder before expiry, days"), default=14)
    hourly_registrations = models.PositiveIntegerField(
        _("registrations per partner and hour, at most"),
        default=40,
        help_text=_("Keeps registering from being used to find out whom others work with."),
    )
    extension_days = models.PositiveSmallIntegerField(
        _("days per extension, at most"),
        default=30,
        db_default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    extensions_most = models.PositiveSmallIntegerField(
        _("extensions per deal, at most"),
        default=2,
        db_default=2,
        validators=[MaxValueValidator(20)],
        help_text=_("0: protection isn’t extended."),
    )
    evidence_days = models.PositiveSmallIntegerField(
        _("proof of activity, days"),
        default=30,
        db_default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("Without a comment, a file, a stage or a next step in so many days, proof is asked for. 0: never."),
    )
    extends_by_rule = models.BooleanField(
        _("extend by rule"),
        default=False,
        db_default=False,
        help_text=_("Where there was activity and nobody else waits for the customer, no person is asked."),
    )
    offer_days = models.PositiveSmallIntegerField(
        _("offer to the next in line, days"),
        default=5,
        db_default=5,
        validators=[MaxValueValidator(60)],
        help_text=_("So long the next in line may accept protection that has become free. 0: nothing is offered."),
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("appeal within, days"),
        default=14,
        db_default=14,
        validators=[MaxValueValidator(365)],
        help_text=_("After a decision. 0: decisions can’t be appealed."),
    )
    appeal_hours = models.PositiveSmallIntegerField(
        _("appeals decided within, working hours"), default=40, db_default=40, validators=[MinValueValidator(1)]
    )
    clauses = models.JSONField(
        _("clauses"), default=dict, blank=True, help_text=_("The rules in words, by number: {“2.1”: “…”}.")
    )

    stages = models.JSONField(
        _("sales stages"),
        default=dict,
        blank=True,
        db_default={},
        editable=False,
        help_text=_("Days at each stage, and the facts that it takes; what is missing is as usual."),
    )
    definition = models.JSONField(_("rules"), default=dict, blank=True, db_default={}, editable=False)
    revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        verbose_name = _("rules of engagement")
        verbose_name_plural = _("rules of engagement")
        constraints = [
            models.UniqueConstraint(fields=["program", "valid_from"], name="policy_once_per_day"),
            models.UniqueConstraint(fields=["program", "reference"], name="policy_reference_once"),
            models.UniqueConstraint(fields=["program"], condition=Q(valid_from=None), name="policy_one_draft"),
            models.UniqueConstraint(fields=["id", "vendor"], name="policy_with_vendor"),
            vendor_match("program", "partners.Program", "policy_vendor_of_program"),
        ]

    def __str__(self) -> str:
        return f"{self.program} {self.reference}"

    @property
    def is_published(self) -> bool:
        """Whether it is in force, or was: from then on it is cited, and stays as it is."""
        return self.valid_from is not None and self.valid_from <= timezone.localdate()

    @property
    def stage_lines(self) -> list[tuple[str, str]]:
        """Each sales stage with what the rules say of it, in words."""
        return lines_of(self.stages)

    @property
    def is_draft(self) -> bool:
        """Whether it has no day yet."""
        return self.valid_from is None

    @cached_property
    def shape(self) -> Definition:
        """The definition, read.

        Raises:
            PolicyRefused: a draft that isn't one yet.
        """
        return parse(self.definition)
