"""A colleague's open deals and drafts go to another one; on its way out, or one at a time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dealreg.services import Handed, drafts_of, hand_over_deals, open_deals_of, successors_of
from partners import services
from partners.models import Seat
from portal.partner.team import SeatView
from prm.kernel.actors import Reach, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.money import shown
from prm.kernel.pages import show_violation

MOST_SHOWN = 200


class HandOverForm(forms.Form):
    """Who takes over what."""

    use_required_attribute = False

    to = forms.ModelChoiceField(
        Seat.objects.none(), label=gettext_lazy("Who takes over"), empty_label=gettext_lazy("Choose a colleague")
    )
    deals = forms.MultipleChoiceField(label=gettext_lazy("Deals"), required=False)
    everything = forms.BooleanField(required=False)


class HandOver(SeatView):
    """GET lists open deals; POST gives those chosen, or all and drafts, to a colleague; `?end=1` ends access, too."""

    @property
    def ends(self) -> bool:
        """Whether the colleague leaves with it."""
        return self.request.GET.get("end") == "1"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask to whom."""
        seat = self.seat(pk)
        return self.shown(seat, self.form_for(seat))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Hand over."""
        seat = self.seat(pk)
        form = self.form_for(seat, request.POST)
        if not form.is_valid():
            return self.shown(seat, form, 422)
        try:
            handed = self.hand(seat, form)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self.shown(seat, form, violation.status)
        words = ngettext("%(n)d deal is with %(name)s now.", "%(n)d deals are with %(name)s now.", handed.deals)
        messages.success(request, words % {"n": handed.deals, "name": form.cleaned_data["to"].person})
        return redirect("portal:team")

    @transaction.atomic
    def hand(self, seat: Seat, form: forms.Form) -> Handed:
        """Hand over, and end the colleague's access where it leaves: both or none.

        Raises:
            RuleViolation: of either; nothing chosen.
        """
        everything = self.ends or form.cleaned_data["everything"]
        chosen = None if everything else form.cleaned_data["deals"]
        if chosen == []:
            raise RuleViolation("nothing_chosen", _("Choose at least one deal."), "deals")
        handed = hand_over_deals(actor=self.actor, seat=seat, to=form.cleaned_data["to"], references=chosen)
        if self.ends:
            role, reach = Role(seat.role), Reach(seat.reach)
            services.change_seat(actor=self.actor, seat=seat, role=role, reach=reach, is_active=False)
        return handed

    def form_for(self, seat: Seat, data: Any = None) -> HandOverForm:
        """Return the form with the colleague's deals and those who may take over."""
        form = HandOverForm(data)
        deals = open_deals_of(self.actor, seat)[:MOST_SHOWN]
        form.fields["to"].queryset = successors_of(self.actor, seat)  # type: ignore[attr-defined]
        form.fields["to"].label_from_instance = lambda each: f"{each.person} · {each.get_role_display()}"  # type: ignore[attr-defined]
        form.fields["deals"].choices = [(deal.reference, deal) for deal in deals]  # type: ignore[attr-defined]
        return form

    def shown(self, seat: Seat, form: HandOverForm, status: int = 200) -> HttpResponse:
        """Render the page."""
        ticked = self.request.POST.getlist("deals")
        rows = [
            {
                "deal": deal,
                "value": shown(deal.value, deal.currency),
                "ticked": not form.is_bound or reference in ticked,
            }
            for reference, deal in form.fields["deals"].choices  # type: ignore[attr-defined]
        ]
        context = {
            "seat": seat,
            "form": form,
            "rows": rows,
            "drafts": drafts_of(self.actor, seat),
            "ends": self.ends,
            "crumbs": [
                {"label": _("Team"), "url": reverse("portal:team")},
                {"label": str(seat.person), "url": reverse("portal:seat", args=[seat.pk])},
                {"label": _("Hand over")},
            ],
        }
        return render(self.request, "partner/hand_over.html", context, status=status)
