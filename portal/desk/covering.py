"""Who is away and who stands in: entered by each decider for itself, by partner managers for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dealreg.decision_forms import AbsenceForm
from dealreg.models import Absence
from dealreg.permissions import SEE_DESK, TAKE_DEALS
from dealreg.services import end_absence, plan_absence
from partners.permissions import MANAGE_STAFF
from portal.desk.reassigning import choices_of, decider
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Row:
    """Days away as the page shows them."""

    absence: Absence
    runs: bool
    may_end: bool


class Absences(ActorView):
    """The days away that last or are ahead, and a form for more."""

    kinds = frozenset({Kind.VENDOR})
    permission = SEE_DESK

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self.page(self.form() if self.actor.may(TAKE_DEALS) else None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Enter days away; 422 with the form where they are refused."""
        if not self.actor.may(TAKE_DEALS):
            raise Forbidden("not_allowed", _("Only who decides registrations needs a stand-in."))
        form = self.form(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        given = form.cleaned_data
        try:
            person = decider(self.actor, given["person"])
            stand_in = decider(self.actor, given["stand_in"]) if given["stand_in"] else None
            plan_absence(actor=self.actor, person=person, stand_in=stand_in, first=given["first"], last=given["last"])
        except Forbidden:
            raise
        except RuleViolation as refusal:
            show_violation(form, refusal)
            return self.page(form, 422)
        messages.success(request, _("Entered. Whoever stands in is told."))
        return redirect("desk:absences")

    def form(self, data: Any = None) -> AbsenceForm:
        """Return the form: for oneself, or for everybody where one manages the staff."""
        deciders = choices_of(self.actor)
        mine = [choice for choice in deciders if choice[0] == self.actor.person_id]
        others = [choice for choice in deciders if choice[0] != self.actor.person_id]
        everybody = self.actor.may(MANAGE_STAFF)
        return AbsenceForm(
            data, people=mine + others if everybody else mine, deciders=deciders if everybody else others
        )

    def page(self, form: AbsenceForm | None, status: int = 200) -> HttpResponse:
        """Render the page."""
        found = Absence.objects.visible_to(self.actor).to_come().select_related("person", "stand_in", "vendor")
        now, everybody = timezone.now(), self.actor.may(MANAGE_STAFF)
        rows = [
            Row(
                each,
                each.starts_at <= now,
                everybody or (each.person_id == self.actor.person_id and self.actor.may(TAKE_DEALS)),
            )
            for each in found.order_by("starts_at", "pk")[:MOST_SHOWN]
        ]
        crumbs = [{"label": _("Queue"), "url": reverse("desk:queue")}, {"label": _("Days away")}]
        return render(self.request, "desk/away.html", {"rows": rows, "form": form, "crumbs": crumbs}, status=status)


class EndAbsence(ActorView):
    """Say that somebody is back, or doesn't go."""

    kinds = frozenset({Kind.VENDOR})
    permission = TAKE_DEALS
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End it."""
        absence = get_object_or_404(Absence.objects.visible_to(self.actor), pk=pk)
        try:
            end_absence(actor=self.actor, absence=absence)
        except Conflict as late:
            messages.info(request, str(late.message))
        else:
            messages.success(request, _("Ended: whose reviews they are decides them again."))
        return redirect("desk:absences")
