"""The vendor's own people: who has which seat, who was invited."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import services
from partners.forms import SeatForm
from partners.models import CompanyIdentity, Seat
from partners.permissions import MANAGE_STAFF
from portal import inviting
from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, ListPage, Page, show_violation


class Staff(ListPage):
    """Everyone with a seat at the vendor."""

    kinds = frozenset({Kind.VENDOR})
    permission = MANAGE_STAFF
    template_name = "console/staff.html"
    results_template = "console/staff_results.html"
    default_order = "name"
    orders = {"name": ("person__name",), "role": ("role",), "seen": ("person__last_login",)}

    def rows(self) -> Any:
        """Return the seats with their people."""
        mine = Seat.objects.visible_to(self.actor).filter(vendor_id=self.actor.vendor_id)
        return mine.select_related("person")

    def further_context(self, page: Page) -> dict[str, Any]:
        """Return who was invited and didn't come yet."""
        return {"waiting": inviting.waiting(self.actor)}


class StaffSeat(ActorView):
    """One member of the staff: role and access."""

    kinds = frozenset({Kind.VENDOR})
    permission = MANAGE_STAFF

    def seat(self, pk: int) -> Seat:
        """Return the seat.

        Raises:
            Http404: of another organisation.
        """
        mine = Seat.objects.visible_to(self.actor).filter(vendor_id=self.actor.vendor_id)
        seat = mine.select_related("person").filter(pk=pk).first()
        if seat is None:
            raise Http404
        return seat

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the form."""
        seat = self.seat(pk)
        return self.page(seat, SeatForm(initial={"role": seat.role, "is_active": seat.is_active}, is_partner=False))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change it; it holds from the person's next request, and access that is taken ends the seat's tokens."""
        seat = self.seat(pk)
        if "forget" in request.POST:
            services.forget_identity(actor=self.actor, seat=seat)
            messages.success(request, _("%(name)s may come by a new account of the company.") % {"name": seat.person})
            return redirect("console:staff")
        form = SeatForm(request.POST, is_partner=False)
        if form.is_valid():
            role, reach = form.seat
            access = form.cleaned_data["is_active"]
            try:
                services.change_seat(actor=self.actor, seat=seat, role=role, reach=reach, is_active=access)
            except (Conflict, Forbidden):
                raise
            except RuleViolation as violation:
                show_violation(form, violation)
            else:
                messages.success(request, _("Saved. It holds from %(name)s’s next click.") % {"name": seat.person})
                return redirect("console:staff")
        return self.page(seat, form, status=422)

    def page(self, seat: Seat, form: SeatForm, status: int = 200) -> HttpResponse:
        """Render the form."""
        crumbs = [{"label": _("Staff"), "url": reverse("console:staff")}, {"label": str(seat.person)}]
        known = CompanyIdentity.objects.visible_to(self.actor).filter(person_id=seat.person_id).exists()
        context = {"seat": seat, "form": form, "crumbs": crumbs, "known": known}
        return render(self.request, "console/staff_seat.html", context, status=status)


class OfStaff(inviting.InvitingPage):
    """The vendor's side of inviting."""

    kinds = frozenset({Kind.VENDOR})
    permission = MANAGE_STAFF
    list_name, invite_name, several_name = "console:staff", "console:staff-invite", "console:staff-invite-several"
    title = gettext_lazy("Staff")


class Invite(OfStaff, inviting.InvitePage):
    """One person."""


class Several(OfStaff, inviting.SeveralPage):
    """Many at once."""


class Resend(OfStaff, inviting.ResendPage):
    """Sends an invitation again."""


class Revoke(OfStaff, inviting.RevokePage):
    """Takes an invitation back."""
