"""Every version; one version in plain words; on a draft each part can be changed, moved and taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.models import Policy
from dealreg.services import begin_policy, change_policy, discard_policy
from partners.models import Program
from portal.console.policies.base import PolicyBase, faults_of, sections_of, state_of
from portal.console.policies.parts import LISTS, SINGLE
from portal.console.profiles.base import revision_in
from prm.kernel.errors import Conflict, RuleViolation
from standing.scheme.editing import NoSuchPlace, moved, removed


class PolicyList(PolicyBase):
    """The versions, by program."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        programs = Program.objects.visible_to(self.actor).order_by("name", "pk")
        found = Policy.objects.visible_to(self.actor).select_related("program").order_by("-valid_from", "-pk")
        by_program: dict[int, list[Policy]] = {}
        for policy in found:
            by_program.setdefault(policy.program_id, []).append(policy)
        rows = []
        for program in programs:
            versions = sorted(by_program.get(program.pk, []), key=lambda each: not each.is_draft)
            current = next((each for each in versions if each.is_published), None)
            rows.append(
                {
                    "program": program,
                    "versions": [(each, *state_of(each, each.is_published and each != current)) for each in versions],
                    "has_draft": any(each.is_draft for each in versions),
                }
            )
        return render(request, "console/policies/list.html", {"rows": rows})


class PolicyBegin(PolicyBase):
    """A new version of a program's rules."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin it with the newest published one; where a draft is there already, lead to it."""
        wanted = request.POST.get("program", "")
        known = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        program = Program.objects.visible_to(self.actor).filter(pk=int(wanted)).first() if known else None
        if program is None:
            raise RuleViolation("unknown_program", _("Choose one of your programs."), "program")
        try:
            policy = begin_policy(actor=self.actor, program=program)
        except Conflict as conflict:
            if conflict.fresh is None:
                raise
            messages.info(request, str(conflict.message))
            return redirect("console:policy", conflict.fresh.pk)
        return redirect("console:policy", policy.pk)


class PolicyPage(PolicyBase):
    """A version in plain words."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        policy = self.find(pk)
        known, about = self.known(policy), self.about(policy, "console:policy")
        faults = faults_of(policy, known) if about["may_change"] else ()
        context = {**about, "sections": sections_of(policy, known), "faults": faults, "lists": LISTS, "single": SINGLE}
        return render(request, "console/policies/policy.html", context)


class PolicyMove(PolicyBase):
    """Moves a part, or takes it out."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says: "up segments.2"."""
        policy = self.draft(pk)
        deed, _space, place = request.POST.get("do", "").partition(" ")
        definition = self._changed(policy.definition, deed, place)
        if definition is None:
            raise RuleViolation("unknown_place", _("This part is not there any more. Open the version anew."))
        change_policy(actor=self.actor, policy=policy, revision=revision_in(request), definition=definition)
        if deed == "remove":
            messages.success(request, _("It is taken out."))
        return redirect(f"{reverse('console:policy', args=[pk])}#{place.partition('.')[0]}")

    def _changed(self, definition: dict[str, Any], deed: str, place: str) -> dict[str, Any] | None:
        try:
            if deed == "remove" and place.partition(".")[0] in {*LISTS, *SINGLE}:
                return removed(definition, place)
            if deed in {"up", "down"}:
                return moved(definition, place, -1 if deed == "up" else 1)
        except NoSuchPlace:
            return None
        return None


class PolicyDiscard(PolicyBase):
    """Puts a draft away."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it."""
        discard_policy(actor=self.actor, policy=self.draft(pk), revision=revision_in(request))
        messages.success(request, _("The draft is put away."))
        return redirect("console:policies")
