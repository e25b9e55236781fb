"""Agreements in the console: which there are, for whom, in which version, and who has signed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.enums import AgreementState, VersionState
from onboarding.models import AgreementTemplate, AgreementVersion
from onboarding.permissions import EDIT_AGREEMENTS
from onboarding.services.agreement_versions import (
    Settings,
    begin_agreement_version,
    change_agreement_template,
    make_agreement_template,
)
from partners.enums import PartnerType, Region
from partners.models import Program
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import ActorView, show_violation
from prm.kernel.widgets import PlainSelect

MOST_LISTED = 200
VERSION_LOOK = {
    VersionState.DRAFT: ("info", "pen"),
    VersionState.PUBLISHED: ("good", "ok"),
    VersionState.REPLACED: ("", "done"),
}


class SettingsForm(forms.Form):
    """What an agreement is called, for whom it is, and what its signature does."""

    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy(
            "Which agreement it is, for journeys. Texts for other types or in other languages have the same."
        ),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES, widget=PlainSelect)
    types = forms.MultipleChoiceField(
        label=gettext_lazy("Only for these types of partner"),
        choices=PartnerType,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: for all."),
    )
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Only in these regions"),
        choices=Region,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: everywhere."),
    )
    months = forms.IntegerField(
        label=gettext_lazy("Months in force"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=gettext_lazy("Empty: without end."),
    )
    renews = forms.BooleanField(
        label=gettext_lazy("Put it to the partner again 60 days before it ends"), required=False, initial=True
    )
    countersign = forms.BooleanField(label=gettext_lazy("We countersign"), required=False)
    gate = forms.BooleanField(
        label=gettext_lazy("The portal waits for it"),
        required=False,
        help_text=gettext_lazy(
            "The program’s pages stay closed to a partner until it has signed. A new version closes them 30 days after "
            "it was announced at the earliest."
        ),
    )
    is_active = forms.BooleanField(label=gettext_lazy("In use"), required=False, initial=True)

    def settings(self) -> Settings:
        """Return what the service takes."""
        given = self.cleaned_data
        plain = {name: value for name, value in given.items() if name not in {"types", "regions", "program"}}
        return Settings(types=tuple(given["types"]), regions=tuple(given["regions"]), **plain)


class NewForm(SettingsForm):
    """The same, with its program."""

    program = forms.ModelChoiceField(Program.objects.none(), label=gettext_lazy("Program"), empty_label=None)
    field_order = ("program", "name")

    def __init__(self, *args: Any, programs: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["program"]
        field.queryset = programs


class AgreementsBase(ActorView):
    """A page about the vendor's agreements."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_AGREEMENTS

    def template(self, pk: int) -> AgreementTemplate:
        """Return the template that the address names, or 404."""
        found = AgreementTemplate.objects.visible_to(self.actor).select_related("program", "vendor")
        template: AgreementTemplate = get_object_or_404(found, pk=pk)
        return template

    def version(self, pk: int) -> AgreementVersion:
        """Return the version that the address names, or 404."""
        found = AgreementVersion.objects.visible_to(self.actor).select_related("template__program", "vendor")
        version: AgreementVersion = get_object_or_404(found, pk=pk)
        return version

    def crumbs(self, template: AgreementTemplate, *further: str) -> list[dict[str, str]]:
        """Return the way here; the page itself stands last, without an address."""
        url = reverse("console:agreement", args=[template.pk]) if further else ""
        return [
            {"label": _("Agreements"), "url": reverse("console:agreements")},
            {"label": template.name, "url": url},
            *({"label": each, "url": ""} for each in further),
        ]


