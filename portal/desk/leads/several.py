"""Many leads at once: given out by the rules, or matched with partners, looked at, then confirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.leads.permissions import ASSIGN_LEADS, VIEW_LEADS
from dealreg.leads.words import fit_line, fit_words
from dealreg.models import Lead, LeadPlan
from dealreg.services import lead_plans
from dealreg.services.lead_distribution import distribute_lead
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import PAGE_SIZE, ActorView

MOST_AT_ONCE = 100


class Several(ActorView):
    """Gives several leads out by the rules, or has them matched with partners."""

    kinds = frozenset({Kind.VENDOR})
    permission = ASSIGN_LEADS

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do what the button says."""
        chosen = request.POST.getlist("selected")[:MOST_AT_ONCE]
        leads = list(Lead.objects.visible_to(self.actor).filter(reference__in=chosen).order_by("-score", "pk"))
        if not leads or request.POST.get("deed") not in {"plan", "rules"}:
            messages.info(request, _("Select leads first, then what to do."))
            return redirect("desk:lead-list")
        if request.POST["deed"] == "rules":
            return self._by_rules(leads)
        try:
            return redirect(lead_plans.plan_leads(actor=self.actor, leads=leads))
        except Forbidden:
            raise
        except RuleViolation as refusal:
            messages.error(request, str(refusal.message))
            return redirect("desk:lead-list")

    def _by_rules(self, leads: list[Lead]) -> HttpResponse:
        done = 0
        for lead in leads:
            try:
                done += bool(distribute_lead(actor=self.actor, lead=lead))
            except Forbidden:
                raise
            except RuleViolation:
                continue  # somebody was faster
        words = ngettext("%(count)d lead: offered.", "%(count)d leads: offered.", done) % {"count": done}
        left = len(leads) - done
        if left:
            more = ngettext("%(count)d was left as it is.", "%(count)d were left as they are.", left)
            words = f"{words} {more % {'count': left}}"
        messages.success(self.request, words)
        return redirect("desk:lead-list")


class PlanBase(ActorView):
    """A page about a plan."""

    kinds = frozenset({Kind.VENDOR})

    def plan(self, key: Any) -> LeadPlan:
        """Return the plan that the address names.

        Raises:
            Http404: out of sight.
        """
        found = LeadPlan.objects.visible_to(self.actor).select_related("program", "job", "made_by", "confirmed_by")
        plan: LeadPlan | None = found.filter(key=key).first()
        if plan is None:
            raise Http404
        return plan


class PlanShown(PlanBase):
    """Shows who would get which, with the reasons."""

    permission = VIEW_LEADS

    def page(self, plan: LeadPlan, status: int = 200, problem: str = "") -> HttpResponse:
        """Show a plan."""
        asked = self.request.GET.get("page", "1")
        number = max(int(asked), 1) if asked.isascii() and asked.isdigit() and len(asked) < 5 else 1
        start = (number - 1) * PAGE_SIZE
        shown = plan.rows[start : start + PAGE_SIZE]
        leads = Lead.objects.visible_to(self.actor).in_bulk([row["lead"] for row in shown])
        placed = [row for row in plan.rows if "enrollment" in row]
        context = {
            "plan": plan,
            "rows": [plan_row(row, leads[row["lead"]]) for row in shown if row["lead"] in leads],
            "placed": len(placed),
            "left": len(plan.rows) - len(placed),
            "total": sum(row["fit"] for row in placed),
            "mean": round(sum(row["fit"] for row in placed) / len(placed)) if placed else 0,
            "number": number,
            "more": start + PAGE_SIZE < len(plan.rows),
            "may_confirm": self.actor.may(ASSIGN_LEADS) and plan.finished_at and not plan.confirmed_at and placed,
            "problem": problem,
            "crumbs": [{"label": _("Leads"), "url": reverse("desk:lead-list")}],
        }
        return render(self.request, "desk/leads/plan.html", context, status=status)


class PlanPage(PlanShown):
    """A plan."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Show it, a page of rows at a time."""
        return self.page(self.plan(key))


def plan_row(row: dict[str, Any], lead: Lead) -> dict[str, Any]:
    """Return a row of a plan as the page shows it."""
    reasons = row.get("reasons", [])
    return {
        "lead": lead,
        "partner": row.get("partner", ""),
        "fit": row.get("fit"),
        "line": fit_line(reasons, to_partner=False),
        "reasons": fit_words(reasons, to_partner=False),
        "best": row.get("best", ""),
        "best_fit": row.get("best_fit"),
    }


class ConfirmPlan(PlanShown):
    """Offers the leads as planned."""

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Start it."""
        plan = self.plan(key)
        try:
            lead_plans.confirm_plan(actor=self.actor, plan=plan)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as refusal:
            return self.page(plan, refusal.status, str(refusal.message))
        messages.success(request, _("The leads are being offered as planned."))
        return redirect(plan)
