"""Invitations: a seat offered to a mail address, accepted once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Lower
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.mailing import queue_to_address
from activity.muting import is_muted
from partners import events
from partners.authentication import digest_of
from partners.emails import invitation_facts
from partners.models import Enrollment, Invitation, Partner, Seat, Vendor
from partners.permissions import EDIT_PARTNERS, MANAGE_STAFF, MANAGE_TEAM
from people.services import checked_address
from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Reach, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation, TooMany
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

LASTS = timedelta(days=14)
MOST_AT_ONCE = 200
MOST_PER_DAY = 500
"""Mails of invitations that an organisation sends in 24 hours."""
MOST_PER_ADDRESS = 5
"""Mails of invitations that one organisation sends to one address in 24 hours."""
PAUSE = timedelta(minutes=2)
"""Between two mails to the same address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Whom to invite as what. Vendors' staff see all of their vendor's records, whatever `reach` says."""

    email: str
    role: Role
    reach: Reach = Reach.ALL


@dataclass(frozen=True, slots=True)
class Place:
    """Where the seat will be."""

    vendor: Vendor | None = None
    partner: Partner | None = None
    issuer: Vendor | None = None

    @property
    def columns(self) -> dict[str, Vendor | Partner | None]:
        """The columns of an invitation to it."""
        return {"vendor": self.vendor, "partner": self.partner, "issuer": self.issuer}

    @property
    def seats(self) -> dict[str, Vendor | Partner | None]:
        """The columns of a seat in it."""
        return {"vendor": self.vendor, "partner": self.partner}


@transaction.atomic
def invite_people(*, actor: Actor, invitees: list[Invitee], partner: Partner | None = None) -> list[Invitation]:
    """Invite people by mail, all or none: to the actor's own organisation, or as first administrator of a `partner`.

    Whether an address is known to the installation changes nothing here, neither in what is written nor in what is
    answered. An address that is invited already gets a new link; the old one ends. Records `invitation.sent`, queues
    a mail each.

    Raises:
        Http404: the partner is out of sight. Forbidden: the right is missing.
        RuleViolation: not an address, not a role there, or somebody who has that seat; `field` names it.
        TooMany: the organisation's limit per day, or the address's.
    """
    place = _place(actor, partner)
    roles = VENDOR_ROLES if place.vendor else PARTNER_ROLES if place.issuer is None else {Role.ADMINISTRATOR}
    if not 1 <= len(invitees) <= MOST_AT_ONCE:
        raise RuleViolation("too_many_at_once", _("Between 1 and 200 people at once."))
    addresses = [checked_address(invitee.email) for invitee in invitees]
    if any(invitee.role not in roles for invitee in invitees):
        raise RuleViolation("not_a_role_here", _("Choose one of the roles listed."), "role")
    _check_limits(place, addresses)
    taken = taken_addresses(place, addresses)
    for address in addresses:
        if address.casefold() in taken:
            message = _("%(email)s has a seat here already. Change it in the list.") % {"email": address}
            raise RuleViolation("has_seat", message, "email")
    return [_invite(actor, place, each, address) for each, address in zip(invitees, addresses, strict=True)]


@transaction.atomic
def invite_team(*, actor: Actor, enrollment: Enrollment, invitees: list[Invitee]) -> list[Invitation]:
    """Invite people to an enrolled partner's team in the vendor's name; for workers, who checked that it is agreed.

    Whoever has a seat or an open invitation there is passed over, and everyone where the partner has people of whom
    nobody is among the invitees: then its own administrators invite. Records `invitation.sent`, queues a mail each.

    Raises:
        RuleViolation: an address that is none, or nobody at the vendor in whose name to invite. TooMany: the limits.
    """
    place = Place(partner=enrollment.partner, issuer=enrollment.vendor)
    _lock(place)
    chosen = {checked_address(each.email).casefold(): each for each in reversed(invitees)}
    taken = taken_addresses(place, list(chosen))
    if not taken and Seat.objects.filter(partner=place.partner).exists():
        return []
    waiting = Invitation.objects.waiting().filter(partner=place.partner).annotate(address=Lower("email"))
    known = taken | set(waiting.values_list("address", flat=True))
    new = [(address, each) for address, each in reversed(chosen.items()) if address not in known]
    _check_limits(place, [address for address, _each in new])
    inviter = enrollment.manager_id or _some_manager(enrollment.vendor_id)
    if inviter is None:
        raise RuleViolation("no_inviter", _("Nobody of yours may invite: give somebody the role of a partner manager."))
    found = []
    for address, each in new:
        made = Invitation(**place.columns, email=address, role=each.role, reach=each.reach, invited_by_id=inviter)
        made.is_listed = each.role != Role.ADMINISTRATOR
        _send(made, again=False)
        data = {"email": address, "role": str(Role(each.role).label)}
        record(events.INVITATION_SENT, actor=actor, subject=made, data=data)
        found.append(made)
    return found


def _some_manager(vendor_id: int) -> int | None:
    seats = Seat.objects.active().filter(vendor_id=vendor_id, role=Role.MANAGER).order_by("pk")
    return seats.values_list("person_id", flat=True).first()


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Send the invitation again, with a new link that lasts from now; the old link ends.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: accepted or taken back meanwhile.
        TooMany: the organisation's limit, or the address's.
    """
    fresh = _waiting(actor, invitation)
    place = Place(fresh.vendor, fresh.partner, fresh.issuer)
    _lock(place)
    _check_limits(place, [fresh.email])
    _check_alone(fresh)
    _send(fresh, again=True)
    record(events.INVITATION_RESENT, actor=actor, subject=fresh, data={"email": fresh.email})
    return fresh


