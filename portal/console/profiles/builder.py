"""Every version; one version in plain words; on a draft each criterion can be changed, moved and taken out."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.enums import VersionState
from onboarding.fit import Kind, ProfileRefused
from onboarding.fit.vocabulary import LABELS
from onboarding.models import IdealProfile
from onboarding.services.profiles import begin_profile, change_profile, discard_profile, publish_profile
from partners.models import Program
from portal.console.profiles.base import LOOK, ProfileBase, faults_of, revision_in, told_criteria
from portal.console.profiles.forms import CriterionForm
from prm.kernel.errors import Conflict, RuleViolation


class ProfileList(ProfileBase):
    """The versions, by program."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        programs = Program.objects.visible_to(self.actor).order_by("name", "pk")
        found = IdealProfile.objects.visible_to(self.actor).select_related("program").order_by("-number")
        by_program: dict[int, list[IdealProfile]] = {}
        for profile in found:
            by_program.setdefault(profile.program_id, []).append(profile)
        rows = [
            {
                "program": program,
                "versions": [(each, *_look(each)) for each in by_program.get(program.pk, [])],
                "has_draft": any(each.state == VersionState.DRAFT for each in by_program.get(program.pk, [])),
            }
            for program in programs
        ]
        return render(request, "console/profiles/list.html", {"rows": rows})


def _look(profile: IdealProfile) -> tuple[str, str, str]:
    state = VersionState(profile.state)
    return (str(state.label), *LOOK[state])


class ProfileBegin(ProfileBase):
    """A new version of a program's profile."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin it with what is published; where a draft is there already, lead to it."""
        wanted = request.POST.get("program", "")
        known = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        program = Program.objects.visible_to(self.actor).filter(pk=int(wanted)).first() if known else None
        if program is None:
            raise RuleViolation("unknown_program", _("Choose one of your programs."), "program")
        try:
            profile = begin_profile(actor=self.actor, program=program)
        except Conflict as conflict:
            if conflict.fresh is None:
                raise
            messages.info(request, str(conflict.message))
            return redirect("console:ideal-profile", conflict.fresh.pk)
        return redirect("console:ideal-profile", profile.pk)


class ProfilePage(ProfileBase):
    """A version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        profile = self.find(pk)
        about = self.about(profile, "console:ideal-profile")
        faults = faults_of(profile) if about["may_change"] else ()
        context = {
            **about,
            "criteria": told_criteria(profile, faults),
            "faults": faults,
            "offered": [(str(kind), label) for kind, label in LABELS.items()],
            "replaces": next((each for each in self.versions(profile) if each.state == VersionState.PUBLISHED), None),
        }
        return render(request, "console/profiles/profile.html", context)


class CriterionBase(ProfileBase):
    """A page with a criterion's form."""

    def page(
        self, profile: IdealProfile, form: CriterionForm, title: str, revision: int, status: int = 200
    ) -> HttpResponse:
        """Show the form."""
        context = {
            "profile": profile,
            "form": form,
            "title": title,
            "kind": LABELS[form.kind],
            "revision": revision,
            "back_url": reverse("console:ideal-profile", args=[profile.pk]),
            "crumbs": self.crumbs(profile),
        }
        return render(self.request, "console/profiles/criterion.html", context, status=status)

    def keep(self, profile: IdealProfile, form: CriterionForm, at: int, title: str) -> HttpResponse:
        """Write the criterion at its place; else the form again, with all that was typed."""
        revision = revision_in(self.request)
        if not form.is_valid():
            return self.page(profile, form, title, revision, 422)
        criteria = deepcopy(profile.definition.get("criteria", []))
        others = [each.get("slug", "") for number, each in enumerate(criteria) if number != at]
        criteria[at : at + 1] = [form.written(others)]
        try:
            change_profile(actor=self.actor, profile=profile, definition={"criteria": criteria}, revision=revision)
        except ProfileRefused as refused:
            for fault in refused.faults:
                form.add_error(None, fault.message)
            return self.page(profile, form, title, revision, 422)
        except Conflict as conflict:
            form.add_error(
                None,
                _("%(what)s What you typed is below: compare, and save it again if it still holds.")
                % {"what": conflict.message},
            )
            return self.page(profile, form, title, self.find(profile.pk).revision, 409)
        return redirect(f"{reverse('console:ideal-profile', args=[profile.pk])}#criterion-{at}")


