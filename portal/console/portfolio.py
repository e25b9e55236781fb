"""A partner manager's whole portfolio goes to another: chosen, looked through, handed over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners.permissions import EDIT_PARTNERS
from partners.reports import managers_of, staff_of
from partners.services.enrollments import hand_over_portfolio, portfolio_of
from people.models import Person
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation

MOST_SHOWN = 200


class PortfolioForm(forms.Form):
    """From whom to whom."""

    use_required_attribute = False

    leaving = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Who hands over"), empty_label=gettext_lazy("Choose")
    )
    manager = forms.ModelChoiceField(
        Person.objects.none(), label=gettext_lazy("Who takes over"), empty_label=gettext_lazy("Choose")
    )

    def clean(self) -> dict[str, Any]:
        """Refuse the same person twice."""
        found = super().clean() or {}
        if found.get("leaving") and found.get("leaving") == found.get("manager"):
            self.add_error("manager", _("Choose somebody else."))
        return found


class PortfolioHandOver(ActorView):
    """GET with `?leaving=&manager=` shows what would change hands; POST hands it over."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PARTNERS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask, or show what would change hands."""
        if not request.GET.get("leaving"):
            return self._page(self._form())
        form = self._form(request.GET)
        return self._page(form, 200 if form.is_valid() else 422)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Hand over."""
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(form, 422)
        try:
            rows = hand_over_portfolio(actor=self.actor, **form.cleaned_data)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(form, violation.status)
        words = ngettext("%(n)d partner is with %(name)s now.", "%(n)d partners are with %(name)s now.", len(rows))
        messages.success(request, words % {"n": len(rows), "name": form.cleaned_data["manager"]})
        return redirect("admin:partners_enrollment_changelist")

    def _form(self, data: Any = None) -> PortfolioForm:
        form = PortfolioForm(data)
        form.fields["leaving"].queryset = managers_of(self.actor)  # type: ignore[attr-defined]
        form.fields["manager"].queryset = staff_of(self.actor)  # type: ignore[attr-defined]
        return form

    def _page(self, form: PortfolioForm, status: int = 200) -> HttpResponse:
        chosen = form.is_bound and form.is_valid()
        rows = list(portfolio_of(self.actor, form.cleaned_data["leaving"])[: MOST_SHOWN + 1]) if chosen else []
        list_url = reverse("admin:partners_enrollment_changelist")
        context = {
            "form": form,
            "chosen": chosen,
            "rows": rows[:MOST_SHOWN],
            "more": len(rows) > MOST_SHOWN,
            "list_url": list_url,
            "crumbs": [{"label": _("Enrollments"), "url": list_url}, {"label": _("Hand over a portfolio")}],
        }
        return render(self.request, "console/portfolio_hand_over.html", context, status=status)
