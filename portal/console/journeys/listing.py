"""Every journey of the vendor's programs with its versions, and beginning one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.enums import JourneyState, VersionState
from onboarding.journeys.starting import starters
from onboarding.models import Journey, JourneyTemplate, JourneyVersion
from onboarding.services import begin_journey
from partners.enums import PartnerType
from partners.models import Program
from portal.console.journeys.base import LOOKS, JourneyBase, type_words, version_name
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import show_violation
from prm.kernel.widgets import PlainSelect

if TYPE_CHECKING:
    from django.db.models import QuerySet

MOST_LISTED = 300
EMPTY: dict[str, Any] = {"stages": []}


@dataclass(frozen=True, slots=True)
class Line:
    """A template with its versions, newest first."""

    template: JourneyTemplate
    whom: str
    versions: list[JourneyVersion]

    @property
    def has_draft(self) -> bool:
        """Whether somebody works on one."""
        return any(each.state == VersionState.DRAFT for each in self.versions)

    @property
    def newest(self) -> JourneyVersion:
        """The one to begin the next version from."""
        return self.versions[0]


class JourneyList(JourneyBase):
    """The journeys."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        lines: dict[int, Line] = {}
        for version in self._versions()[:MOST_LISTED]:
            template = version.template
            line = lines.setdefault(template.pk, Line(template, type_words(template.partner_type), []))
            version.look = LOOKS[VersionState(version.state)]
            line.versions.append(version)
        return render(request, "console/journeys/list.html", {"lines": list(lines.values()), "starters": starters()})

    def _versions(self) -> QuerySet[Any]:
        running = (
            Journey.objects.visible_to(self.actor)
            .filter(version=OuterRef("pk"), state=JourneyState.RUNNING)
            .order_by()
            .values("version")
            .annotate(count=Count("pk"))
        )
        return (
            JourneyVersion.objects.visible_to(self.actor)
            .select_related("template__program")
            .defer("definition")
            .annotate(running=Subquery(running.values("count")))
            .order_by("template__program__name", "template__partner_type", "template_id", "-number")
        )


class BeginForm(forms.Form):
    """For whom a journey is, and what it begins with."""

    use_required_attribute = False

    program = forms.ChoiceField(label=gettext_lazy("Program"), widget=PlainSelect)
    partner_type = forms.ChoiceField(
        label=gettext_lazy("For which partners"),
        required=False,
        widget=PlainSelect,
        help_text=gettext_lazy("A journey for one type takes its partners out of the one for all."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("As in “Reseller onboarding”. Only a new journey needs one."),
    )
    start = forms.ChoiceField(label=gettext_lazy("Begin with"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, programs: list[Program], versions: list[JourneyVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programs = {str(each.pk): each for each in programs}
        self.versions = {f"version:{each.pk}": each for each in versions}
        choose: Any = self.fields
        choose["program"].choices = [(key, each.name) for key, each in self.programs.items()]
        choose["partner_type"].choices = [("", type_words("")), *PartnerType.choices]
        starts = [(f"starter:{slug}", each.name) for slug, each in starters().items()]
        starts += [(key, version_name(each)) for key, each in self.versions.items()]
        choose["start"].choices = [*starts, ("empty", _("Nothing"))]

    def definition(self) -> dict[str, Any]:
        """Return what it begins with."""
        start = self.cleaned_data["start"]
        if start.startswith("starter:"):
            return starters()[start.removeprefix("starter:")].journey
        return self.versions[start].definition if start in self.versions else EMPTY


class JourneyBegin(JourneyBase):
    """A new journey, or a new version of one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for whom, and what it begins with."""
        wanted = {key: request.GET.get(key, "") for key in ("program", "partner_type", "start", "name")}
        form = self._form(initial={key: value for key, value in wanted.items() if value})
        form.initial.setdefault("start", f"starter:{next(iter(starters()))}")
        return self._page(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin it; where somebody works on a draft already, lead there."""
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, 422)
        chosen = form.cleaned_data
        try:
            version = begin_journey(
                actor=self.actor,
                program=form.programs[chosen["program"]],
                partner_type=chosen["partner_type"],
                name=chosen["name"],
                definition=form.definition(),
            )
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status, getattr(violation, "fresh", None))
        return redirect("console:journey", version.pk)

    def _form(self, *data: Any, **options: Any) -> BeginForm:
        programs = Program.objects.visible_to(self.actor).order_by("name")
        versions = (
            JourneyVersion.objects.visible_to(self.actor)
            .select_related("template__program")
            .order_by("template__program__name", "template__partner_type", "-number")
        )
        return BeginForm(*data, programs=list(programs), versions=list(versions[:20]), **options)

    def _page(self, form: BeginForm, status: int = 200, draft: Any = None) -> HttpResponse:
        context = {
            "form": form,
            "starters": [(f"starter:{slug}", each) for slug, each in starters().items()],
            "versions": [(key, version_name(each), each.template.program.name) for key, each in form.versions.items()],
            "chosen": form["start"].value(),
            "draft": draft,
            "crumbs": [{"label": _("Journeys"), "url": reverse("console:journeys")}, {"label": _("New version")}],
        }
        return render(self.request, "console/journeys/begin.html", context, status=status)
