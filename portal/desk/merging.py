"""Proposing that two of the vendor's partners are one and the same; their own administrators decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Partner, PartnerDomain, PartnerMerge
from partners.permissions import PROPOSE_MERGE
from partners.services import propose_merge, withdraw_merge
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation

MOST_SHOWN = 12


class MergeForm(forms.Form):
    """Which other record, and which of the two stays."""

    use_required_attribute = False

    other = forms.ChoiceField(label=gettext_lazy("The other record"), widget=forms.RadioSelect)
    stays = forms.ChoiceField(
        label=gettext_lazy("Which one stays?"),
        help_text=gettext_lazy("Where both are in one program, its enrollment and tier stay."),
        choices=[("this", gettext_lazy("This one")), ("other", gettext_lazy("The other one"))],
        initial="this",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=gettext_lazy("Why you think so"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Both records’ administrators read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, others: list[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {partner.slug: partner for partner in others}
        names = [(slug, f"{partner.name} ({partner.city or partner.country})") for slug, partner in self.others.items()]
        self.fields["other"].choices = names  # type: ignore[attr-defined]


class ProposeMerge(ActorView):
    """Find the other record of a partner, and propose to merge the two."""

    kinds = frozenset({Kind.VENDOR})
    permission = PROPOSE_MERGE

    def partner(self, slug: str) -> Partner:
        """Return the partner, if the vendor knows it."""
        found: Partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        return found

    def others(self, partner: Partner, wanted: str) -> list[Partner]:
        """Return what may be the other record: by what was typed, else by a shared domain or the name's first word."""
        known = Partner.objects.visible_to(self.actor).exclude(pk=partner.pk)
        if wanted:
            return list(known.filter(Q(name__icontains=wanted) | Q(slug=wanted)).order_by("name", "pk")[:MOST_SHOWN])
        own = PartnerDomain.objects.visible_to(self.actor)
        shared = own.filter(domain__in=own.filter(partner=partner).values("domain")).values("partner")
        near = Q(pk__in=shared) | Q(name__istartswith=partner.name.split()[0])
        return list(known.filter(near).order_by("name", "pk")[:MOST_SHOWN])

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show the form with likely records."""
        partner = self.partner(slug)
        return self.page(partner, MergeForm(others=self.others(partner, request.GET.get("q", "").strip())))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Propose it."""
        partner = self.partner(slug)
        chosen = Partner.objects.visible_to(self.actor).filter(slug=request.POST.get("other", ""))
        likely = self.others(partner, request.POST.get("q", "").strip())
        form = MergeForm(request.POST, others=list({row.pk: row for row in [*likely, *chosen]}.values()))
        if form.is_valid():
            other = form.others[form.cleaned_data["other"]]
            kept, absorbed = (partner, other) if form.cleaned_data["stays"] == "this" else (other, partner)
            try:
                propose_merge(actor=self.actor, kept=kept, absorbed=absorbed, note=form.cleaned_data["note"])
            except (Conflict, Forbidden):
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("Proposed. The administrators of both records decide."))
                return redirect("desk:partner-profile", partner.slug)
        return self.page(partner, form, status=422)

    def page(self, partner: Partner, form: MergeForm, status: int = 200) -> HttpResponse:
        """Render the form."""
        profile = reverse("desk:partner-profile", args=[partner.slug])
        crumbs = [
            {"label": _("Partners"), "url": reverse("desk:partner-list")},
            {"label": partner.name, "url": profile},
            {"label": _("Merge")},
        ]
        wanted = self.request.GET.get("q", "") or self.request.POST.get("q", "")
        context = {"partner": partner, "form": form, "crumbs": crumbs, "wanted": wanted, "profile_url": profile}
        return render(self.request, "desk/partner_merge.html", context, status=status)


class WithdrawMerge(ActorView):
    """Take a proposal back."""

    kinds = frozenset({Kind.VENDOR})
    permission = PROPOSE_MERGE

    def post(self, request: HttpRequest, key: Any) -> HttpResponse:
        """Do it."""
        merge = get_object_or_404(PartnerMerge.objects.visible_to(self.actor).select_related("kept"), key=key)
        withdraw_merge(actor=self.actor, merge=merge)
        messages.success(request, _("The proposal is taken back."))
        return redirect("desk:partner-list")