class CriterionAdd(CriterionBase):
    """A further criterion."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the empty form."""
        profile, kind = self.draft(pk), self._kind()
        return self.page(profile, CriterionForm(kind=kind, criterion={}), _("Add a criterion"), profile.revision)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add it at the end."""
        profile = self.draft(pk)
        form = CriterionForm(request.POST, kind=self._kind(), criterion={})
        return self.keep(profile, form, len(profile.definition.get("criteria", [])), _("Add a criterion"))

    def _kind(self) -> Kind:
        of = self.request.GET.get("of", str(Kind.TYPE))
        if of not in list(Kind):
            raise Http404
        return Kind(of)


class CriterionEdit(CriterionBase):
    """A criterion as it is."""

    def get(self, request: HttpRequest, pk: int, at: int) -> HttpResponse:
        """Show its form."""
        profile = self.draft(pk)
        criterion = self._criterion(profile, at)
        form = CriterionForm(kind=Kind(criterion["kind"]), criterion=criterion)
        return self.page(profile, form, criterion["name"], profile.revision)

    def post(self, request: HttpRequest, pk: int, at: int) -> HttpResponse:
        """Write it."""
        profile = self.draft(pk)
        criterion = self._criterion(profile, at)
        form = CriterionForm(request.POST, kind=Kind(criterion["kind"]), criterion=criterion)
        return self.keep(profile, form, at, criterion["name"])

    @staticmethod
    def _criterion(profile: IdealProfile, at: int) -> dict[str, Any]:
        criteria = profile.definition.get("criteria", [])
        if at >= len(criteria) or criteria[at].get("kind") not in list(Kind):
            raise Http404
        found: dict[str, Any] = criteria[at]
        return found


class ProfileMove(ProfileBase):
    """Moves a criterion, or takes it out."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says: "up 2"."""
        profile = self.draft(pk)
        deed, _space, place = request.POST.get("do", "").partition(" ")
        criteria = deepcopy(profile.definition.get("criteria", []))
        if (
            not (place.isascii() and place.isdigit())
            or int(place) >= len(criteria)
            or deed not in {"up", "down", "remove"}
        ):
            raise RuleViolation("unknown_place", _("This criterion is not there any more. Open the version anew."))
        at = int(place)
        criterion = criteria.pop(at)
        if deed != "remove":
            at = min(max(at + (-1 if deed == "up" else 1), 0), len(criteria))
            criteria.insert(at, criterion)
        change_profile(
            actor=self.actor, profile=profile, definition={"criteria": criteria}, revision=revision_in(request)
        )
        if deed == "remove":
            messages.success(request, _("“%(name)s” is taken out.") % {"name": criterion["name"]})
        return redirect(f"{reverse('console:ideal-profile', args=[pk])}#criteria")


class ProfilePublish(ProfileBase):
    """Publishes a draft."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it; what keeps it from being published stands on its page."""
        profile = self.draft(pk)
        try:
            publish_profile(actor=self.actor, profile=profile, revision=revision_in(request))
        except ProfileRefused as refused:
            messages.error(request, str(refused.message))
            return redirect("console:ideal-profile", pk)
        messages.success(request, _("Published. Applications and prospects are being scored anew."))
        return redirect("console:ideal-profile", pk)


class ProfileDiscard(ProfileBase):
    """Puts a draft away."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it."""
        discard_profile(actor=self.actor, profile=self.draft(pk), revision=revision_in(request))
        messages.success(request, _("The draft is put away."))
        return redirect("console:ideal-profiles")
