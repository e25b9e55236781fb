"""Every version of every ladder, and beginning a new one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.enums import PartnerType
from partners.models import Program
from portal.console.schemes.base import SchemeBase, ends_of, state_of, version_name
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import show_violation
from standing.enums import SchemeState
from standing.models import Scheme
from standing.scheme import parse
from standing.services import make_scheme
from standing.templates import templates

if TYPE_CHECKING:
    from datetime import date

MOST_LISTED = 300
LARGEST_FILE = 1_000_000
EMPTY: dict[str, Any] = {"tiers": [], "rules": []}


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the list shows it."""

    scheme: Scheme
    state: str
    tone: str
    icon: str
    ends: date | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The versions of a program's scheme for one type of partner, newest first."""

    program: Program
    label: str
    versions: list[Version]


def ladders(found: Iterable[Scheme]) -> list[Ladder]:
    """Return versions by program and type of partner."""
    grouped: dict[tuple[int, str], list[Scheme]] = {}
    for scheme in found:
        grouped.setdefault((scheme.program_id, scheme.partner_type), []).append(scheme)
    result = []
    for versions in grouped.values():
        program = versions[0].program
        today = program.vendor.today()
        rows = []
        for each in versions:
            ends = ends_of(each, versions)
            rows.append(Version(each, *state_of(each, today, ends), ends))
        result.append(Ladder(program, type_words(versions[0].partner_type), rows))
    return result


def type_words(partner_type: str) -> str:
    """Return for which partners a ladder is."""
    return str(PartnerType(partner_type).label) if partner_type else _("All types without a ladder of their own")


class SchemeList(SchemeBase):
    """The versions."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        found = (
            Scheme.objects.visible_to(self.actor)
            .exclude(state=SchemeState.DISCARDED)
            .select_related("program__vendor", "vendor")
            .defer("definition")
            .order_by("program__name", "program_id", "partner_type", "-number")[:MOST_LISTED]
        )
        return render(request, "console/schemes/list.html", {"ladders": ladders(found)})


def read_file(upload: Any) -> dict[str, Any]:
    """Return a scheme's JSON from a file or a text.

    Raises:
        ValidationError: too large, or no JSON. SchemeRefused: no scheme.
    """
    if upload.size > LARGEST_FILE:
        raise forms.ValidationError(_("This file is larger than a scheme can be."), code="too_large")
    return read_json(upload.read())


def read_json(text: str | bytes) -> dict[str, Any]:
    """Return a scheme's JSON from a text. Numbers with decimals stay as they are written.

    Raises:
        ValidationError: no JSON. SchemeRefused: no scheme.
    """
    try:
        data = json.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        where = f" ({error.lineno}:{error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise forms.ValidationError(_("This isn’t JSON.") + where, code="not_json") from None
    if isinstance(data, dict) and "scheme" in data:
        data = data["scheme"]
    parse(data)
    found: dict[str, Any] = data
    return found


class BeginForm(forms.Form):
    """For whom a new version is, and what it begins with."""

    program = forms.ChoiceField(label=gettext_lazy("Program"))
    partner_type = forms.ChoiceField(
        label=gettext_lazy("For which partners"),
        required=False,
        help_text=gettext_lazy("A ladder for one type takes its partners out of the one for all."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("As in “Partner program 2027”.")
    )
    start = forms.ChoiceField(label=gettext_lazy("Begin with"), widget=forms.RadioSelect)
    file = forms.FileField(label=gettext_lazy("A scheme’s file"), required=False)

    def __init__(self, *args: Any, programs: list[Program], versions: list[Scheme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programs = {str(each.pk): each for each in programs}
        self.versions = {f"version:{each.pk}": each for each in versions}
        choose: Any = self.fields
        choose["program"].choices = [(key, each.name) for key, each in self.programs.items()]
        choose["partner_type"].choices = [("", type_words("")), *PartnerType.choices]
        starts = [(f"template:{slug}", each.name) for slug, each in templates().items()]
        starts += [(key, version_name(each)) for key, each in self.versions.items()]
        choose["start"].choices = [*starts, ("empty", _("Nothing")), ("file", _("A file"))]

    def clean(self) -> dict[str, Any]:
        """Read what it begins with."""
        cleaned = super().clean() or self.cleaned_data
        start = cleaned.get("start", "")
        try:
            if start.startswith("template:"):
                cleaned["definition"] = templates()[start.removeprefix("template:")].scheme
            elif start in self.versions:
                cleaned["definition"] = self.versions[start].definition
            elif start == "empty":
                cleaned["definition"] = EMPTY
            elif start == "file":
                if not cleaned.get("file"):
                    raise forms.ValidationError(_("Choose a file."), code="required")
                cleaned["definition"] = read_file(cleaned["file"])
        except forms.ValidationError as error:
            self.add_error("file", error)
        except RuleViolation as refused:
            for fault in getattr(refused, "faults", ()):
                self.add_error("file", f"{fault.place}: {fault.message}")
        return cleaned


class SchemeBegin(SchemeBase):
    """A new version."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for whom, and what it begins with."""
        wanted = {key: request.GET.get(key, "") for key in ("program", "partner_type", "start", "name")}
        form = self._form(initial={key: value for key, value in wanted.items() if value})
        form.initial.setdefault("start", next(iter(form.versions), f"template:{next(iter(templates()))}"))
        return self._page(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin it."""
        form = self._form(request.POST, request.FILES)
        if not form.is_valid():
            return self._page(form, 422)
        chosen = form.cleaned_data
        try:
            scheme = make_scheme(
                actor=self.actor,
                program=form.programs[chosen["program"]],
                partner_type=chosen["partner_type"],
                name=chosen["name"],
                definition=chosen["definition"],
            )
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        return redirect("console:scheme", scheme.pk)

    def _form(self, *data: Any, **options: Any) -> BeginForm:
        programs = Program.objects.visible_to(self.actor).order_by("name")
        versions = (
            Scheme.objects.visible_to(self.actor)
            .exclude(state=SchemeState.DISCARDED)
            .select_related("program")
            .order_by("program__name", "partner_type", "-number")
        )
        return BeginForm(*data, programs=list(programs), versions=list(versions[:20]), **options)

    def _page(self, form: BeginForm, status: int = 200) -> HttpResponse:
        chosen = form["start"].value()
        context = {
            "form": form,
            "templates": [(f"template:{slug}", each) for slug, each in templates().items()],
            "versions": [(key, version_name(each), each.program.name) for key, each in form.versions.items()],
            "chosen": chosen,
            "crumbs": [{"label": _("Tier schemes"), "url": reverse("console:schemes")}, {"label": _("New version")}],
        }
        return render(self.request, "console/schemes/begin.html", context, status=status)
