"""The partner's team: who has a seat, what each may do, and changing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.services import drafts_of, open_deals_of, successors_of
from partners import services
from partners.forms import SeatForm
from partners.models import Seat
from partners.permissions import MANAGE_TEAM
from portal.inviting import waiting
from portal.partner.joining import waiting_to_join
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation


class Team(ListPage):
    """Everyone with a seat at the partner."""

    kinds = frozenset({Kind.PARTNER})
    template_name = "partner/team.html"
    results_template = "partner/team_results.html"
    default_order = "name"
    orders = {"name": ("person__name",), "role": ("role",), "seen": ("person__last_login",)}

    @property
    def order(self) -> str:
        """The order asked for; the vendor, viewing as partner, doesn't learn who signed in when."""
        asked = super().order
        return self.default_order if self.actor.read_only and asked.lstrip("-") == "seen" else asked

    def rows(self) -> Any:
        """Return the seats with their people."""
        return Seat.objects.visible_to(self.actor).select_related("person")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return who was invited and didn't come yet, for whoever manages the team."""
        may_manage = self.actor.may(MANAGE_TEAM)
        if not may_manage:
            return {"may_manage": False, "waiting": [], "joining": []}
        return {"may_manage": True, "waiting": waiting(self.actor), "joining": waiting_to_join(self.actor)}


class SeatView(ActorView):
    """One seat: its role, reach and access."""

    kinds = frozenset({Kind.PARTNER})

    def seat(self, pk: int) -> Seat:
        """Return the seat.

        Raises:
            Http404: of another organisation. Forbidden: the reader doesn't manage the team.
        """
        seat = Seat.objects.visible_to(self.actor).select_related("person").filter(pk=pk).first()
        if seat is None:
            raise Http404
        if not self.actor.may(MANAGE_TEAM):
            raise Forbidden("not_allowed", _("Only your administrator manages the team."))
        return seat

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        seat = self.seat(pk)
        shown = {"role": seat.role, "reach": seat.reach, "is_active": seat.is_active}
        return self.page(seat, SeatForm(initial=shown, is_partner=True))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change it; it holds from the person's next request."""
        seat = self.seat(pk)
        form = SeatForm(request.POST, is_partner=True)
        if form.is_valid():
            role, reach = form.seat
            access = form.cleaned_data["is_active"]
            if seat.is_active and not access and self.leaves_something(seat):
                return redirect(f"{reverse('portal:seat-hand-over', args=[seat.pk])}?end=1")
            try:
                services.change_seat(actor=self.actor, seat=seat, role=role, reach=reach, is_active=access)
            except (Conflict, Forbidden):
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("Saved. It holds from %(name)s’s next click.") % {"name": seat.person})
                return redirect("portal:team")
        return self.page(seat, form, status=422)

    def leaves_something(self, seat: Seat) -> bool:
        """Whether open deals or drafts are the colleague's, and there is somebody to take them over."""
        owns = open_deals_of(self.actor, seat).exists() or drafts_of(self.actor, seat) > 0
        return owns and successors_of(self.actor, seat).exists()

    def page(self, seat: Seat, form: SeatForm, status: int = 200) -> HttpResponse:
        """Render the form."""
        crumbs = [{"label": _("Team"), "url": reverse("portal:team")}, {"label": str(seat.person)}]
        owned = open_deals_of(self.actor, seat).count()
        context = {"seat": seat, "form": form, "crumbs": crumbs, "owned": owned}
        return render(self.request, "partner/seat.html", context, status=status)
