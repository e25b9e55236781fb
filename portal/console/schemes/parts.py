"""Adding and changing the parts of a draft, each on a page of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.console.schemes import sections
from portal.console.schemes.base import EditBase
from portal.console.schemes.fields import free_slug
from portal.console.schemes.need_forms import NeedForm
from portal.console.schemes.sections import SECTIONS, Section, subject
from standing.registry import MEASURES, SOURCES
from standing.scheme.editing import NoSuchPlace, added, part_at, replaced

if TYPE_CHECKING:
    from django.forms import Form

    from portal.console.schemes.forms import PartForm
    from standing.models import Scheme


class PartBase(EditBase):
    """A page about one part."""

    def section(self, name: str) -> Section:
        """Return a section, or 404."""
        if name not in SECTIONS:
            raise Http404
        return SECTIONS[name]

    def made(self, scheme: Scheme, name: str, part: dict[str, Any], data: Any = None) -> PartForm:
        """Return the form of a section on a part."""
        options: dict[str, Any] = {"part": part, "labels": self.labels()}
        if name in {"lines", "totals"}:
            options["categories"] = [(each["slug"], each["name"]) for each in scheme.definition.get("categories", [])]
        return self.section(name).form(data, **options)

    def choose(self, scheme: Scheme, section: str, title: str, status: int = 200) -> HttpResponse:
        """Ask what the part is about."""
        groups = [(_("What earns points?"), sections.sources())]
        if SECTIONS[section].of != "source":
            groups = [(_("Figures"), sections.measures())]
        if SECTIONS[section].of == "need":
            groups.append((_("Scores"), sections.scores(scheme)))
        context = {"scheme": scheme, "title": title, "groups": groups, "crumbs": self.crumbs(scheme, title)}
        context["missing"] = section == "lines" and not scheme.definition.get("categories")
        return render(self.request, "console/schemes/choose.html", context, status=status)

    def shown(self, scheme: Scheme, form: Form, place: str) -> dict[str, Any]:
        """Return title, crumbs and what the part is about."""
        name = place.split(".", maxsplit=1)[0]
        part = getattr(form, "part", {})
        title = part.get("name") or str(SECTIONS[name].one)
        about = None
        if name == "rules":
            about = SOURCES[part["source"]].label
        elif name == "lines":
            about = MEASURES[part["figure"]["measure"]].label
        return {"title": title, "crumbs": self.crumbs(scheme, title), "section": name, "about": about}


class PartAdd(PartBase):
    """A further rule, category, line, tier, and so on."""

    def get(self, request: HttpRequest, pk: int, section: str) -> HttpResponse:
        """Ask what it is about, then show the empty form."""
        scheme = self.draft(pk)
        start = self._start(section)
        if start is None:
            return self.choose(scheme, section, str(self.section(section).add))
        return self._page(scheme, section, self.made(scheme, section, start), self._need(section))

    def post(self, request: HttpRequest, pk: int, section: str) -> HttpResponse:
        """Add it at the end."""
        scheme, start = self.draft(pk), self._start(section)
        if start is None:
            return self.choose(scheme, section, str(self.section(section).add), 422)
        form, need = self.made(scheme, section, start, request.POST), self._need(section, request.POST)
        if not form.is_valid() or (need is not None and not need.is_valid()):
            return self._page(scheme, section, form, need, 422)
        there = scheme.definition.get(section, [])
        part = form.written()
        part["slug"] = free_slug(part["name"], [each.get("slug", "") for each in there], section.rstrip("s"))
        if need is not None:
            part["needs"] = {"all": [need.written()]}
        self.need = need
        return self.keep(scheme, form, f"{section}.{len(there)}", partial(added, section=section, value=part))

    need: NeedForm | None = None

    def _start(self, section: str) -> dict[str, Any] | None:
        """Return what the part begins with; None while that isn't chosen."""
        of, wanted = self.request.GET.get("of", ""), self.section(section).of
        if not wanted:
            if section == "review":
                raise Http404
            return {}
        if wanted == "source":
            return {"source": of} if of in SOURCES and SOURCES[of].earns else None
        begun = subject(of)
        if begun is None or (wanted == "measure" and "figure" not in begun):
            return None
        return begun if wanted == "measure" else {}

    def _need(self, section: str, data: Any = None) -> NeedForm | None:
        begun = subject(self.request.GET.get("of", ""))
        if self.section(section).of != "need" or begun is None:
            return None
        return NeedForm(data, part=begun, labels=self.labels(), prefix="need")

    def _page(
        self, scheme: Scheme, section: str, form: PartForm, need: NeedForm | None, status: int = 200
    ) -> HttpResponse:
        self.need = need
        return self.form_page(scheme, form, f"{section}.{len(scheme.definition.get(section, []))}", status=status)

    def shown(self, scheme: Scheme, form: Form, place: str) -> dict[str, Any]:
        """Return the same, and the first requirement."""
        found = super().shown(scheme, form, place)
        title = str(SECTIONS[found["section"]].add)
        about = str(self.need.measure.label) if self.need is not None and self.need.measure else found["about"]
        return {**found, "title": title, "crumbs": self.crumbs(scheme, title), "need": self.need, "about": about}


class PartEdit(PartBase):
    """One part as it is."""

    def get(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Show its form; where what it reads isn't known (any more), ask anew."""
        scheme = self.draft(pk)
        part, section = self._part(scheme, place), place.split(".", maxsplit=1)[0]
        if "choose" in request.GET or not self._known(section, part):
            return self.choose(scheme, section, _("Choose something else"))
        return self.form_page(scheme, self.made(scheme, section, part), place)

    def post(self, request: HttpRequest, pk: int, place: str) -> HttpResponse:
        """Write it."""
        scheme = self.draft(pk)
        part, section = self._part(scheme, place), place.split(".", maxsplit=1)[0]
        if not self._known(section, part):
            raise Http404
        form = self.made(scheme, section, part, request.POST)
        if not form.is_valid():
            return self.form_page(scheme, form, place, status=422)
        return self.keep(scheme, form, place, lambda definition: replaced(definition, place, form.written()))

    def _part(self, scheme: Scheme, place: str) -> dict[str, Any]:
        """Return the part, reading what was chosen instead of what it read before."""
        try:
            part = scheme.definition.get("review", {}) if place == "review" else part_at(scheme.definition, place)
        except NoSuchPlace:
            raise Http404 from None
        if not isinstance(part, dict) or len(place.split(".")) > 2:
            raise Http404
        of, wanted = self.request.GET.get("of", ""), self.section(place.split(".", maxsplit=1)[0]).of
        if of and wanted == "source" and of in SOURCES:
            part = {**part, "source": of, "where": {}, "times": []}
        elif wanted == "measure" and (begun := subject(of)) and "figure" in begun:
            part = {**part, "figure": {**part.get("figure", {}), **begun["figure"], "where": {}}}
        return part

    @staticmethod
    def _known(section: str, part: dict[str, Any]) -> bool:
        if section == "rules":
            return part.get("source") in SOURCES
        return section != "lines" or part.get("figure", {}).get("measure") in MEASURES

    def shown(self, scheme: Scheme, form: Form, place: str) -> dict[str, Any]:
        """Return the same, and whether it may read something else."""
        found = super().shown(scheme, form, place)
        return {**found, "may_choose": SECTIONS[found["section"]].of in {"source", "measure"}}
