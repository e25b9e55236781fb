"""The partner's own profile: what it says of itself, how complete that is, and what was changed when by whom."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import services
from partners.enums import MergeState
from partners.models import Partner, PartnerDomain
from partners.permissions import CONFIRM_MERGE, CONFIRM_TYPE, EDIT_PROFILE, VIEW_PROFILE
from partners.profile_forms import ParentForm, PartnerLogoForm, ProfileForm
from partners.profiles import completeness_of
from partners.reports import kin_of, merges_of, organisations_of, profile_history, type_changes_of
from portal.profiles import Fact, history_entries, profile_parts
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation


class ProfileView(ActorView):
    """A page about the actor's own organisation."""

    kinds = frozenset({Kind.PARTNER})
    permission = VIEW_PROFILE

    def partner(self) -> Partner:
        """Return the actor's organisation."""
        found: Partner = Partner.objects.visible_to(self.actor).select_related("parent").get()
        return found

    def domains(self) -> list[PartnerDomain]:
        """Return its domains."""
        return list(PartnerDomain.objects.visible_to(self.actor).order_by("pk"))


class Profile(ProfileView):
    """The profile as it stands."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self.page()

    def page(self, *, logo: Any = None, kin: Any = None, status: int = 200) -> HttpResponse:
        """Render the page, with a form that was refused."""
        partner, domains = self.partner(), self.domains()
        may_edit = self.actor.may(EDIT_PROFILE)
        others = organisations_of(self.actor) if may_edit else []
        start = {"parent": partner.parent.slug if partner.parent else "", "kinship": partner.kinship}
        context = {
            "partner": partner,
            # A vendor that looks on may not know the other organisation.
            "parent": None if self.actor.read_only else partner.parent,
            "may_edit": may_edit,
            "complete": completeness_of(partner, [row.domain for row in domains]),
            "parts": profile_parts(partner, domains),
            "children": kin_of(self.actor, partner),
            "merges": [
                (merge, merge.state == MergeState.PROPOSED and not merge.has_confirmed(partner.pk))
                for merge in (merges_of(self.actor) if self.actor.may(CONFIRM_MERGE) else [])
            ],
            "type_changes": type_changes_of(self.actor, partner) if self.actor.may(CONFIRM_TYPE) else [],
            "history": history_entries(profile_history(self.actor, partner)),
            "logo_form": logo or (PartnerLogoForm() if may_edit else None),
            "kin_form": kin or (ParentForm(organisations=others, initial=start) if others else None),
        }
        return render(self.request, "partner/profile.html", context, status=status)


class ProfilePart(Profile):
    """A form of its own on the profile's page, which shows it again where it is refused."""

    permission = EDIT_PROFILE

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the page that the form stands on, as after a sign-in."""
        return redirect("portal:profile")


class ProfileLogo(ProfilePart):
    """Upload a logo, or take it away."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it."""
        form = PartnerLogoForm(request.POST, request.FILES)
        is_removed = "remove" in request.POST
        if is_removed or form.is_valid():
            try:
                content = b"" if is_removed else form.cleaned_data["logo"].read()
                services.change_partner_logo(actor=self.actor, partner=self.partner(), logo=content)
            except (Conflict, Forbidden):
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("The logo is taken away.") if is_removed else _("The logo is changed."))
                return redirect("portal:profile")
        return self.page(logo=form, status=422)


class ProfileParent(ProfilePart):
    """Say to which organisation this one belongs."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Change it."""
        form = ParentForm(request.POST, organisations=organisations_of(self.actor))
        if form.is_valid():
            given = {"parent": form.chosen, "kinship": form.cleaned_data["kinship"]}
            try:
                services.change_parent(actor=self.actor, partner=self.partner(), **given)
            except (Conflict, Forbidden):
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("Saved."))
                return redirect("portal:profile")
        return self.page(kin=form, status=422)


class ProfileEdit(ProfileView):
    """The form, with the fields that the partner's kind is asked for."""

    permission = EDIT_PROFILE

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it as it stands."""
        return self.page(self.partner(), None)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Save; a stale form comes back with both versions side by side."""
        partner = self.partner()
        form = self.form(partner, request.POST)
        if form.is_valid():
            given = {"changes": form.changes(), "revision": form.cleaned_data["revision"]}
            try:
                services.change_profile(actor=self.actor, partner=partner, **given)
            except Conflict as conflict:
                return self.stale(conflict)
            except Forbidden:
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("Saved. Every vendor that you work with sees it from now on."))
                return redirect("portal:profile")
        return self.page(partner, form, status=422)

    def form(self, partner: Partner, data: Any = None) -> ProfileForm:
        """Return the form of the partner's kind."""
        return ProfileForm(data, partner=partner, domains=[row.domain for row in self.domains()])

    def stale(self, conflict: Conflict) -> HttpResponse:
        """Show what was typed, what stands there now, and let the reader decide."""
        partner = self.partner()
        data = self.request.POST.copy()
        data["revision"] = str(partner.revision)
        form = self.form(partner, data)
        form.is_valid()
        typed = Partner(type=partner.type, **{k: v for k, v in form.changes().items() if k != "domains"})
        domains = [PartnerDomain(domain=name) for name in form.cleaned_data.get("domains", ())]
        now, mine = self.facts(partner, self.domains()), self.facts(typed, domains)
        both = [(label, now[label], mine[label]) for label in now if now[label] != mine[label]]
        if partner.name != typed.name:
            both.insert(0, (str(form["name"].label), partner.name, typed.name))
        return self.page(partner, form, status=409, conflict=conflict.message, both=both)

    def facts(self, partner: Partner, domains: list[PartnerDomain]) -> dict[str, str]:
        """Return a profile's facts as texts, by their labels."""
        return {fact.label: _shown(fact) for _label, facts in profile_parts(partner, domains) for fact in facts}

    def page(self, partner: Partner, form: ProfileForm | None, status: int = 200, **further: Any) -> HttpResponse:
        """Render the form."""
        crumbs = [{"label": _("Profile"), "url": reverse("portal:profile")}, {"label": _("Edit")}]
        context = {"partner": partner, "form": form or self.form(partner), "crumbs": crumbs, **further}
        return render(self.request, "partner/profile_edit.html", context, status=status)


def _shown(fact: Fact) -> str:
    return fact.text or ", ".join(fact.several or [row.domain for row in fact.domains]) or "–"
