"""Requirements of a draft: a nested list of which all, or any, must be met. Each change is a page or a button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.console.schemes import sections
from portal.console.schemes.base import EditBase
from portal.console.schemes.forms import PartForm
from portal.console.schemes.need_forms import NeedForm
from portal.console.schemes.sections import subject
from standing.registry import MEASURES
from standing.scheme.editing import WORDS, NoSuchPlace, joined, part_at, replaced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from standing.models import Scheme

ROOTS = {"tiers", "requirements", "specialisations"}


class GroupForm(PartForm):
    """A group: how many of its parts must be met, and what it is called."""

    word = forms.ChoiceField(
        label=gettext_lazy("Must be met"),
        choices=[("all", gettext_lazy("All of these")), ("any", gettext_lazy("One of these"))],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=gettext_lazy("What partners read"), required=False, max_length=120)

    def initial_of(self, part: Mapping[str, Any]) -> dict[str, Any]:
        """Return it as chosen."""
        return {"word": "all" if "all" in part else "any", "name": part.get("name", "")}

    def written(self) -> dict[str, Any]:
        """Return the group with its parts."""
        parts = self.part.get("all") or self.part.get("any") or []
        name = self.cleaned_data["name"]
        return {self.cleaned_data["word"]: parts} | ({"name": name} if name else {})


class NeedBase(EditBase):
    """A page about requirements."""

    def place(self, place: str) -> str:
        """Return a place of requirements, or 404."""
        keys = place.split(".")
        if len(keys) < 3 or keys[0] not in ROOTS or keys[2] != "needs":
            raise Http404
        return place

    def choose(self, scheme: Scheme, place: str, title: str, *, further: bool, status: int = 200) -> HttpResponse:
        """Ask which figure, score or name. further: names are offered too, with a button that adds them at once."""
        context = {
            "scheme": scheme,
            "title": title,
            "groups": [(_("Figures"), sections.measures()), (_("Scores"), sections.scores(scheme))],
            "names": sections.names(scheme, place) if further else [],
            "revision": scheme.revision,
            "how": self.request.GET.get("how", "and"),
            "crumbs": self.crumbs(scheme, self.owner(scheme, place), title),
        }
        return render(self.request, "console/schemes/choose.html", context, status=status)

    @staticmethod
    def owner(scheme: Scheme, place: str) -> str:
        """Return the name of the tier, specialisation or set that requirements belong to."""
        try:
            return str(part_at(scheme.definition, ".".join(place.split(".")[:2])).get("name", ""))
        except NoSuchPlace:
            raise Http404 from None

    def shown(self, scheme: Scheme, form: forms.Form, place: str) -> dict[str, Any]:
        """Return title, crumbs, and the figure."""
        measure = getattr(form, "measure", None)
        title = _("Requirement")
        about, sentence = (measure.label, measure.sentence) if measure else (self._score(scheme, form), "")
        crumbs = self.crumbs(scheme, self.owner(scheme, place), title)
        return {"title": title, "crumbs": crumbs, "about": about, "sentence": sentence, "section": "needs"}

    @staticmethod
    def _score(scheme: Scheme, form: forms.Form) -> str:
        wanted = getattr(form, "part", {}).get("score", "")
        parts = [*scheme.definition.get("categories", []), *scheme.definition.get("totals", [])]
        named = {each["slug"]: each["name"] for each in parts}
        return named.get(wanted, _("Score") if wanted else "")


class NeedAdd(NeedBase):
    """A further requirement: beside what stands at a place, or as an alternative to it."""

    def get(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Ask which figure, then show the form."""
        scheme, begun = self.draft(pk), subject(request.GET.get("of", ""))
        self.owner(scheme, self.place(place))
        if begun is None:
            return self.choose(scheme, place, self._title(), further=True)
        return self.form_page(scheme, NeedForm(part=begun, labels=self.labels()), place)

    def post(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Add it."""
        scheme, of = self.draft(pk), request.POST.get("of") or request.GET.get("of", "")
        self.owner(scheme, self.place(place))
        kind, _colon, name = of.partition(":")
        if kind == "ref":
            return self._join(scheme, place, forms.Form(), {"ref": name})
        begun = subject(of)
        if begun is None:
            return self.choose(scheme, place, self._title(), further=True, status=422)
        form = NeedForm(request.POST, part=begun, labels=self.labels())
        if not form.is_valid():
            return self.form_page(scheme, form, place, status=422)
        return self._join(scheme, place, form, form.written())

    def _join(self, scheme: Scheme, place: str, form: forms.Form, need: dict[str, Any]) -> HttpResponse:
        how = self.request.POST.get("how") or self.request.GET.get("how", "and")
        if how not in WORDS:
            raise Http404
        try:
            changed = joined(scheme.definition, place, how, need)
        except NoSuchPlace:
            raise Http404 from None
        return self.keep(scheme, form, place, lambda _definition: changed)

    def _title(self) -> str:
        return _("Add an alternative") if self.request.GET.get("how") == "or" else _("Add a requirement")


class NeedEdit(NeedBase):
    """A requirement, or a group of them."""

    def get(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Show its form."""
        scheme = self.draft(pk)
        part = self._part(scheme, place)
        if "choose" in request.GET or not self._known(part):
            return self.choose(scheme, place, _("Choose another figure"), further=False)
        return self.form_page(scheme, self._form(part), place)

    def post(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Write it."""
        scheme = self.draft(pk)
        part = self._part(scheme, place)
        if not self._known(part):
            raise Http404
        form = self._form(part, request.POST)
        if not form.is_valid():
            return self.form_page(scheme, form, place, status=422)
        return self.keep(scheme, form, place, lambda definition: replaced(definition, place, form.written()))

    def _form(self, part: dict[str, Any], data: Any = None) -> PartForm:
        kind = NeedForm if "figure" in part or "score" in part else GroupForm
        return kind(data, part=part, labels=self.labels())

    def _part(self, scheme: Scheme, place: str) -> dict[str, Any]:
        try:
            part = part_at(scheme.definition, self.place(place))
        except NoSuchPlace:
            raise Http404 from None
        if not isinstance(part, dict) or "ref" in part:
            raise Http404
        begun = subject(self.request.GET.get("of", ""))
        if begun is None or "all" in part or "any" in part:
            return part
        rest = {key: value for key, value in part.items() if key not in {"figure", "score"}}
        if "figure" in begun and "figure" in part:
            begun = {"figure": {**part["figure"], **begun["figure"], "where": {}}}
        return {**begun, **rest}

    @staticmethod
    def _known(part: dict[str, Any]) -> bool:
        return "figure" not in part or part["figure"].get("measure") in MEASURES

    def shown(self, scheme: Scheme, form: forms.Form, place: str) -> dict[str, Any]:
        """Return the same, and whether another figure may be chosen."""
        return {**super().shown(scheme, form, place), "may_choose": isinstance(form, NeedForm)}
