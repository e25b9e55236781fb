"""Viewing the portal as a partner: begun, and ended by leaving, by signing out, or by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import ViewingEnd
from partners.events import VIEWING_ENDED, VIEWING_STARTED
from partners.models import Enrollment, PartnerViewing
from partners.models.viewings import VIEWED_ROLES
from partners.permissions import VIEW_AS_PARTNER
from prm.kernel.actors import BY_HAND, system
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from partners.models import Partner
    from prm.kernel.actors import Actor, Role

VIEWING_LASTS = timedelta(minutes=30)


@transaction.atomic
def start_viewing(*, actor: Actor, partner: Partner, role: Role) -> PartnerViewing:
    """Begin to view the portal as a partner's administrator or sales. Records `viewing.started`, for the vendor alone.

    Raises:
        Forbidden: the right is missing, or not a person at a browser.
        RuleViolation: the partner has no live enrollment with the vendor, or a role that isn't offered.
    """
    if not actor.may(VIEW_AS_PARTNER) or actor.via not in BY_HAND:
        raise Forbidden("not_allowed", _("Only partner managers view the portal as a partner."))
    if role not in VIEWED_ROLES:
        raise RuleViolation("not_a_role_here", _("Choose one of the roles listed."), "role")
    if not Enrollment.objects.visible_to(actor).live().filter(partner=partner).exists():
        raise RuleViolation("not_enrolled", _("Its people see nothing of yours now: its enrollment gives no access."))
    now = timezone.now()
    viewing = PartnerViewing.objects.create(
        person_id=actor.person_id,
        seat_id=actor.seat_id,
        vendor_id=actor.vendor_id,
        partner=partner,
        role=role,
        started_at=now,
        ends_at=now + VIEWING_LASTS,
    )
    facts = {"partner": partner.name, "role": str(role.label)}
    record(VIEWING_STARTED, actor=actor, subject=viewing, after={"role": role}, data=facts)
    return viewing


@transaction.atomic
def end_viewing(*, actor: Actor, viewing: PartnerViewing, end: ViewingEnd) -> PartnerViewing:
    """End it; one that has ended stays as it is. Records `viewing.ended` once.

    Raises:
        Http404: another vendor's.
    """
    fresh: PartnerViewing = locked(viewing, actor)
    if fresh.ended_at is not None:
        return fresh
    fresh.ended_at, fresh.end = timezone.now(), end
    fresh.save(update_fields=["ended_at", "end"])
    facts = {"partner": fresh.partner.name, "end": end}
    record(VIEWING_ENDED, actor=actor, subject=fresh, after={"end": end}, data=facts)
    return fresh


def end_overdue_viewings() -> int:
    """End those whose time is over and whose person never came back. Returns how many."""
    overdue = list(PartnerViewing.objects.filter(ended_at=None, ends_at__lte=timezone.now()).order_by("pk")[:500])
    for viewing in overdue:
        end_viewing(actor=system(viewing.vendor_id), viewing=viewing, end=ViewingEnd.TIME)
    return len(overdue)
