"""Inviting people: the pages that a partner's team and a vendor's staff share."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners import services
from partners.forms import BaseGuestFormSet, GuestFormSet, GuestListForm, InviteForm
from partners.guest_list import MOST_LINES, Guest, decode_list, read_list
from partners.models import Invitation
from partners.services.invitations import own_place, taken_addresses
from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Actor, Reach, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation

NO_STORE = "private, no-store"


def waiting(actor: Actor) -> QuerySet[Any]:
    """Return the actor's organisation's own invitations that nobody accepted yet, newest first."""
    mine = {"partner_id": actor.partner_id} if actor.is_partner else {"vendor_id": actor.vendor_id}
    return (
        Invitation.objects.visible_to(actor)
        .waiting()
        .filter(**mine)
        .select_related("invited_by", "mail")
        .defer("mail__text", "mail__html")
        .order_by("-sent_at", "-pk")[:MOST_LINES]
    )


class InvitingPage(ActorView):
    """What both sides share: where the list is, and what it is called."""

    list_name: ClassVar[str]
    invite_name: ClassVar[str]
    several_name: ClassVar[str]
    title: ClassVar[Any]

    @property
    def base(self) -> dict[str, Any]:
        """What every page shows."""
        crumbs = [{"label": str(self.title), "url": reverse(self.list_name)}, {"label": _("Invite")}]
        return {
            "crumbs": crumbs,
            "list_url": reverse(self.list_name),
            "invite_url": reverse(self.invite_name),
            "several_url": reverse(self.several_name),
            "is_partner": self.actor.is_partner,
        }

    def shown(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Render a page."""
        response = render(self.request, template, {**self.base, **context}, status=status)
        response["Cache-Control"] = NO_STORE
        return response


class InvitePage(InvitingPage):
    """One person."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        own_place(self.actor)
        return self.shown("team/invite.html", form=InviteForm(is_partner=self.actor.is_partner))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Send the invitation."""
        own_place(self.actor)
        form = InviteForm(request.POST, is_partner=self.actor.is_partner)
        if not form.is_valid():
            return self.shown("team/invite.html", 422, form=form)
        role, reach = form.seat
        invitee = services.Invitee(email=form.cleaned_data["email"], role=role, reach=reach)
        try:
            services.invite_people(actor=self.actor, invitees=[invitee])
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self.shown("team/invite.html", violation.status, form=form)
        messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": invitee.email})
        return redirect(self.list_name)


