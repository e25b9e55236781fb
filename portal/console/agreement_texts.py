"""The text of an agreement in the console: written with its faults and a preview beside it, and published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.fields import DayField
from onboarding.agreements import texts
from onboarding.agreements.dates import earliest_gate
from onboarding.agreements.fields import FIELDS, conditions_of, samples, subject_of, values_of
from onboarding.agreements.papers import preview_pdf
from onboarding.enums import VersionState
from onboarding.services.agreement_versions import (
    AgreementRefused,
    change_agreement_version,
    discard_agreement_version,
    publish_agreement_version,
    reached,
)
from partners.models import Enrollment
from people.limits import Limit, take
from portal.console.agreements import VERSION_LOOK, AgreementsBase, revision_in
from portal.public.files import inert
from prm.kernel.errors import Conflict, RuleViolation, TooMany
from prm.kernel.pages import show_violation

if TYPE_CHECKING:
    from onboarding.models import AgreementVersion

PREVIEWS = Limit("agreement.preview", burst=20, per_hour=200)
"""PDF previews of one person: each is a process of its own."""
MOST_PARTNERS = 500


class TextForm(forms.Form):
    """The text, and whose values the preview shows."""

    use_required_attribute = False

    body = forms.CharField(
        label=gettext_lazy("Text"),
        required=False,
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 26, "spellcheck": "true", "class": "mono-text"}),
    )
    partner = forms.ModelChoiceField(
        Enrollment.objects.none(),
        label=gettext_lazy("Preview with the values of"),
        required=False,
        empty_label=gettext_lazy("samples"),
    )

    def __init__(self, *args: Any, enrollments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["partner"]
        field.queryset = enrollments
        field.label_from_instance = lambda row: row.partner.name


class TextBase(AgreementsBase):
    """A page about a version's text."""

    def enrollments(self, version: AgreementVersion) -> Any:
        """Return whose values a preview may show."""
        found = Enrollment.objects.visible_to(self.actor).live().filter(program=version.template.program_id)
        return found.select_related("partner", "vendor", "program", "manager").order_by("partner__name", "pk")

    def preview(self, version: AgreementVersion, body: str, enrollment: Enrollment | None) -> dict[str, Any]:
        """Return a text as it would read, its faults, and what is missing for the partner."""
        faults = texts.faults_of(body)
        if enrollment is None:
            text, missing = body, []
            values = samples(texts.fields_in(body))
            text = "\n".join(line for line in body.splitlines() if not line.strip().startswith(("[if", "[end]")))
        else:
            text = texts.kept(body, conditions_of(enrollment.partner))
            names = [name for name in texts.fields_in(text) if name in FIELDS]
            subject = subject_of(enrollment, version.template, _("(its number)"))
            values = values_of(names, subject, version.template.language)
            missing = [FIELDS[name] for name in names if not values[name]]
            values |= {name: "………" for name in names if not values[name]}
        values |= {name: f"[{name}?]" for name in texts.fields_in(text) if name not in values}
        merged = texts.filled(text, values)
        return {"faults": faults, "missing": missing, "blocks": texts.blocks_of(merged), "merged": merged}


