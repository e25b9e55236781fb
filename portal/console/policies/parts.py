"""Adding and changing the parts of a draft, each on a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from dealreg.engagement import PolicyRefused
from dealreg.engagement.wording import SECTIONS
from dealreg.models import Policy
from dealreg.services import change_policy
from portal.console.policies.base import PolicyBase
from portal.console.policies.field_forms import OwnFieldForm, PricesForm
from portal.console.policies.forms import (
    MOST_ACCOUNTS,
    AuthorisationForm,
    AutomationForm,
    FiguresForm,
    HolidaysForm,
    LimitsForm,
    PartForm,
    RouteForm,
    SegmentForm,
    SizeForm,
    TerritoryForm,
)
from portal.console.profiles.base import revision_in
from portal.console.schemes.fields import free_slug
from prm.kernel.errors import Conflict
from standing.scheme.editing import NoSuchPlace, part_at

if TYPE_CHECKING:
    from django.http import QueryDict

    from prm.kernel.actors import Actor

FORMS: dict[str, type[PartForm]] = {
    "fields": OwnFieldForm,
    "segments": SegmentForm,
    "authorisations": AuthorisationForm,
    "size": SizeForm,
    "territory": TerritoryForm,
    "routes": RouteForm,
    "holidays": HolidaysForm,
    "automation": AutomationForm,
    "limits": LimitsForm,
    "prices": PricesForm,
}
LISTS = ("fields", "segments", "authorisations", "routes")
SINGLE = ("size", "territory", "limits", "prices")
NAMED = {"segments": "name", "fields": "label"}
"""Lists whose rows have a slug, and the words that it comes from."""
FIGURES = "figures"
FIGURES_TITLE = gettext_lazy("Figures and clauses")


MOST_FOUND = 20


def offer_named(actor: Actor, form: SegmentForm, sent: QueryDict) -> None:
    """Let a segment's form offer the accounts that were ticked and those that a search finds. One query each."""
    mine = Account.objects.visible_to(actor).order_by("name", "pk")
    ticked = [int(each) for each in sent.getlist("accounts") if each.isascii() and each.isdigit() and len(each) < 19]
    found = dict(mine.filter(pk__in=ticked[:MOST_ACCOUNTS]).values_list("pk", "name"))
    words = sent.get("find_accounts", "").strip()[:100]
    if words:
        near = mine.filter(Q(name__icontains=words) | Q(domain__icontains=words)).exclude(pk__in=found)
        found |= {
            pk: f"{name} ({country})" for pk, name, country in near.values_list("pk", "name", "country")[:MOST_FOUND]
        }
    form.offer_accounts(found)


def searched(form: SegmentForm, sent: QueryDict) -> SegmentForm:
    """Return the form with all that was typed, not judged yet, and a word on what was found."""
    several = {name for name, field in form.fields.items() if isinstance(field, forms.MultipleChoiceField)}
    typed = {name: sent.getlist(name) if name in several else sent.get(name, "") for name in form.fields}
    again = SegmentForm(part=form.part, known=form.known, segments=form.named)
    again.initial = {**again.initial, **typed}
    again.offer("accounts", dict(form.fields["accounts"].choices))  # type: ignore[attr-defined]
    return again


class PolicyPart(PolicyBase):
    """A part of a draft: a section, or one of its rows; "figures" are the plain figures and the clauses."""

    def get(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Show its form."""
        policy = self.draft(pk)
        return self._page(policy, self._form(policy, place), place, policy.revision)

    def post(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Write it; else the form again, with all that was typed."""
        policy = self.draft(pk)
        form = self._form(policy, place, request.POST)
        revision = revision_in(request)
        if isinstance(form, SegmentForm):
            offer_named(self.actor, form, request.POST)
            if "search" in request.POST:
                return self._page(policy, searched(form, request.POST), place, revision)
        if not form.is_valid():
            return self._page(policy, form, place, revision, 422)
        try:
            change_policy(actor=self.actor, policy=policy, revision=revision, **self._changes(policy, form, place))
        except PolicyRefused as refused:
            for fault in refused.faults:
                form.add_error(None, fault.message)
            return self._page(policy, form, place, revision, 422)
        except ValidationError as error:
            form.add_error(None, error.messages[0])
            return self._page(policy, form, place, revision, 422)
        except Conflict as conflict:
            words = _("%(what)s What you typed is below: compare, and save it again if it still holds.")
            form.add_error(None, words % {"what": conflict.message})
            return self._page(policy, form, place, self.find(pk).revision, 409)
        return redirect(f"{reverse('console:policy', args=[pk])}#{place.partition('.')[0]}")

    def _form(self, policy: Policy, place: str, data: Any = None) -> forms.Form | forms.ModelForm:
        if place == FIGURES:
            return FiguresForm(data, instance=policy)
        section = place.partition(".")[0]
        if section not in FORMS:
            raise Http404
        segments = {each["slug"]: each["name"] for each in policy.definition.get("segments", [])}
        part = self._part(policy, place)
        return FORMS[section](data, part=part, known=self.known(policy), segments=segments)

    @staticmethod
    def _part(policy: Policy, place: str) -> dict[str, Any]:
        section, _dot, at = place.partition(".")
        if (section in LISTS) != bool(at):
            raise Http404
        if section == "holidays":
            return {"days": policy.definition.get("holidays", [])}
        if at == "new":
            return {}
        try:
            found = part_at(policy.definition, place)
        except NoSuchPlace:
            if at:
                raise Http404 from None
            found = None
        return found if isinstance(found, dict) else {}

    @staticmethod
    def _changes(policy: Policy, form: Any, place: str) -> dict[str, Any]:
        if place == FIGURES:
            return {"figures": form.figures()}
        section, _dot, at = place.partition(".")
        definition, part = dict(policy.definition), form.written()
        if section == "holidays":
            return {"definition": {**definition, "holidays": part["days"]}}
        if section not in LISTS:
            return {"definition": {**definition, section: part}}
        rows = list(definition.get(section, []))
        if section in NAMED and not part["slug"]:
            words = part[NAMED[section]].replace("_", " ")
            part["slug"] = free_slug(words, [each.get("slug", "") for each in rows], section.removesuffix("s"))
        where = len(rows) if at == "new" else int(at)
        rows[where : where + 1] = [part]
        return {"definition": {**definition, section: rows}}

    def _page(self, policy: Policy, form: Any, place: str, revision: int, status: int = 200) -> HttpResponse:
        section = place.partition(".")[0]
        context = {
            "policy": policy,
            "form": form,
            "title": FIGURES_TITLE if place == FIGURES else SECTIONS[section],
            "revision": revision,
            "back_url": f"{reverse('console:policy', args=[policy.pk])}#{section}",
            "crumbs": self.crumbs(policy),
        }
        return render(self.request, "console/policies/part.html", context, status=status)
