"""What is done with enrollments beyond their form: steps in their life, each with its reason; managers for several."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dealreg.fields import DayField
from partners.enums import LIVE, DealsAfter, EnrollmentStatus
from partners.models import Enrollment
from partners.permissions import EDIT_PARTNERS
from partners.reports import staff_of
from partners.services.enrollments import LONGEST_REASON, OffBoarding, assign_manager, move_enrollment
from partners.workflow import ENROLLMENT
from people.models import Person
from portal.console.off_boarding import off_boarding_of
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, RuleViolation
from prm.kernel.pages import ActorView, show_violation

MOST_AT_ONCE = 100


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The partner reads it on its timeline, and it stays in the audit trail."),
    )


class RetireForm(ReasonForm):
    """Why, and what becomes of open deals."""

    deals = forms.ChoiceField(
        label=gettext_lazy("Open deals"), choices=DealsAfter, initial=DealsAfter.KEEP, widget=forms.RadioSelect
    )
    until = DayField(
        label=gettext_lazy("Protected at most until"),
        required=False,
        help_text=gettext_lazy("Empty: as long as each protection runs anyway."),
    )

    field_order = ("deals", "until", "reason")


class Move(ActorView):
    """A step in an enrollment's life: says what follows, asks for the reason."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PARTNERS

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Know the steps only."""
        if not any(step.name == kwargs["step"] for step in ENROLLMENT.transitions):
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Ask."""
        enrollment = self._find(pk)
        if not any(each.name == step for each in ENROLLMENT.available(enrollment, self.actor)):
            raise Conflict("state_changed", _("That step can't be taken from where the enrollment stands now."))
        return self._page(request, enrollment, step, self._form(step))

    def post(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Take the step."""
        enrollment, form = self._find(pk), self._form(step, request.POST)
        if not form.is_valid():
            return self._page(request, enrollment, step, form, 422)
        try:
            moved = move_enrollment(
                actor=self.actor,
                enrollment=enrollment,
                transition=step,
                reason=form.cleaned_data["reason"],
                off_boarding=_off_boarding(form),
            )
        except Conflict:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(request, enrollment, step, form, 422)
        words = {"name": str(enrollment), "status": moved.get_status_display()}
        messages.success(request, _("%(name)s: %(status)s") % words)
        return redirect("admin:partners_enrollment_change", pk)

    def _form(self, step: str, data: Any = None) -> forms.Form:
        retires = ENROLLMENT[step].target == EnrollmentStatus.RETIRED
        return RetireForm(data) if retires else ReasonForm(data)

    def _find(self, pk: int) -> Enrollment:
        found = Enrollment.objects.visible_to(self.actor).select_related("partner", "program")
        enrollment: Enrollment = get_object_or_404(found, pk=pk)
        return enrollment

    def _page(
        self, request: HttpRequest, enrollment: Enrollment, step: str, form: forms.Form, status: int = 200
    ) -> HttpResponse:
        url = reverse("admin:partners_enrollment_change", args=[enrollment.pk])
        context = {
            "enrollment": enrollment,
            "step": ENROLLMENT[step],
            "ends_access": ENROLLMENT[step].target not in LIVE and enrollment.is_live,
            "form": form,
            "checklist": off_boarding_of(self.actor, enrollment) if "deals" in form.fields else [],
            "url": url,
            "crumbs": [
                {"label": _("Enrollments"), "url": reverse("admin:partners_enrollment_changelist")},
                {"label": str(enrollment), "url": url},
            ],
        }
        return render(request, "console/enrollment_move.html", context, status=status)


def _off_boarding(form: forms.Form) -> OffBoarding | None:
    if "deals" not in form.fields:
        return None
    return OffBoarding(DealsAfter(form.cleaned_data["deals"]), form.cleaned_data["until"])


class AssignForm(forms.Form):
    """Who looks after them."""

    manager = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Partner manager"), empty_label=gettext_lazy("Nobody"), required=False
    )


class Assign(ActorView):
    """One partner manager for several enrollments, all or none. `?id=` names each."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PARTNERS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask whom."""
        return self._page(request, self._form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Assign."""
        form, rows = self._form(request.POST), self._rows()
        if not form.is_valid():
            return self._page(request, form, 422)
        try:
            with transaction.atomic():
                for row in rows:
                    assign_manager(actor=self.actor, enrollment=row, manager=form.cleaned_data["manager"])
        except Conflict:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(request, form, 422)
        words = ngettext("%(n)d partner has its manager", "%(n)d partners have their manager", len(rows))
        messages.success(request, words % {"n": len(rows)})
        return redirect("admin:partners_enrollment_changelist")

    def _form(self, data: Any = None) -> AssignForm:
        form = AssignForm(data)
        form.fields["manager"].queryset = staff_of(self.actor)  # type: ignore[attr-defined]
        return form

    def _rows(self) -> list[Enrollment]:
        asked = [text for text in self.request.GET.getlist("id")[:MOST_AT_ONCE] if text.isascii() and text.isdigit()]
        found = Enrollment.objects.visible_to(self.actor).filter(pk__in=asked)
        # In the order of their ids, so that two at once wait for each other instead of locking each other out.
        return list(found.select_related("partner", "program", "manager").order_by("pk"))

    def _page(self, request: HttpRequest, form: forms.Form, status: int = 200) -> HttpResponse:
        list_url = reverse("admin:partners_enrollment_changelist")
        context = {
            "form": form,
            "rows": self._rows(),
            "list_url": list_url,
            "crumbs": [{"label": _("Enrollments"), "url": list_url}],
        }
        return render(request, "console/assign.html", context, status=status)
