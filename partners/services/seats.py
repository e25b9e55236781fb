"""Who has which seat: a partner's team, a vendor's staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.events import SEAT_CHANGED
from partners.models import AccessToken, Seat
from partners.permissions import MANAGE_STAFF, MANAGE_TEAM
from prm.kernel.actors import PARTNER_ROLES, VENDOR_ROLES, Reach, Role
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def change_seat(*, actor: Actor, seat: Seat, role: Role, reach: Reach, is_active: bool) -> Seat:
    """Change a colleague's role, reach or access; the change holds from the person's next request.

    A partner's administrator changes its team, a vendor's partner manager its staff. Who loses access loses the seat's
    API tokens for good. Vendors' staff see all of their vendor's records, whatever `reach` says.

    Raises:
        Http404: out of the actor's sight. Forbidden: not the actor's to change.
        RuleViolation: a role of the other side, or the last one who may manage would be gone.
    """
    fresh: Seat = locked(seat, actor)
    _check_right(actor, fresh)
    if role not in (PARTNER_ROLES if actor.is_partner else VENDOR_ROLES):
        raise RuleViolation("not_a_role_here", _("Choose one of the roles listed."), "role")
    if not _others_manage(actor, fresh) and (role != keeper(actor) or not is_active):
        raise RuleViolation("last_administrator", last_one(actor), "role")
    before = {"role": fresh.role, "reach": fresh.reach, "is_active": fresh.is_active}
    fresh.role, fresh.is_active = role, is_active
    fresh.reach = reach if actor.is_partner else Reach.ALL
    fresh.save(update_fields=["role", "reach", "is_active"])
    if not is_active:
        AccessToken.objects.filter(seat=fresh, revoked_at=None).update(revoked_at=timezone.now())
    after = {"role": fresh.role, "reach": fresh.reach, "is_active": fresh.is_active}
    record(SEAT_CHANGED, actor=actor, subject=fresh, before=before, after=after)
    return fresh


def keeper(actor: Actor) -> Role:
    """Return the role that gives others their seats, at the actor's side: there is always one who holds it."""
    return Role.ADMINISTRATOR if actor.is_partner else Role.MANAGER


def last_one(actor: Actor) -> str:
    """Return why the last keeper stays."""
    if actor.is_partner:
        return str(_("Someone must stay administrator. Make another first."))
    return str(_("Someone must stay partner manager. Make another first."))


def _check_right(actor: Actor, seat: Seat) -> None:
    if actor.is_partner:
        if not actor.may(MANAGE_TEAM):
            raise Forbidden("not_allowed", _("Only your administrator manages the team."))
    elif seat.vendor_id != actor.vendor_id or seat.vendor_id is None:
        raise Forbidden("not_yours", _("A partner’s team is the partner’s to manage."))
    elif not actor.may(MANAGE_STAFF):
        raise Forbidden("not_allowed", _("Only partner managers manage the staff."))


def _others_manage(actor: Actor, seat: Seat) -> bool:
    side = {"partner_id": seat.partner_id, "vendor_id": seat.vendor_id}
    keepers = Seat.objects.visible_to(actor).active().filter(role=keeper(actor), **side).exclude(pk=seat.pk)
    return bool(list(keepers.select_for_update(of=("self",)).values_list("pk", flat=True)))
