"""Invitations to the partner's team."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal import inviting
from prm.kernel.actors import Kind


class OfTeam(inviting.InvitingPage):
    """The partner's side."""

    kinds = frozenset({Kind.PARTNER})
    list_name, invite_name, several_name = "portal:team", "portal:invite", "portal:invite-several"
    title = _("Team")


class Invite(OfTeam, inviting.InvitePage):
    """One person."""


class Several(OfTeam, inviting.SeveralPage):
    """Many at once."""


class Resend(OfTeam, inviting.ResendPage):
    """Sends an invitation again."""


class Revoke(OfTeam, inviting.RevokePage):
    """Takes an invitation back."""
