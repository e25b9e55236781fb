"""Long work: matching many leads with partners, offering them as planned; trying rules of engagement on history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.leads.permissions import ASSIGN_LEADS
from dealreg.models import Deal, LeadPlan, PolicyTrial
from dealreg.permissions import EDIT_POLICIES, FIT_CHANCES
from dealreg.services.lead_plans import compute_plan, offer_row
from dealreg.services.win_chance import fit_win_model, rate_open_deals
from dealreg.trying import try_on
from jobs.registry import job_kind
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from jobs.models import Job
    from jobs.work import Work

BATCH = 25


def plan_page(job: Job) -> tuple[str, str] | None:
    """Return where a plan is seen."""
    plan = LeadPlan.objects.filter(vendor_id=job.vendor_id or 0, pk=job.arguments.get("plan")).first()
    return None if plan is None else (str(_("See the plan")), plan.get_absolute_url())


@job_kind(
    "leads.plan",
    label=_("Matching leads with partners"),
    icon="lead",
    permission=ASSIGN_LEADS,
    exclusive="leads",
    unit=_("leads"),
    figures={"placed": _("Found a partner")},
    kept=_("Nothing is changed: the plan is only proposed."),
    link=plan_page,
)
def plan_leads(work: Work) -> None:
    """Say who should get which."""
    plan = LeadPlan.objects.visible_to(work.actor).select_related("program").get(pk=work.job.arguments["plan"])
    work.total(len(plan.leads))
    work.figures["placed"] = compute_plan(plan)
    work.advance(len(plan.leads))


@job_kind(
    "leads.offer",
    label=_("Offering leads as planned"),
    icon="lead",
    permission=ASSIGN_LEADS,
    exclusive="leads",
    unit=_("leads"),
    figures={"offered": _("Offered")},
    kept=_("Leads that were offered until then stay offered."),
    link=plan_page,
)
def offer_leads(work: Work) -> None:
    """Offer what was planned; what isn't free any more is left out, with the reason."""
    plan = LeadPlan.objects.visible_to(work.actor).select_related("program").get(pk=work.job.arguments["plan"])
    rows = [row for row in plan.rows if "enrollment" in row]
    work.total(len(rows))
    while batch := rows[work.checkpoint.get("at", 0) :][:BATCH]:
        with work.chunk():
            for row in batch:
                try:
                    offer_row(actor=work.actor, plan=plan, row=row)
                except RuleViolation as refusal:
                    work.refuse(row["lead"], row["partner"], str(refusal.message))
                else:
                    work.figures["offered"] = work.figures.get("offered", 0) + 1
            work.checkpoint["at"] = work.checkpoint.get("at", 0) + len(batch)
            work.advance(len(batch))


@job_kind(
    "dealreg.win_chance",
    label=_("Fitting chances to win"),
    icon="chart",
    permission=FIT_CHANCES,
    exclusive="win-chance",
    unit=_("steps"),
    figures={"closed": _("Closed deals"), "rated": _("Open deals rated")},
    kept=_("The version before stays in use."),
)
def fit_chances(work: Work) -> None:
    """Fit the vendor's model anew, and rate its open deals."""
    vendor = work.job.vendor_id or 0
    work.total(2)
    work.figures["closed"] = fit_win_model(vendor).closed
    work.advance(1)
    work.figures["rated"] = rate_open_deals(vendor, afresh=True)
    work.advance(1)


TRIED_AT_ONCE = 300
A_MONTH = timedelta(days=30)


def trial_page(job: Job) -> tuple[str, str] | None:
    """Return where a trial's result is seen."""
    trial = PolicyTrial.objects.filter(job=job).first()
    return (
        None if trial is None else (str(_("See the result")), reverse("console:policy-trial", args=[trial.policy_id]))
    )


@job_kind(
    "dealreg.policy_trial",
    label=_("Trying rules of engagement on history"),
    icon="chart",
    permission=EDIT_POLICIES,
    unit=_("registrations"),
    figures={"otherwise": _("Would have gone otherwise"), "spared": _("A person would have been spared")},
    kept=_("Nothing is changed: history is only read."),
    link=trial_page,
)
def try_on_history(work: Work) -> None:
    """Judge what was registered in the trial's months."""
    trials = PolicyTrial.objects.visible_to(work.actor).select_related("policy")
    trial = trials.filter(pk=work.job.arguments["trial"]).first()
    if trial is None:
        return
    since = trial.started_at - A_MONTH * trial.months
    deals = Deal.objects.filter(
        enrollment__program=trial.policy.program_id, submitted_at__gte=since, submitted_at__lt=trial.started_at
    ).exclude(status="withdrawn")
    work.total(deals.count())
    while _try_some(work, trial, deals.select_related("partner").order_by("pk")):
        pass
    trial.finished_at = timezone.now()
    trial.save(update_fields=["finished_at"])


def _try_some(work: Work, trial: PolicyTrial, deals: object) -> bool:
    with work.chunk():
        batch = list(deals.filter(pk__gt=work.checkpoint.get("last", 0))[:TRIED_AT_ONCE])  # type: ignore[attr-defined]
        if not batch:
            return False
        try_on(trial, batch)
        trial.save(update_fields=["sample", "stated", "counts", "examples"])
        work.checkpoint["last"] = batch[-1].pk
        work.figures = {name: trial.counts.get(name, 0) for name in ("otherwise", "spared")}
        work.advance(len(batch))
    return True
