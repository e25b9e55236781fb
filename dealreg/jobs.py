"""Long work of leads: matching many with partners, and offering them as planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dealreg.leads.permissions import ASSIGN_LEADS
from dealreg.models import LeadPlan
from dealreg.services.lead_plans import compute_plan, offer_row
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
