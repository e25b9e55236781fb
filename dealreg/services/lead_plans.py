"""Plans for many leads: asking for one, computing it, confirming it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.leads.candidates import candidates_for, family_names, limits_of, rules_of, wanted_of
from dealreg.leads.enums import FREE, Way
from dealreg.leads.matching import Candidate, fit_of
from dealreg.leads.permissions import ASSIGN_LEADS
from dealreg.leads.planning import place
from dealreg.models import Deal, Lead, LeadOffer, LeadPlan
from dealreg.services.lead_distribution import proposal_of
from dealreg.services.lead_offers import Proposal, offer_lead
from jobs.services import start_job
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jobs.models import Job
    from prm.kernel.actors import Actor

MOST_AT_ONCE = 1_000
KEPT = 20
"""Plans of a program that stay; older ones go when a new one begins."""


@transaction.atomic
def plan_leads(*, actor: Actor, leads: Sequence[Lead]) -> LeadPlan:
    """Ask for a plan: who should get which of many leads. Starts the job that computes it; nothing is offered yet.

    Leads that somebody has or is asked about are left out, and those of other programs than the first one's.

    Raises:
        Forbidden: the right is missing. RuleViolation: none of them is free, or they are too many.
        TooMany: 20 jobs of the person's have not ended.
    """
    if not actor.may(ASSIGN_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t give out leads."))
    free = Lead.objects.visible_to(actor).filter(pk__in=[lead.pk for lead in leads]).free()
    found = list(free.select_related("program").order_by("pk")[: MOST_AT_ONCE + 1])
    if not found:
        raise RuleViolation("nothing_free", _("Select leads that nobody has or is asked about."))
    program = found[0].program
    chosen = [lead.pk for lead in found if lead.program_id == program.pk]
    if len(chosen) > MOST_AT_ONCE:
        raise RuleViolation("too_many", _("At most 1,000 leads at once."))
    plan = LeadPlan.objects.create(
        vendor_id=program.vendor_id, program=program, leads=chosen, made_by_id=actor.person_id
    )
    keep_visible(plan, actor)
    words = ngettext("Matching %(count)d lead with partners", "Matching %(count)d leads with partners", len(chosen))
    title = words % {"count": len(chosen)}
    plan.job = start_job(actor=actor, kind="leads.plan", title=title, arguments={"plan": plan.pk})
    plan.save(update_fields=["job"])
    others = LeadPlan.objects.filter(program=program).order_by("-pk").values_list("pk", flat=True)[KEPT:]
    LeadPlan.objects.filter(pk__in=list(others)).delete()
    return plan


def compute_plan(plan: LeadPlan) -> int:
    """Compute a plan and keep it; for the job. Returns how many leads found a partner."""
    leads = list(Lead.objects.filter(pk__in=plan.leads).free().order_by("-score", "pk"))
    names, limits = family_names(plan.vendor_id), limits_of(rules_of(plan.program))
    candidates = candidates_for(plan.program)
    wanted = [wanted_of(lead, names) for lead in leads]
    placed = place(wanted, candidates, limits, _barred(leads, candidates))
    rows: list[dict[str, Any]] = []
    for lead, want, each in zip(leads, wanted, placed, strict=True):
        row: dict[str, Any] = {"lead": lead.pk}
        if each.chosen is not None:
            proposal = proposal_of(candidates[each.chosen], fit_of(want, candidates[each.chosen], limits))
            row |= {
                "enrollment": proposal.enrollment_id,
                "partner_id": proposal.partner_id,
                "partner": proposal.partner,
                "fit": proposal.fit,
                "reasons": proposal.reasons,
            }
        if each.best is not None and each.best != each.chosen:
            best = candidates[each.best]
            row |= {"best": best.name, "best_fit": fit_of(want, best, limits).score}
        rows.append(row)
    plan.rows, plan.finished_at = rows, timezone.now()
    plan.save(update_fields=["rows", "finished_at"])
    return sum("enrollment" in row for row in rows)


def _barred(leads: Sequence[Lead], candidates: Sequence[Candidate]) -> dict[int, set[int]]:
    """Return whom each lead can't go to: who was asked before, and all but the partner whose deal it is in."""
    asked: dict[int, set[int]] = {}
    for lead_id, enrollment in LeadOffer.objects.filter(lead__in=leads).values_list("lead_id", "enrollment_id"):
        asked.setdefault(lead_id, set()).add(enrollment)
    deals = Deal.objects.filter(account_id__in=[lead.account_id for lead in leads]).contending()
    holders: dict[int, set[int]] = {}
    for account, enrollment in deals.values_list("account_id", "enrollment_id"):
        holders.setdefault(account, set()).add(enrollment)
    every = {candidate.enrollment_id for candidate in candidates}
    barred = {}
    for number, lead in enumerate(leads):
        gone = asked.get(lead.pk, set()) | (every - holders[lead.account_id] if lead.account_id in holders else set())
        if gone:
            barred[number] = gone
    return barred


@transaction.atomic
def confirm_plan(*, actor: Actor, plan: LeadPlan) -> Job:
    """Offer the leads as planned: starts the job that does it. What changed meanwhile is left out, and named there.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: confirmed already. RuleViolation: not computed, or nobody.
        TooMany: 20 jobs of the person's have not ended.
    """
    fresh: LeadPlan = locked(plan, actor)
    if not actor.may(ASSIGN_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t give out leads."))
    if fresh.confirmed_at is not None:
        raise Conflict("confirmed_already", _("This plan was confirmed already."), fresh=fresh)
    number = sum("enrollment" in row for row in fresh.rows)
    if not number:
        raise RuleViolation("nothing_planned", _("This plan offers nothing to anybody."))
    fresh.confirmed_at, fresh.confirmed_by_id = timezone.now(), actor.person_id
    words = ngettext("Offering %(count)d lead as planned", "Offering %(count)d leads as planned", number)
    title = words % {"count": number}
    fresh.job = start_job(actor=actor, kind="leads.offer", title=title, arguments={"plan": fresh.pk})
    fresh.save(update_fields=["confirmed_at", "confirmed_by", "job"])
    return fresh.job


def offer_row(*, actor: Actor, plan: LeadPlan, row: dict[str, Any]) -> LeadOffer:
    """Offer one lead as planned; for the job.

    Raises:
        RuleViolation: it isn't free any more, or gone.
    """
    lead = Lead.objects.visible_to(actor).filter(pk=row["lead"]).first()
    if lead is None or lead.state not in FREE:
        raise RuleViolation("not_free", _("Somebody has it or is asked about it by now."))
    proposal = Proposal(
        enrollment_id=row["enrollment"],
        partner_id=row["partner_id"],
        partner=row["partner"],
        fit=row["fit"],
        reasons=row["reasons"],
    )
    rules = rules_of(plan.program)
    return offer_lead(actor=actor, lead=lead, proposals=[proposal], way=Way.OFFERED, rules=rules)[0]