def hold_invitation(*, partner: Partner, issuer_id: int, invitee: Invitee, name: str, inviter_id: int) -> Invitation:
    """Keep that a vendor's list names somebody at a partner; nobody is told before `send_held_invitation`.

    For imports, in their transaction: whoever may import is checked there, and their event tells of it.

    Raises:
        IntegrityError: this vendor invited the address there already.
    """
    now = timezone.now()
    return Invitation.objects.create(
        partner=partner,
        issuer_id=issuer_id,
        email=invitee.email,
        name=name,
        role=invitee.role,
        reach=invitee.reach,
        is_listed=True,
        digest=digest_of(secrets.token_urlsafe(32)),
        invited_by_id=inviter_id,
        sent_at=now,
        expires_at=now,
        sendings=0,
    )


@transaction.atomic
def send_held_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Send the mail of an invitation that came with a list, in the actor's name. Records `invitation.sent`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: sent or taken back meanwhile, or somebody
        works at the partner by now. RuleViolation: the partner isn't enrolled. TooMany: the limits per day.
    """
    fresh = _waiting(actor, invitation)
    if not fresh.is_held:
        raise Conflict("invitation_sent", _("This invitation was sent meanwhile."), fresh=fresh)
    if is_muted(fresh.issuer_id):
        raise Conflict("muted", _("Nobody is told anything during the cut-over. End it, then send invitations."), fresh)
    place = Place(fresh.vendor, fresh.partner, fresh.issuer)
    _lock(place)
    _check_alone(fresh)
    if not Enrollment.objects.visible_to(actor).live().filter(partner_id=fresh.partner_id).exists():
        raise RuleViolation("not_enrolled", _("This partner is not enrolled at the moment."))
    _check_limits(place, [fresh.email])
    if actor.person_id is None:
        raise Forbidden("not_allowed", _("Somebody has to invite."))
    fresh.invited_by_id = actor.person_id
    _send(fresh, again=False)
    facts = {"email": fresh.email, "role": str(Role(fresh.role).label)}
    record(events.INVITATION_SENT, actor=actor, subject=fresh, data=facts)
    return fresh


@transaction.atomic
def revoke_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Take an invitation back: its link ends at once.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: accepted or taken back meanwhile.
    """
    fresh = _waiting(actor, invitation)
    fresh.revoked_at = timezone.now()
    fresh.save(update_fields=["revoked_at"])
    record(events.INVITATION_REVOKED, actor=actor, subject=fresh, data={"email": fresh.email})
    return fresh


def taken_addresses(place: Place, addresses: list[str]) -> set[str]:
    """Return which of the addresses, in lower case, belong to people with a seat in the place. One query."""
    lowered = [address.casefold() for address in addresses]
    seats = Seat.objects.filter(**place.seats).annotate(address=Lower("person__email"))
    return set(seats.filter(address__in=lowered).values_list("address", flat=True))


def own_place(actor: Actor) -> Place:
    """Return the actor's own organisation, for whoever gives seats in it.

    Raises:
        Forbidden: the right is missing.
    """
    if actor.is_partner and actor.may(MANAGE_TEAM):
        return Place(partner=Partner.objects.visible_to(actor).get())
    if actor.is_vendor and actor.may(MANAGE_STAFF):
        return Place(vendor=Vendor.objects.visible_to(actor).get())
    raise Forbidden("not_allowed", _("Only administrators and partner managers invite people."))


