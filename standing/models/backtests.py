"""Trials of a scheme on a program's history: what came out, who would move, and the working rows of a running one."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from jobs.enums import JobState
from jobs.models import Job
from partners.enums import PartnerType
from partners.models import Enrollment, Partner, Program, Vendor
from prm.kernel.constraints import tenant_match, vendor_match
from prm.kernel.scoping import Scope, ScopedModel, Unscoped
from standing.enums import Direction
from standing.models.ladder import Tier
from standing.models.schemes import Scheme
from standing.scheme import Definition, parse

MOST_MONTHS = 36


class BackTest(ScopedModel):
    """A scheme as it was, tried on the months before a day: as if it had held all that time. It stays as it came out.

    definition: what was tried; the draft may have changed since. on: the day up to which history goes. figures: what
    came out, as `standing.backtest.tallying` writes it; whole once it is finished. job: the work on it.
    """

    scope = Scope(vendor="vendor_id")

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, related_name="back_tests", db_index=False, db_constraint=False
    )
    scheme = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, related_name="back_tests", db_index=False, db_constraint=False
    )
    partner_type = models.CharField(_("partner type"), max_length=12, choices=PartnerType, blank=True)
    name = models.CharField(_("name"), max_length=120)
    revision = models.PositiveIntegerField(_("revision of the draft"), default=0)
    definition = models.JSONField(_("definition"))
    months = models.PositiveSmallIntegerField(
        _("months"), default=24, validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)]
    )
    on = models.DateField(_("up to"))
    job = models.OneToOneField(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    figures = models.JSONField(_("figures"), default=dict)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("tried by")
    )
    created_at = models.DateTimeField(_("tried"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("trial on history")
        verbose_name_plural = _("trials on history")
        constraints = [
            vendor_match("program", "partners.Program", "backtest_vendor_of_program"),
            vendor_match("scheme", "standing.Scheme", "backtest_vendor_of_scheme"),
            models.UniqueConstraint(fields=["id", "vendor"], name="backtest_with_vendor"),
            models.CheckConstraint(
                condition=Q(months__gte=1, months__lte=MOST_MONTHS), name="backtest_months_in_range"
            ),
        ]
        indexes = [
            models.Index(fields=["program", "-id"], name="backtest_of_program"),
            models.Index(fields=["scheme", "-id"], name="backtest_of_scheme"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return its result's page."""
        return reverse("console:backtest", args=[self.scheme_id, self.pk])

    @cached_property
    def shape(self) -> Definition:
        """The definition, read."""
        return parse(self.definition)

    @property
    def state(self) -> str:
        """Where it stands: its job's state; without a job it is done if it was finished."""
        if self.finished_at is not None:
            return JobState.DONE
        return self.job.state if self.job is not None else JobState.CANCELLED

    @property
    def is_finished(self) -> bool:
        """Whether its figures are whole."""
        return self.finished_at is not None


class BackTestMove(ScopedModel):
    """What a trial would change for an enrollment: its tier, or what its tier costs. The vendor's own.

    tier: the one it holds, None for none. name, rank: of the tier under the scheme that was tried; "" and 0 for none.
    since: the day of the history from which it would hold it. judged_on, figures: the figures that say why, in the
    order of the definition's. by_hand: a tier given by hand holds. revenue: what costs are counted on. cost: the
    difference, in the vendor's currency.
    """

    scope = Scope(vendor="vendor_id")

    back_test = models.ForeignKey(
        BackTest, on_delete=models.CASCADE, related_name="moves", db_index=False, db_constraint=False
    )
    enrollment = models.ForeignKey(Enrollment, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    direction = models.CharField(_("move"), max_length=4, choices=Direction)
    tier = models.ForeignKey(
        Tier, null=True, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("tier now")
    )
    held_rank = models.PositiveSmallIntegerField(_("rank of the tier now"))
    slug = models.SlugField(_("tier under the draft"), blank=True)
    name = models.CharField(_("tier under the draft"), max_length=60, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank under the draft"))
    score = models.DecimalField(_("score"), max_digits=16, decimal_places=2)
    since = models.DateField(_("since"))
    judged_on = models.DateField(_("judged on"))
    figures = models.JSONField(_("figures"), default=list)
    by_hand = models.BooleanField(_("by hand"), default=False)
    revenue = models.DecimalField(_("revenue"), max_digits=20, decimal_places=2)
    cost = models.DecimalField(_("cost difference"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("move")
        verbose_name_plural = _("moves")
        constraints = [
            tenant_match("backtestmove_tenant"),
            vendor_match("back_test", "standing.BackTest", "backtestmove_vendor_of_test"),
            models.UniqueConstraint(fields=["back_test", "enrollment"], name="backtestmove_once"),
        ]
        indexes = [models.Index(fields=["back_test", "-cost", "-id"], name="backtestmove_by_cost")]

    def __str__(self) -> str:
        return f"{self.tier or '–'} → {self.name or '–'}"


class BackTestPoint(ScopedModel):
    """Points that facts would have earned under a scheme that is being tried. Gone when the trial ends; unlogged."""

    scope = Unscoped("working rows of a running trial, in no interface")

    back_test_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    rule = models.CharField(max_length=50)
    category = models.CharField(max_length=50)
    points = models.DecimalField(max_digits=14, decimal_places=2)
    day = models.DateField()
    ends = models.DateField(null=True)
    fades_months = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["back_test_id", "day"], name="backtestpoint_of_test")]

    def __str__(self) -> str:
        return f"{self.points} {self.rule}"


class BackTestDay(ScopedModel):
    """What a scheme that is being tried makes of an enrollment on a day. Gone when the trial ends; unlogged."""

    scope = Unscoped("working rows of a running trial, in no interface")

    back_test_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    day = models.DateField()
    rank = models.PositiveSmallIntegerField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    figures = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["back_test_id", "enrollment_id", "day"], name="backtestday_of_enrollment")]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.day}: {self.rank}"