class SeveralPage(InvitingPage):
    """Many at once: paste, look over, send what is right; what is wrong stays to be put right."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Ask for the list."""
        own_place(self.actor)
        return self.shown("team/several.html", form=GuestListForm(is_partner=self.actor.is_partner))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Read the list, or take the looked-over lines."""
        own_place(self.actor)
        if "form-TOTAL_FORMS" not in request.POST:
            return self._read(request)
        lines = self._lines(data=_without(request.POST, request.POST.get("remove", "")))
        if "remove" in request.POST or "check" in request.POST:
            lines.is_valid()
            return self._look_over(lines)
        return self._send(lines)

    def _read(self, request: HttpRequest) -> HttpResponse:
        form = GuestListForm(request.POST, request.FILES, is_partner=self.actor.is_partner)
        guests: list[Guest] = []
        if form.is_valid():
            given = form.cleaned_data
            text = decode_list(given["file"].read()) if given.get("file") else given["text"]
            guests = read_list(text, roles=PARTNER_ROLES if self.actor.is_partner else VENDOR_ROLES)
            if not guests:
                form.add_error("text", _("There is no address in it."))
            elif len(guests) > MOST_LINES:
                form.add_error("text", _("At most 200 people at once. Divide the list."))
        if not form.is_valid():
            return self.shown("team/several.html", 422, form=form)
        lines = self._lines(data=_typed(guests, *form.seat))
        lines.is_valid()
        return self._look_over(lines)

    def _lines(self, data: dict[str, Any]) -> BaseGuestFormSet:
        lines = cast("BaseGuestFormSet", GuestFormSet(data, form_kwargs={"is_partner": self.actor.is_partner}))
        lines.taken = taken_addresses(own_place(self.actor), lines.addresses)
        return lines

    def _look_over(self, lines: BaseGuestFormSet, status: int = 200, **context: Any) -> HttpResponse:
        right = sum(not form.errors for form in lines.forms)
        counts = {"lines": lines, "right": right, "wrong": len(lines.forms) - right}
        return self.shown("team/several_check.html", status, **counts, **context)

    def _send(self, lines: BaseGuestFormSet) -> HttpResponse:
        lines.is_valid()
        right = [form for form in lines.forms if not form.errors]
        wrong = [form for form in lines.forms if form.errors]
        if not right:
            return self._look_over(lines, 422)
        invitees = [
            services.Invitee(email=form.cleaned_data["email"], role=form.seat[0], reach=form.seat[1]) for form in right
        ]
        try:
            services.invite_people(actor=self.actor, invitees=invitees)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            return self._look_over(lines, violation.status, refusal=violation.message)
        sent = ngettext("%(count)d invitation is on its way.", "%(count)d invitations are on their way.", len(right))
        words = sent % {"count": len(right)}
        if not wrong:
            messages.success(self.request, words)
            return redirect(self.list_name)
        left = self._lines(data=_as_typed(wrong))
        left.is_valid()
        return self._look_over(left, 422, sent=words)


def _typed(guests: list[Guest], role: Role, reach: Reach) -> dict[str, Any]:
    """Return the data of a formset: the lines as read, with the list's role and reach where a line has none."""
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(guests), "form-INITIAL_FORMS": 0}
    for number, guest in enumerate(guests):
        data[f"form-{number}-email"] = guest.email
        data[f"form-{number}-role"] = guest.role or role
        data[f"form-{number}-reach"] = guest.reach or reach
    return data


def _as_typed(forms: list[BaseForm]) -> dict[str, Any]:
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(forms), "form-INITIAL_FORMS": 0}
    for number, form in enumerate(forms):
        data |= {f"form-{number}-{name}": form[name].value() or "" for name in form.fields}
    return data


def _without(given: Any, number: str) -> dict[str, Any]:
    """Return the lines as typed, without the one that was taken out."""
    total = given.get("form-TOTAL_FORMS", "")
    count = int(total) if total.isascii() and total.isdigit() and len(total) < 5 else 0
    if count > MOST_LINES:
        raise RuleViolation("too_many_at_once", _("At most 200 people at once. Divide the list."))
    kept = [index for index in range(count) if str(index) != number]
    data: dict[str, Any] = {"form-TOTAL_FORMS": len(kept), "form-INITIAL_FORMS": 0}
    for new, old in enumerate(kept):
        data |= {f"form-{new}-{name}": given.get(f"form-{old}-{name}", "") for name in ("email", "role", "reach")}
    return data


class InvitationAction(InvitingPage):
    """Something done to an invitation that waits."""

    def invitation(self, pk: int) -> Invitation:
        """Return it, or 404."""
        found: Invitation = get_object_or_404(Invitation.objects.visible_to(self.actor), pk=pk)
        return found


class ResendPage(InvitationAction):
    """Sends it again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it."""
        sent = services.resend_invitation(actor=self.actor, invitation=self.invitation(pk))
        words = _("Sent to %(email)s again. Only the link in the newest mail works.") % {"email": sent.email}
        messages.success(request, words)
        return redirect(self.list_name)


class RevokePage(InvitationAction):
    """Takes it back."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it back."""
        ended = services.revoke_invitation(actor=self.actor, invitation=self.invitation(pk))
        messages.success(request, _("The invitation of %(email)s is taken back.") % {"email": ended.email})
        return redirect(self.list_name)