class VersionText(TextBase):
    """The editor of a draft; a published version is only shown."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        version = self.version(pk)
        asked = request.GET.get("partner", "")
        initial = {"body": version.body, "partner": asked if asked.isdigit() else None}
        form = TextForm(initial=initial, enrollments=self.enrollments(version))
        chosen = self.enrollments(version).filter(pk=asked).first() if asked.isascii() and asked.isdigit() else None
        return self._page(version, form, version.body, chosen)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Save the text, faulty or not."""
        version = self.version(pk)
        form, revision = TextForm(request.POST, enrollments=self.enrollments(version)), revision_in(request)
        body = request.POST.get("body", "")
        if not form.is_valid():
            return self._page(version, form, body, None, 422)
        chosen = form.cleaned_data["partner"]
        try:
            saved = change_agreement_version(actor=self.actor, version=version, body=body, revision=revision)
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(version, form, body, chosen, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(version, form, body, chosen, violation.status)
        messages.success(request, _("Saved."))
        response = redirect("console:agreement-version", saved.pk)
        if chosen:
            response["Location"] += f"?partner={chosen.pk}"
        return response

    def _page(
        self,
        version: AgreementVersion,
        form: TextForm,
        body: str,
        chosen: Enrollment | None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "version": version,
            "template": version.template,
            "look": VERSION_LOOK[VersionState(version.state)],
            "is_draft": version.state == VersionState.DRAFT,
            "form": form,
            "fields": [(f"{{{{{name}}}}}", field.label) for name, field in FIELDS.items()],
            "chosen": chosen,
            **self.preview(version, body, chosen),
            "crumbs": self.crumbs(version.template, _("Version %(number)d") % {"number": version.number}),
        }
        return render(self.request, "console/agreements/text.html", context, status=status)


class VersionPreview(TextBase):
    """Faults and preview of what is being typed."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Judge and show it."""
        version = self.version(pk)
        form = TextForm(request.POST, enrollments=self.enrollments(version))
        if not form.is_valid():
            return HttpResponse(status=422)
        body, chosen = request.POST.get("body", ""), form.cleaned_data["partner"]
        context = {"template": version.template, "version": version, **self.preview(version, body, chosen)}
        return render(request, "console/agreements/preview.html", context)


class VersionPdf(TextBase):
    """The saved text as PDF, with a partner's values or samples."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make it.

        Raises:
            TooMany: over the limit.
        """
        version = self.version(pk)
        if not take(PREVIEWS, self.actor.person_id):
            raise TooMany("too_many_previews", _("That was a lot of previews. Wait a little."), PREVIEWS.wait_seconds)
        asked = request.GET.get("partner", "")
        chosen = self.enrollments(version).filter(pk=asked).first() if asked.isascii() and asked.isdigit() else None
        shown = self.preview(version, version.body, chosen)
        name = chosen.partner.legal_name or chosen.partner.name if chosen else FIELDS["partner.legal_name"].sample
        content = preview_pdf(version.template, shown["merged"], name)
        title = f"{version.template.name} {version.number} {_('preview')}.pdf"
        return inert(HttpResponse(content), title, "application/pdf")  # type: ignore[return-value]


class PublishForm(forms.Form):
    """What changed, and from when the portal waits."""

    use_required_attribute = False

    changes = forms.CharField(
        label=gettext_lazy("What changed"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Partners read it in the mail and above the text."),
    )
    gate_from = DayField(label=gettext_lazy("The portal waits for it from"), required=False)


class VersionPublish(TextBase):
    """Says what will happen, and publishes."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for what changed."""
        version = self.version(pk)
        initial = {"changes": version.changes, "gate_from": earliest_gate(version.vendor.today())}
        return self._page(version, PublishForm(initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish."""
        version, form = self.version(pk), PublishForm(request.POST)
        if not form.is_valid():
            return self._page(version, form, 422)
        try:
            publish_agreement_version(
                actor=self.actor, version=version, revision=revision_in(request), **form.cleaned_data
            )
        except AgreementRefused:
            return self._page(version, form, 422)
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(version, form, 409)
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(version, form, violation.status)
        messages.success(request, _("Published."))
        return redirect("console:agreement", version.template_id)

    def _page(self, version: AgreementVersion, form: PublishForm, status: int = 200) -> HttpResponse:
        context = {
            "version": version,
            "template": version.template,
            "form": form,
            "faults": texts.faults_of(version.body),
            "reached": reached(version),
            "is_draft": version.state == VersionState.DRAFT,
            "crumbs": self.crumbs(version.template, _("Publish")),
        }
        return render(self.request, "console/agreements/publish.html", context, status=status)


class VersionDiscard(TextBase):
    """Puts a draft away."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put it away."""
        version = self.version(pk)
        discard_agreement_version(actor=self.actor, version=version, revision=revision_in(request))
        messages.success(request, _("The draft is put away. What it said stays in the audit trail."))
        return redirect("console:agreements")
