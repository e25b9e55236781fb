"""A partner's first administrator: invited by the vendor, until the partner has people of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Invitation, Partner
from partners.permissions import EDIT_PARTNERS
from partners.services import Invitee, invite_people, resend_invitation, revoke_invitation
from prm.kernel.actors import Kind, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import ActorView, show_violation


class FirstPersonForm(forms.Form):
    """Whom to invite."""

    use_required_attribute = False

    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254)


def first_invitations(actor: Any, partner: Partner) -> list[Invitation]:
    """Return the vendor's own invitations to a partner that nobody accepted yet. One query."""
    mine = Invitation.objects.visible_to(actor).waiting().filter(partner=partner)
    return list(mine.select_related("invited_by", "mail").defer("mail__text", "mail__html").order_by("-sent_at"))


class PartnerInvite(ActorView):
    """Invites the first administrator."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PARTNERS

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Ask for the address."""
        return self._shown(self._partner(slug), FirstPersonForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Send the invitation."""
        partner, form = self._partner(slug), FirstPersonForm(request.POST)
        if not form.is_valid():
            return self._shown(partner, form, 422)
        invitee = Invitee(email=form.cleaned_data["email"], role=Role.ADMINISTRATOR)
        try:
            invite_people(actor=self.actor, invitees=[invitee], partner=partner)
        except (Conflict, Forbidden):
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._shown(partner, form, violation.status)
        messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": invitee.email})
        return redirect(partner)

    def _partner(self, slug: str) -> Partner:
        partner: Partner = get_object_or_404(Partner.objects.visible_to(self.actor), slug=slug)
        return partner

    def _shown(self, partner: Partner, form: FirstPersonForm, status: int = 200) -> HttpResponse:
        crumbs = [
            {"label": _("Partners"), "url": reverse("desk:partner-list")},
            {"label": partner.name, "url": partner.get_absolute_url()},
            {"label": _("Invite")},
        ]
        context = {"partner": partner, "form": form, "crumbs": crumbs}
        return render(self.request, "desk/partner_invite.html", context, status=status)


class InvitationAction(ActorView):
    """Something done to an invitation that waits."""

    kinds = frozenset({Kind.VENDOR})
    permission = EDIT_PARTNERS

    def invitation(self, pk: int) -> Invitation:
        """Return one of the vendor's to a partner, or 404."""
        mine = Invitation.objects.visible_to(self.actor).filter(issuer_id=self.actor.vendor_id)
        found: Invitation = get_object_or_404(mine.select_related("partner"), pk=pk)
        return found


class Resend(InvitationAction):
    """Sends it again."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send it."""
        invitation = self.invitation(pk)
        resend_invitation(actor=self.actor, invitation=invitation)
        words = _("Sent to %(email)s again. Only the link in the newest mail works.")
        messages.success(request, words % {"email": invitation.email})
        return redirect("desk:partner-detail", invitation.organisation.slug)


class Revoke(InvitationAction):
    """Takes it back."""

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it back."""
        invitation = self.invitation(pk)
        revoke_invitation(actor=self.actor, invitation=invitation)
        messages.success(request, _("The invitation of %(email)s is taken back.") % {"email": invitation.email})
        return redirect("desk:partner-detail", invitation.organisation.slug)
