"""The page behind the link of an invitation. Looking changes nothing; a button accepts."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from partners.middleware import SEAT_KEY, VENDOR_KEY
from partners.models import IdentityProvider, Invitation, Seat
from partners.reports import provider_for
from partners.services import Newcomer, accept_invitation
from partners.services.arrivals import ENDED, find_invitation, why_ended
from people.reports import person_at
from portal.public.forms import ArrivalForm
from prm.kernel.actors import Actor
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation

BACKEND = "partners.authentication.SeatBackend"


class InvitationPage(View):
    """Who invites to what, and the way in for whoever opened the link: newcomer, member, or somebody else."""

    @property
    def actor(self) -> Actor:
        """Who asks; usually nobody yet."""
        actor: Actor = self.request.actor  # type: ignore[attr-defined]
        return actor

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show it. Scanners of mails follow links: this changes nothing."""
        return self._shown(find_invitation(token), ArrivalForm())

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Accept it, sign a newcomer in, and go to the seat."""
        invitation = find_invitation(token)
        newcomer, form = None, ArrivalForm(request.POST)
        provider = provider_for(invitation) if request.POST.get("way") == "company" else None
        if self.actor.person_id is None and person_at(invitation.email) is None:
            form = ArrivalForm(request.POST, wants_password=provider is None)
            if not form.is_valid():
                return self._shown(invitation, form, 422)
            password = form.cleaned_data["password"] if provider is None else ""
            newcomer = Newcomer(name=form.cleaned_data["name"], password=password)
        try:
            seat = accept_invitation(actor=self.actor, token=token, newcomer=newcomer)
        except (Conflict, Forbidden):
            return self._shown(find_invitation(token), form, 409)
        except RuleViolation as violation:
            if violation.code == "sign_in_first":
                return self._shown(invitation, form, 409)
            show_violation(form, violation)
            return self._shown(invitation, form, 422)
        return self._arrived(request, seat, provider if newcomer else None)

    def _arrived(self, request: Any, seat: Seat, provider: IdentityProvider | None) -> HttpResponse:
        if provider is not None:
            return redirect("company-provider", provider.slug)
        if self.actor.person_id is None:
            login(request, seat.person, backend=BACKEND)
            request.proved_person = seat.person
        request.session[SEAT_KEY] = seat.pk
        request.session.pop(VENDOR_KEY, None)
        return redirect("start")

    def _shown(self, invitation: Invitation, form: ArrivalForm, status: int = 200) -> HttpResponse:
        ended = why_ended(invitation)
        context = {
            "invitation": invitation,
            "form": form,
            "ended": ended,
            "ended_words": ENDED.get(ended, ""),
            "way": "" if ended else self._way(invitation),
            "provider": None if ended else provider_for(invitation),
            "here": self.request.path,
        }
        if ended and status == 200:
            status = 410
        response = render(self.request, "public/invitation.html", context, status=status)
        response["Cache-Control"] = "private, no-store"
        response["X-Robots-Tag"] = "noindex"
        return response

    def _way(self, invitation: Invitation) -> str:
        """Return how whoever looks may accept: as `new`, `known` after signing in, `me`, or not as `other`."""
        if self.actor.person_id is None:
            return "new" if person_at(invitation.email) is None else "known"
        person = self.request.user
        mine = person.email.casefold() == invitation.email.casefold()  # type: ignore[union-attr]
        return "other" if not mine else "operator" if person.is_operator else "me"  # type: ignore[union-attr]
