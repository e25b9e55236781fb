"""Writes to seats, invitations, company sign-in and tokens."""

from partners.services.arrivals import Newcomer, accept_invitation
from partners.services.invitations import (
    Invitee,
    invite_people,
    resend_invitation,
    revoke_invitation,
)
from partners.services.seats import change_seat
from partners.services.tokens import SCOPES, make_token, revoke_token

__all__ = [
    "SCOPES",
    "Invitee",
    "Newcomer",
    "accept_invitation",
    "change_seat",
    "invite_people",
    "make_token",
    "resend_invitation",
    "revoke_invitation",
    "revoke_token",
]
