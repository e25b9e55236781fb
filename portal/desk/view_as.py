"""Viewing the portal as a partner: through whose eyes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.middleware import VENDOR_KEY
from partners.models import Partner
from partners.models.viewings import VIEWED_ROLES
from partners.permissions import VIEW_AS_PARTNER
from partners.services import start_viewing
from partners.view_as import VIEWING_KEY
from prm.kernel.actors import Kind, Role
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation


class ViewAsForm(forms.Form):
    """Through whose eyes."""

    use_required_attribute = False

    role = forms.ChoiceField(
        label=gettext_lazy("As which of its people"), choices=[(role.value, role.label) for role in VIEWED_ROLES]
    )


class ViewAs(ActorView):
    """Asks as whom, then opens the portal."""

    kinds = frozenset({Kind.VENDOR})
    permission = VIEW_AS_PARTNER

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Ask."""
        return self._page(self._partner(slug), ViewAsForm(initial={"role": Role.ADMINISTRATOR}))

    def post(self, request: Any, slug: str) -> HttpResponse:
        """Open the portal."""
        partner, form = self._partner(slug), ViewAsForm(request.POST)
        if not form.is_valid():
            return self._page(partner, form, 422)
        try:
            viewing = start_viewing(actor=self.actor, partner=partner, role=Role(form.cleaned_data["role"]))
        except Forbidden:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(partner, form, violation.status)
        request.session[VIEWING_KEY] = viewing.pk
        request.session.pop(VENDOR_KEY, None)
        return redirect("portal:home")

    def _partner(self, slug: str) -> Partner:
        partner: Partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        return partner

    def _page(self, partner: Partner, form: forms.Form, status: int = 200) -> HttpResponse:
        crumbs = [
            {"label": _("Partners"), "url": reverse("desk:partner-list")},
            {"label": partner.name, "url": partner.get_absolute_url()},
            {"label": _("View as partner")},
        ]
        context = {"partner": partner, "form": form, "crumbs": crumbs}
        return render(self.request, "desk/view_as.html", context, status=status)