def _place(actor: Actor, partner: Partner | None) -> Place:
    place = own_place(actor) if partner is None else _first_of(actor, partner)
    _lock(place)
    return place


def _first_of(actor: Actor, partner: Partner) -> Place:
    if not Partner.objects.visible_to(actor).filter(pk=partner.pk).exists():
        raise Http404
    if not (actor.is_vendor and actor.may(EDIT_PARTNERS)):
        raise Forbidden("not_allowed", _("Only partner managers invite a partner’s first administrator."))
    if not Enrollment.objects.visible_to(actor).live().filter(partner=partner).exists():
        raise RuleViolation("not_enrolled", _("This partner is not enrolled at the moment."))
    if Seat.objects.filter(partner=partner).exists():
        raise Conflict("has_people", _("This partner has people already; its administrator invites the others."))
    return Place(partner=partner, issuer=Vendor.objects.visible_to(actor).get())


def _lock(place: Place) -> None:
    """Let one invite after the other per organisation, so that limits and uniqueness hold without errors."""
    organisation = place.vendor or place.partner
    if organisation is not None:
        type(organisation).objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _check_limits(place: Place, addresses: list[str]) -> None:
    since = timezone.now() - timedelta(days=1)
    today = Invitation.objects.filter(**place.columns, sent_at__gt=since, sendings__gt=0)
    if today.count() + len(addresses) > MOST_PER_DAY:
        raise TooMany("too_many_invitations", _("That is more than 500 invitations in a day. Go on tomorrow."), 86_400)
    lowered = [address.casefold() for address in addresses]
    sent: dict[str, int] = {}
    for address, at, sendings in (
        today.annotate(address=Lower("email")).filter(address__in=lowered).values_list("address", "sent_at", "sendings")
    ):
        sent[address] = sent.get(address, 0) + sendings
        if timezone.now() - at < PAUSE or sent[address] >= MOST_PER_ADDRESS:
            message = _("%(email)s was sent an invitation a moment ago. Wait before you send another.")
            often = _("%(email)s was sent several invitations today. Go on tomorrow.")
            words = often if sent[address] >= MOST_PER_ADDRESS else message
            raise TooMany("invited_just_now", words % {"email": address}, int(PAUSE.total_seconds()))


def _invite(actor: Actor, place: Place, invitee: Invitee, address: str) -> Invitation:
    waiting = Invitation.objects.waiting().filter(**place.columns, email__iexact=address).first()
    invitation = waiting or Invitation(**place.columns, email=address)
    invitation.role = invitee.role
    invitation.reach = invitee.reach if place.partner else Reach.ALL
    invitation.invited_by_id = actor.person_id
    _send(invitation, again=waiting is not None)
    facts = {"email": address, "role": str(Role(invitee.role).label)}
    record(events.INVITATION_SENT, actor=actor, subject=invitation, data=facts)
    return invitation


def _send(invitation: Invitation, *, again: bool) -> None:
    """Give the invitation a new token, save it, and queue its mail."""
    now, token = timezone.now(), secrets.token_urlsafe(32)
    invitation.digest = digest_of(token)
    invitation.sent_at, invitation.expires_at = now, now + LASTS
    invitation.sendings = invitation.sendings + 1 if again else 1
    facts = invitation_facts(invitation, token)
    invitation.mail = queue_to_address(to=invitation.email, template="invitation", facts=facts)
    invitation.save()


def _check_alone(invitation: Invitation) -> None:
    """Refuse to send what a vendor's list held, once somebody works at the partner: its administrator invites then."""
    if invitation.is_held and Seat.objects.filter(partner_id=invitation.partner_id).exists():
        raise Conflict("has_people", _("This partner has people already; its administrator invites the others."))


def _waiting(actor: Actor, invitation: Invitation) -> Invitation:
    fresh: Invitation = locked(invitation, actor)
    right = MANAGE_TEAM if actor.is_partner else EDIT_PARTNERS if fresh.issuer_id else MANAGE_STAFF
    if not actor.may(right):
        raise Forbidden("not_allowed", _("Only administrators and partner managers manage invitations."))
    if fresh.accepted_at is not None:
        raise Conflict("invitation_used", _("This invitation was accepted meanwhile."), fresh=fresh)
    if fresh.revoked_at is not None:
        raise Conflict("invitation_revoked", _("This invitation was taken back meanwhile."), fresh=fresh)
    return fresh
