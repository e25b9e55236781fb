"""The programs' application forms: which there are, how each looks to who applies, whether it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from onboarding.form_fields import form_class_of
from onboarding.models import ApplicationForm
from onboarding.models.applications import WITH_VENDOR
from onboarding.permissions import EDIT_RECRUITING
from onboarding.services import begin_application_form, close_application_form, open_application_form
from partners.models import Program
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView

if TYPE_CHECKING:
    from django.db.models import QuerySet


def public_url(form: ApplicationForm) -> str:
    """Return where companies apply. The program must be read with its vendor."""
    return reverse("apply-program", args=[form.program.vendor.slug, form.program.slug])


class FormBase(ActorView):
    """A page about application forms."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_RECRUITING

    def find(self, pk: int) -> ApplicationForm:
        """Return the form that the address names, or 404."""
        found = ApplicationForm.objects.visible_to(self.actor).select_related("program__vendor", "vendor")
        form: ApplicationForm = get_object_or_404(found, pk=pk)
        return form

    def page(self, template: str, form: ApplicationForm, here: str, status: int = 200, /, **more: Any) -> HttpResponse:
        """Render one of a form's tabs."""
        tabs = (
            ("application-form", _("Questions")),
            ("application-form-settings", _("Settings")),
            ("application-form-preview", _("As an applicant sees it")),
        )
        context = {
            "application_form": form,
            "public_url": public_url(form),
            "tabs": [
                {"label": label, "url": reverse(f"console:{name}", args=[form.pk]), "current": name == here}
                for name, label in tabs
            ],
            "crumbs": [
                {"label": _("Application forms"), "url": reverse("console:application-forms")},
                {"label": form.program.name},
            ],
            **more,
        }
        return render(self.request, template, context, status=status)


def revision_in(request: HttpRequest) -> int:
    """Return the revision that the page was made of; -1, which none has, where it is no number."""
    sent = request.POST.get("revision", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1


class FormList(FormBase):
    """Every program with its form, or the button that begins one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """List them."""
        programs = self._programs().select_related("application_form", "vendor").order_by("name", "pk")
        shown = [(program, getattr(program, "application_form", None)) for program in programs]
        return render(request, "console/applying/list.html", {"programs": shown})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin a form."""
        sent = request.POST.get("program", "")
        if not (sent.isascii() and sent.isdigit() and len(sent) < 19):
            messages.info(request, _("Choose a program first."))
            return redirect("console:application-forms")
        program = get_object_or_404(self._programs(), pk=int(sent))
        form = begin_application_form(actor=self.actor, program=program)
        messages.success(request, _("Begun with the usual questions. Nobody sees it until you open it."))
        return redirect("console:application-form", form.pk)

    def _programs(self) -> QuerySet[Program]:
        waiting = Count("applications", filter=Q(applications__state__in=WITH_VENDOR))
        return Program.objects.visible_to(self.actor).annotate(waiting=waiting)


class FormPreview(FormBase):
    """The form as who applies sees it; nothing can be sent."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show it."""
        form = self.find(pk)
        asked = form_class_of(form.fields)(auto_id="preview_%s")
        return self.page("console/applying/preview.html", form, "application-form-preview", asked=asked)


class FormSwitch(FormBase):
    """Opens a form for applications, or closes it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what the button says."""
        form = self.find(pk)
        opens = request.POST.get("do") == "open"
        service = open_application_form if opens else close_application_form
        try:
            service(actor=self.actor, form=form, revision=revision_in(request))
        except RuleViolation as refusal:
            if isinstance(refusal, Conflict | Forbidden):
                raise
            messages.error(request, str(refusal.message))
            return redirect("console:application-form-settings", pk)
        messages.success(request, _("Companies can apply now.") if opens else _("It takes no new applications now."))
        return redirect("console:application-form", pk)
