"""A leaver's open deals and drafts go to a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from dealreg import events
from dealreg.models import Deal, DealDraft
from dealreg.permissions import REGISTER_DEALS, WORK_DEALS
from partners.models import Seat
from partners.permissions import MANAGE_TEAM
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from collections.abc import Collection

    from django.db.models import QuerySet

    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Handed:
    """How much changed hands."""

    deals: int
    drafts: int


def open_deals_of(actor: Actor, seat: Seat) -> QuerySet[Deal]:
    """Return the open deals that a colleague owns, as the actor sees them."""
    mine = Deal.objects.visible_to(actor).open().filter(owner_id=seat.person_id)
    return mine.select_related("vendor").order_by("close_date", "pk")


def drafts_of(actor: Actor, seat: Seat) -> int:
    """Return how many drafts a colleague has: their number, never their words."""
    return _drafts(actor, seat).count()


def _drafts(actor: Actor, seat: Seat) -> QuerySet[DealDraft]:
    mine = DealDraft.objects.filter(seat=seat, partner_id=actor.partner_id, discarded_at=None)
    return mine.order_by("pk")


def successors_of(actor: Actor, seat: Seat) -> QuerySet[Seat]:
    """Return the colleagues who may take over: they have access and work on deals."""
    roles = REGISTER_DEALS.roles & WORK_DEALS.roles
    team = Seat.objects.visible_to(actor).active().filter(partner_id=actor.partner_id, role__in=roles)
    return team.exclude(pk=seat.pk).select_related("person").order_by("person__name", "pk")


@transaction.atomic
def hand_over_deals(*, actor: Actor, seat: Seat, to: Seat, references: Collection[str] | None = None) -> Handed:
    """Give a colleague's open deals to another one: those named, or all of them and the drafts. All or none.

    Only the partner's administrator does it. Deals of programs without access stay: nobody there sees them. Records
    `deal.handed_over` for each deal, which tells the new owner, and `seat.handed_over` once for the drafts.

    Raises:
        Http404: the colleague is out of sight. Forbidden: the right is missing.
        RuleViolation: the other one has no access or no right to work on deals; a named deal isn't the colleague's.
    """
    if not Seat.objects.visible_to(actor).filter(pk=seat.pk, partner_id=actor.partner_id).exists():
        raise Http404
    if not actor.may(MANAGE_TEAM):
        raise Forbidden("not_allowed", _("Only your administrator hands deals over."))
    if not successors_of(actor, seat).filter(pk=to.pk).exists():
        raise RuleViolation("no_successor", _("Choose a colleague who has access and works on deals."), "to")
    found = open_deals_of(actor, seat)
    if references is not None:
        found = found.filter(reference__in=references)
    deals = list(found.select_related(None).select_for_update(of=("self",)).order_by("pk"))
    if references is not None and len(deals) != len(set(references)):
        raise RuleViolation("not_theirs", _("Some of these are closed or somebody else’s by now. Look again."), "deals")
    for deal in deals:
        _give(actor, deal, seat, to)
    drafts = _give_drafts(actor, seat, to) if references is None else 0
    if drafts:
        facts = {"deals": len(deals), "drafts": drafts, "to": str(to.person)}
        record(events.DRAFTS_HANDED_OVER, actor=actor, subject=seat, data=facts)
    return Handed(len(deals), drafts)


def _give(actor: Actor, deal: Deal, seat: Seat, to: Seat) -> None:
    deal.owner_id = to.person_id
    deal.revision += 1
    deal.save(update_fields=["owner", "revision", "updated_at"])
    record(
        events.HANDED_OVER,
        actor=actor,
        subject=deal,
        before={"owner": seat.person_id},
        after={"owner": to.person_id},
        data={"leaving": str(seat.person), "to": str(to.person)},
    )


def _give_drafts(actor: Actor, seat: Seat, to: Seat) -> int:
    return _drafts(actor, seat).update(seat=to, person_id=to.person_id)
