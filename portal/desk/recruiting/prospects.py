"""A prospect: what is known, how well it fits and why, and what was done; adding and changing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from activity.models import Event
from onboarding.models import Application, Prospect
from onboarding.permissions import EDIT_PROSPECTS, VIEW_RECRUITING
from onboarding.services.prospects import (
    DESCRIBED,
    add_prospect,
    assign_prospect,
    change_prospect,
    invite_prospect,
)
from onboarding.workflow_prospects import BY_HAND, PROSPECT
from partners.models import Program
from partners.reports import staff_of
from portal.desk.recruiting.forms import ProspectForm
from portal.desk.recruiting.lists import DEEDS, WordsForm, prospect_row
from portal.profiles import Fact, history_entries
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from people.models import Person

MOST_EVENTS = 50


class ProspectBase(ActorView):
    """A page about a prospect."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PROSPECTS

    def find(self, pk: int) -> Prospect:
        """Return the prospect that the address names, or 404."""
        found = Prospect.objects.visible_to(self.actor).select_related("program__vendor", "owner", "profile")
        prospect: Prospect = get_object_or_404(found, pk=pk)
        return prospect

    def crumbs(self, *further: tuple[str, str]) -> list[dict[str, str]]:
        """Return the way here."""
        way = ((_("Recruiting"), reverse("desk:recruiting")), *further)
        return [{"label": label, "url": url} for label, url in way]

    def programs(self) -> list[Program]:
        """Return the vendor's programs."""
        return list(Program.objects.visible_to(self.actor).order_by("name", "pk"))


class OwnerForm(forms.Form):
    """Whose prospect it is."""

    use_required_attribute = False

    owner: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label=gettext_lazy("Owner"),
        required=False,
        queryset=None,
        empty_label=gettext_lazy("Nobody"),
        widget=PlainSelect,
    )

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


def facts_of(prospect: Prospect) -> list[Fact]:
    """Return what is known of a prospect, in words."""
    found = []
    for name in DESCRIBED[1:]:
        field: Any = Prospect._meta.get_field(name)
        value = getattr(prospect, name)
        label = str(field.verbose_name).capitalize()
        if isinstance(value, list):
            choices = dict(field.base_field.flatchoices)
            found.append(Fact(name, label, several=tuple(str(choices.get(part, part)) for part in value)))
        elif name == "country":
            found.append(Fact(name, label, str(value.name)))
        else:
            found.append(Fact(name, label, str(dict(field.flatchoices).get(value, value))))
    return found


class ProspectPage(ProspectBase):
    """A prospect."""

    permission = VIEW_RECRUITING

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        return self.page(self.find(pk))

    def page(
        self, prospect: Prospect, *, words: forms.Form | None = None, status: int = 200, problem: str = ""
    ) -> HttpResponse:
        """Show a prospect; problem: what went wrong beside the forms."""
        events = Event.objects.visible_to(self.actor).about(prospect).select_related("person").order_by("-pk")
        applied = Application.objects.visible_to(self.actor).filter(prospect=prospect).order_by("-pk").first()
        available = [each for each in PROSPECT.available(prospect, self.actor) if each.name in BY_HAND]
        context = {
            "prospect": prospect,
            "row": prospect_row(prospect),
            "facts": facts_of(prospect),
            "application": applied,
            "history": history_entries(list(events[:MOST_EVENTS])),
            "words_form": words or WordsForm(),
            "owner_form": OwnerForm(initial={"owner": prospect.owner_id}, people=staff_of(self.actor)),
            "moves": [each for each in available if each.name != "invite"],
            "may_invite": any(each.name == "invite" for each in available),
            "may_edit": self.actor.may(EDIT_PROSPECTS),
            "problem": problem,
            "crumbs": self.crumbs(),
        }
        return render(self.request, "desk/recruiting/prospect.html", context, status=status)


class ProspectMove(ProspectPage):
    """Notes what was done with a prospect, or invites it."""

    permission = EDIT_PROSPECTS

    def get(self, request: HttpRequest, pk: int, deed: str = "") -> HttpResponse:
        """Say that this takes a click."""
        return self.http_method_not_allowed(request)

    def post(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        """Do what the button says."""
        prospect = self.find(pk)
        if deed not in DEEDS:
            raise Http404
        form = WordsForm(request.POST)
        if deed == "invite" and not form.is_valid():
            return self.page(prospect, words=form, status=422)
        try:
            if deed == "invite":
                invite_prospect(actor=self.actor, prospect=prospect, words=form.cleaned_data["words"])
            else:
                DEEDS[deed](actor=self.actor, prospect=prospect)
        except Forbidden:
            raise
        except RuleViolation as refusal:
            again = self.find(pk)
            return self.page(again, words=form, status=refusal.status, problem=str(refusal.message))
        if deed == "invite":
            words = _("The invitation is on its way to %(email)s.") % {"email": prospect.contact_email}
            messages.success(request, words)
        return redirect("desk:prospect", pk)


class ProspectAssign(ProspectBase):
    """Gives a prospect to somebody."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do it."""
        prospect, form = self.find(pk), OwnerForm(request.POST, people=staff_of(self.actor))
        if not form.is_valid():
            raise RuleViolation("not_of_yours", _("Choose one of your own people."), "owner")
        assign_prospect(actor=self.actor, prospect=prospect, owner=form.cleaned_data["owner"])
        return redirect("desk:prospect", pk)


class ProspectAdd(ProspectBase):
    """A new prospect."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return self._page(ProspectForm(programs=self.programs()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add it."""
        form = ProspectForm(request.POST, programs=self.programs())
        if not form.is_valid():
            return self._page(form, 422)
        program = form.programs[form.cleaned_data["program"]]
        me = staff_of(self.actor).filter(pk=self.actor.person_id or 0).first()
        try:
            prospect = add_prospect(actor=self.actor, program=program, details=form.details(), owner=me)
        except Forbidden:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        messages.success(request, _("%(name)s is on the list.") % {"name": prospect.name})
        return redirect("desk:prospect", prospect.pk)

    def _page(self, form: ProspectForm, status: int = 200) -> HttpResponse:
        context = {"form": form, "title": _("Add a prospect"), "crumbs": self.crumbs()}
        return render(self.request, "desk/recruiting/form.html", context, status=status)


class ProspectEdit(ProspectBase):
    """What is known of a prospect, to change."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        prospect = self.find(pk)
        return self._page(prospect, ProspectForm(programs=[], prospect=prospect), prospect.revision)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Write it."""
        prospect = self.find(pk)
        form = ProspectForm(request.POST, programs=[], prospect=prospect)
        seen = request.POST.get("revision", "")
        revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else -1
        if not form.is_valid():
            return self._page(prospect, form, revision, 422)
        try:
            change_prospect(actor=self.actor, prospect=prospect, details=form.details(), revision=revision)
        except Forbidden:
            raise
        except Conflict as conflict:
            form.add_error(
                None,
                _("%(what)s What you typed is below: compare, and save it again if it still holds.")
                % {"what": conflict.message},
            )
            return self._page(prospect, form, self.find(pk).revision, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(prospect, form, revision, violation.status)
        return redirect("desk:prospect", pk)

    def _page(self, prospect: Prospect, form: ProspectForm, revision: int, status: int = 200) -> HttpResponse:
        here = (prospect.name, reverse("desk:prospect", args=[prospect.pk]))
        context = {
            "form": form,
            "prospect": prospect,
            "revision": revision,
            "title": _("Change %(name)s") % {"name": prospect.name},
            "crumbs": self.crumbs(here),
        }
        return render(self.request, "desk/recruiting/form.html", context, status=status)
