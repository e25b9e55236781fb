"""Accepting an invitation: whoever has the link and the address takes the seat, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from partners import events
from partners.authentication import digest_of
from partners.models import Invitation, Seat
from people.models import Person
from people.services import set_first_password
from prm.kernel.actors import Actor, Kind, Role, Via
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """What someone says who has no account yet. Without a password one signs in by company sign-in only."""

    name: str
    password: str = ""


ENDED: dict[str, str | Promise] = {
    "used": _("This invitation was accepted already. Sign in to go on."),
    "revoked": _("This invitation was taken back."),
    "expired": _("This invitation has expired. Ask for a new one."),
    "filled": _("This partner has an administrator by now. Ask there for an invitation."),
}


def find_invitation(token: str) -> Invitation:
    """Return the invitation that a link leads to, whatever its state. Reads only.

    Raises:
        Http404: no invitation has this token; an older link of one that was sent again leads nowhere, too.
    """
    rows = Invitation.objects.select_related("vendor", "partner", "issuer", "invited_by")
    invitation = rows.filter(digest=digest_of(token)).first()
    if invitation is None:
        raise Http404
    return invitation


def why_ended(invitation: Invitation) -> str:
    """Return why its link doesn't work any more, a key of `ENDED`; "" while it works."""
    if invitation.accepted_at is not None:
        return "used"
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.expires_at <= timezone.now():
        return "expired"
    first_only = invitation.issuer_id is not None and not invitation.is_listed
    if first_only and Seat.objects.filter(partner_id=invitation.partner_id).exists():
        return "filled"
    return ""


@transaction.atomic
def accept_invitation(*, actor: Actor, token: str, newcomer: Newcomer | None = None) -> Seat:
    """Take the seat that an invitation offers: as the person signed in, or as `newcomer` with an account of its own.

    Works once, however many try at once. A person who had the seat before gets it back in the invited role. Records
    `invitation.accepted`. The new person is `seat.person`; the caller signs it in.

    Raises:
        Http404: unknown token. Conflict: used, taken back, expired, or (for a first administrator) filled meanwhile.
        Forbidden: signed in as somebody else, by company sign-in, or as the operator.
        RuleViolation: the address has an account (sign in first), no name, or a password that is too weak.
    """
    invitation = find_invitation(token)
    Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    invitation.refresh_from_db(fields=["accepted_at", "revoked_at", "expires_at", "digest", "role", "reach"])
    ended = why_ended(invitation)
    if ended or invitation.digest != digest_of(token):
        raise Conflict(f"invitation_{ended or 'used'}", ENDED[ended or "used"], fresh=invitation)
    person = _newcomer(invitation, newcomer) if actor.person_id is None else _known(invitation, actor)
    seat = _seat(invitation, person)
    invitation.accepted_at, invitation.seat = timezone.now(), seat
    invitation.save(update_fields=["accepted_at", "seat"])
    who = Actor(kind=Kind.PERSON, person_id=person.pk, via=Via.SESSION)
    facts = {"email": invitation.email, "role": str(Role(seat.role).label), "seat": seat.pk}
    record(events.INVITATION_ACCEPTED, actor=who, subject=invitation, data=facts)
    return seat


def _known(invitation: Invitation, actor: Actor) -> Person:
    person = Person.objects.get(pk=actor.person_id)
    if person.email.casefold() != invitation.email.casefold():
        raise Forbidden("not_yours", _("You are signed in with another address than the one invited."))
    if actor.via is not Via.SESSION:
        raise Forbidden("company_sign_in", _("Sign in with your own password to accept this invitation."))
    if person.is_operator:
        raise Forbidden("is_operator", _("The operator reads nobody’s rows. Ask to be invited at another address."))
    return person


def _newcomer(invitation: Invitation, newcomer: Newcomer | None) -> Person:
    if newcomer is None or Person.objects.filter(email__iexact=invitation.email).exists():
        raise RuleViolation("sign_in_first", _("You have an account at this address. Sign in, then accept."))
    if not newcomer.name.strip():
        raise RuleViolation("name_missing", _("Enter your name."), "name")
    language = translation.get_language() or "en"
    person = Person(email=invitation.email, name=newcomer.name.strip(), language=language)
    issuer = invitation.vendor or invitation.issuer
    if issuer is not None:
        person.time_zone = issuer.time_zone
    if newcomer.password:
        set_first_password(person, newcomer.password)
    else:
        person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        raise RuleViolation("sign_in_first", _("You have an account at this address. Sign in, then accept.")) from None
    return person


def _seat(invitation: Invitation, person: Person) -> Seat:
    where = {"vendor_id": invitation.vendor_id, "partner_id": invitation.partner_id}
    seat = Seat.objects.select_for_update(of=("self",)).filter(person=person, **where).first()
    seat = seat or Seat(person=person, **where)
    seat.role, seat.reach, seat.is_active = invitation.role, invitation.reach, True
    seat.save()
    return seat