class AgreementTemplates(AgreementsBase):
    """Every template with its version and how many signed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        state = "agreements__state"
        found = (
            AgreementTemplate.objects.visible_to(self.actor)
            .select_related("program")
            .annotate(
                in_force=Count("agreements", filter=Q(**{state: AgreementState.IN_FORCE})),
                to_sign=Count("agreements", filter=Q(**{state: AgreementState.SENT})),
                to_countersign=Count("agreements", filter=Q(**{state: AgreementState.SIGNED})),
            )
            .order_by("program__name", "name", "language", "pk")[:MOST_LISTED]
        )
        templates = list(found)
        versions = AgreementVersion.objects.visible_to(self.actor).filter(template__in=templates).defer("body")
        latest: dict[tuple[int, str], AgreementVersion] = {
            (each.template_id, each.state): each for each in versions.order_by("number")
        }
        rows = [
            {
                "template": each,
                "scope": scope_words(each),
                "published": latest.get((each.pk, VersionState.PUBLISHED)),
                "draft": latest.get((each.pk, VersionState.DRAFT)),
            }
            for each in templates
        ]
        return render(request, "console/agreements/list.html", {"rows": rows})


def scope_words(template: AgreementTemplate) -> str:
    """Say for whom a template is."""
    types = ", ".join(str(PartnerType(each).label) for each in template.types)
    regions = ", ".join(str(Region(each).label) for each in template.regions)
    return " · ".join(filter(None, [types, regions])) or _("all partners")


class AgreementNew(AgreementsBase):
    """Makes a template."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for its settings."""
        return self._page(NewForm(programs=self._programs()))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make it, and go on to its text."""
        form = NewForm(request.POST, programs=self._programs())
        if not form.is_valid():
            return self._page(form, 422)
        program = form.cleaned_data["program"]
        try:
            template = make_agreement_template(actor=self.actor, program=program, settings=form.settings())
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        draft = AgreementVersion.objects.visible_to(self.actor).get(template=template)
        messages.success(request, _("Made. Now write its text."))
        return redirect("console:agreement-version", draft.pk)

    def _programs(self) -> Any:
        return Program.objects.visible_to(self.actor).order_by("name", "pk")

    def _page(self, form: NewForm, status: int = 200) -> HttpResponse:
        crumbs = [{"label": _("Agreements"), "url": reverse("console:agreements")}, {"label": _("New agreement")}]
        return render(self.request, "console/agreements/settings.html", {"form": form, "crumbs": crumbs}, status=status)


class AgreementTemplatePage(AgreementsBase):
    """A template: its settings in words, its versions; POST begins a new version."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        template = self.template(pk)
        versions = AgreementVersion.objects.visible_to(self.actor).filter(template=template).defer("body")
        rows = list(versions.select_related("published_by").order_by("-number"))
        context = {
            "template": template,
            "scope": scope_words(template),
            "versions": [(each, VERSION_LOOK[VersionState(each.state)]) for each in rows],
            "has_draft": any(each.state == VersionState.DRAFT for each in rows),
            "crumbs": self.crumbs(template),
        }
        return render(request, "console/agreements/template.html", context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Begin a version, or go on with the draft that is there."""
        try:
            version = begin_agreement_version(actor=self.actor, template=self.template(pk))
        except Conflict as conflict:
            if not isinstance(conflict.fresh, AgreementVersion):
                raise
            version = conflict.fresh
        return redirect("console:agreement-version", version.pk)


class AgreementSettings(AgreementsBase):
    """Changes a template's settings."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them."""
        template = self.template(pk)
        names = ("name", "slug", "language", "types", "regions", "months", "renews", "countersign", "gate", "is_active")
        form = SettingsForm(initial={name: getattr(template, name) for name in names})
        return self._page(template, form, template.revision)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change them."""
        template, form = self.template(pk), SettingsForm(request.POST)
        revision = revision_in(request)
        if not form.is_valid():
            return self._page(template, form, revision, 422)
        try:
            change_agreement_template(actor=self.actor, template=template, settings=form.settings(), revision=revision)
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(template, form, template.revision, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(template, form, revision, violation.status)
        messages.success(request, _("Saved. What was put to partners before stays as it was."))
        return redirect("console:agreement", pk)

    def _page(self, template: AgreementTemplate, form: SettingsForm, revision: int, status: int = 200) -> HttpResponse:
        crumbs = self.crumbs(template, _("Settings"))
        context = {"template": template, "form": form, "revision": revision, "crumbs": crumbs}
        return render(self.request, "console/agreements/settings.html", context, status=status)


def revision_in(request: HttpRequest) -> int:
    """Return the revision that a form was opened with; -1, which is none, without it."""
    told = request.POST.get("revision", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 10 else -1
