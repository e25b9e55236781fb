"""Asking to join a partner's team by the domain of one's mail address, and the administrator's yes or no."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.mailing import queue_to_address
from partners import events
from partners.authentication import digest_of
from partners.enums import LIVE
from partners.models import JoinRequest, Partner, PartnerDomain, Seat
from partners.permissions import MANAGE_TEAM
from partners.services.invitations import Invitee, invite_people
from people.limits import Limit, take
from people.services import checked_address
from prm.kernel.actors import ANONYMOUS, Role
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor, Reach

LINK_LASTS = timedelta(hours=24)
WAITS = timedelta(days=14)
MOST_BRANCHES = 5
ASKINGS = Limit("join.address", burst=3, per_hour=1)
"""Mails that one address is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, as typed."""

    email: str
    name: str
    note: str = ""


@transaction.atomic
def ask_to_join(*, asking: Asking) -> None:
    """Mail a link that proves the address, where its domain is a partner's. Returns and says the same where it isn't.

    Writes nothing that an administrator sees: that begins with the proof. Domains count that the partner has proven.
    More than a few times an hour for one address does nothing, and says the same.

    Raises:
        RuleViolation: not an address; no name; a mail provider's domain, by which no company is known.
    """
    address = checked_address(asking.email)
    if not asking.name.strip():
        raise RuleViolation("required", _("This is needed."), "name")
    domain = registrable_domain(address)
    if not domain:
        message = _("Use your address at work: by one of a mail provider nobody knows for which company you work.")
        raise RuleViolation("free_mail", message, "email")
    token = secrets.token_urlsafe(24)
    partners = _partners_at(domain, address)
    if not partners or not take(ASKINGS, address.casefold()):
        return
    for partner in partners:
        _write(partner, address, asking, digest_of(token))
    queue_to_address(to=address, template="join_confirm", facts={"path": reverse("join-confirm", args=[token])})


def _partners_at(domain: str, address: str) -> list[Partner]:
    """Return the partners that use a domain, work with somebody and have an administrator, but not the address yet."""
    known = Seat.objects.filter(person__email__iexact=address).values("partner")
    managed = Seat.objects.active().filter(role=Role.ADMINISTRATOR).values("partner")
    using = PartnerDomain.objects.filter(domain=domain, is_verified=True).values("partner")
    found = Partner.objects.filter(pk__in=using, enrollments__status__in=LIVE).filter(pk__in=managed)
    return list(found.exclude(pk__in=known.filter(partner__isnull=False)).distinct().order_by("pk")[:MOST_BRANCHES])


def _write(partner: Partner, address: str, asking: Asking, digest: str) -> None:
    """Keep one asking per address: a new one replaces what isn't proven or is over, and leaves what waits alone."""
    before = JoinRequest.objects.filter(partner=partner, email__iexact=address, decided_at=None)
    if before.waiting().exists():
        return
    before.delete()
    JoinRequest.objects.create(
        partner=partner,
        email=address,
        name=" ".join(asking.name.split())[:120],
        note=" ".join(asking.note.split())[:300],
        digest=digest,
        expires_at=timezone.now() + LINK_LASTS,
    )


def find_asking(token: str) -> JoinRequest:
    """Return an asking that a mail's link leads to. Reads only.

    Raises:
        Http404: no such link.
    """
    found = JoinRequest.objects.filter(digest=digest_of(token)).order_by("pk").first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def confirm_join(*, token: str) -> None:
    """Take the link for proof of the address: the administrators are told and can decide for 14 days.

    Records `join.asked` for each partner at the domain. A second time does nothing.

    Raises:
        Http404: no such link. RuleViolation: it has expired.
    """
    rows = JoinRequest.objects.filter(digest=digest_of(token)).select_for_update().order_by("pk")
    found = list(rows)
    if not found:
        raise Http404
    now = timezone.now()
    for row in found:
        if row.confirmed_at is not None:
            continue
        if row.expires_at <= now:
            raise RuleViolation("expired", _("This link has expired. Ask again."))
        row.confirmed_at, row.expires_at = now, now + WAITS
        row.save(update_fields=["confirmed_at", "expires_at"])
        record(events.JOIN_ASKED, actor=ANONYMOUS, subject=row, data={"name": row.name, "email": row.email})


@transaction.atomic
def approve_join(*, actor: Actor, request: JoinRequest, role: Role, reach: Reach) -> JoinRequest:
    """Let a newcomer join: it gets an invitation to the seat that the administrator chose. Records `join.approved`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: decided or expired meanwhile.
        RuleViolation, TooMany: as `invite_people`.
    """
    fresh = _open(actor, request)
    invite_people(actor=actor, invitees=[Invitee(email=fresh.email, role=role, reach=reach)])
    _decide(fresh, actor, is_approved=True)
    facts = {"email": fresh.email, "name": fresh.name, "role": str(role.label)}
    record(events.JOIN_APPROVED, actor=actor, subject=fresh, after={"role": role, "reach": reach}, data=facts)
    return fresh


@transaction.atomic
def decline_join(*, actor: Actor, request: JoinRequest) -> JoinRequest:
    """Decline; the newcomer is told by mail, without a reason. Records `join.declined`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: decided or expired meanwhile.
    """
    fresh = _open(actor, request)
    _decide(fresh, actor, is_approved=False)
    record(events.JOIN_DECLINED, actor=actor, subject=fresh, data={"email": fresh.email, "name": fresh.name})
    queue_to_address(to=fresh.email, template="join_declined", facts={"partner": fresh.partner.name})
    return fresh


def _open(actor: Actor, request: JoinRequest) -> JoinRequest:
    fresh: JoinRequest = locked(request, actor)
    if not actor.may(MANAGE_TEAM):
        raise Forbidden("not_allowed", _("Only your administrator manages the team."))
    if not fresh.is_open:
        raise Conflict("state_changed", _("It was decided or has expired meanwhile. Nothing was changed."), fresh=fresh)
    return fresh


def _decide(request: JoinRequest, actor: Actor, *, is_approved: bool) -> None:
    request.decided_at, request.decided_by_id, request.is_approved = timezone.now(), actor.person_id, is_approved
    request.save(update_fields=["decided_at", "decided_by", "is_approved"])


def clear_join_requests() -> int:
    """Delete what nobody proved or decided in time: it holds names of people who are no users. Returns how many."""
    return JoinRequest.objects.filter(decided_at=None, expires_at__lte=timezone.now()).delete()[0]
