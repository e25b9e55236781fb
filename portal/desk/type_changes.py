"""Proposing that a partner is of another kind, after a look at what that changes; its administrators decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.enums import PartnerType, TypeChangeState
from partners.models import Partner, TypeChange
from partners.permissions import PROPOSE_TYPE
from partners.services import propose_type, withdraw_type
from portal.type_changes import Preview, preview_of
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation


class TypeForm(forms.Form):
    """Why it is of another kind, and which programs end with that."""

    use_required_attribute = False

    after = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=500,
        help_text=gettext_lazy("The partner’s administrators read it; it stays in the history."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why: the partner reads it.")},
    )
    ends = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Programs that it leaves with that"),
        help_text=gettext_lazy("Access ends, nothing is deleted. Without a tick it stays in the program."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends"].choices = [  # type: ignore[attr-defined]
            (change.enrollment.pk, change.enrollment.program.name) for change in preview.programs
        ]
        if not preview.programs:
            del self.fields["ends"]


class ProposeType(ActorView):
    """Choose the kind, see what changes, propose it."""

    kinds = frozenset({Kind.VENDOR})
    permission = PROPOSE_TYPE

    def partner(self, slug: str) -> Partner:
        """Return the partner, if the vendor knows it."""
        found: Partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        return found

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show the kinds; with one chosen, what it changes."""
        return self.page(self.partner(slug), request.GET.get("type", ""))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Propose it."""
        partner, after = self.partner(slug), request.POST.get("after", "")
        if after not in PartnerType.values or after == partner.type:
            return self.page(partner, "", status=422)
        form = TypeForm(request.POST, preview=preview_of(self.actor, partner, partner.type, after))
        if form.is_valid():
            try:
                made = propose_type(actor=self.actor, partner=partner, **{"ends": [], **form.cleaned_data})
            except (Conflict, Forbidden):
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                done = _("Changed: nobody works there yet who could have a say.")
                waits = _("Proposed. The partner’s administrators decide.")
                messages.success(request, done if made.state == TypeChangeState.CHANGED else waits)
                return redirect("desk:partner-profile", partner.slug)
        return self.page(partner, after, form, status=422)

    def page(self, partner: Partner, after: str, form: TypeForm | None = None, status: int = 200) -> HttpResponse:
        """Render the page."""
        chosen = after if after in PartnerType.values and after != partner.type else ""
        preview = preview_of(self.actor, partner, partner.type, chosen) if chosen else None
        if preview is not None and form is None:
            start = {"after": chosen, "ends": [each.enrollment.pk for each in preview.programs if not each.fits]}
            form = TypeForm(initial=start, preview=preview)
        profile = reverse("desk:partner-profile", args=[partner.slug])
        context = {
            "partner": partner,
            "offered": [(kind, label, kind == chosen) for kind, label in PartnerType.choices if kind != partner.type],
            "after": PartnerType(chosen).label if chosen else "",
            "preview": preview,
            "form": form,
            "profile_url": profile,
            "crumbs": [
                {"label": _("Partners"), "url": reverse("desk:partner-list")},
                {"label": partner.name, "url": profile},
                {"label": _("Kind")},
            ],
        }
        return render(self.request, "desk/partner_type.html", context, status=status)


class WithdrawType(ActorView):
    """Take a proposal back."""

    kinds = frozenset({Kind.VENDOR})
    permission = PROPOSE_TYPE

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        change = get_object_or_404(TypeChange.objects.visible_to(self.actor).select_related("partner"), key=key)
        withdraw_type(actor=self.actor, change=change)
        messages.success(request, _("The proposal is taken back."))
        return redirect("desk:partner-profile", change.partner.slug)
